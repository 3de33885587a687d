"""The commands: options, exit codes, and what goes to which stream."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import Write
from fakes import analyse

from perflint import engine
from perflint.cli import main
from perflint.config import KEYS


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


class Runner:
    """Runs commands in a folder, with the made-up rules and analysis."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def __call__(self, *arguments: str) -> Result:
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        out, err = self.capsys.readouterr()
        return Result(int(caught.value.code or 0), out, err)


@pytest.fixture
def run(
    tmp_path: Path, made_up_rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Runner:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(engine, "_analyse", lambda: analyse)
    return Runner(tmp_path, capsys)


def test_nothing_found(write: Write, run: Runner) -> None:
    write({"a.py": "x = 1\n"})
    assert run("check") == Result(0, "", "No findings in 1 file.\n")


def test_findings_go_to_standard_output_and_all_else_to_standard_error(write: Write, run: Runner) -> None:
    write({"a.py": "slow()\nslow(risky)\n", "b.py": b"\xff"})
    result = run("check", "--output-format", "concise")
    assert result.code == 2
    assert result.out == "a.py:1:1: PF101 [*] slow is slow\na.py:2:1: PF101 slow is slow\n"
    assert result.err == (
        "error: b.py:1:1: is not valid utf-8: byte 0xff; convert it or declare its encoding (PEP 263)\n"
        "Found 2 findings (1 fixable with --fix, 1 more with --unsafe-fixes).\n"
    )


def test_exit_codes(write: Write, run: Runner) -> None:
    write({"slow.py": "slow()\n", "good.py": "x\n"})
    codes = {arguments: run("check", *arguments.split()).code for arguments in (
        "good.py", "slow.py", "slow.py --exit-zero", "gone.py", "gone.py --exit-zero", "--select nonsense", "--nonsense",
        "--output-format nonsense", "--context nonsense", "--workers -1", "--config gone.toml",
    )}  # fmt: skip
    assert list(codes.values()) == [0, 1, 0, 2, 2, 2, 2, 2, 2, 2, 2]


def test_a_wrong_setting_is_one_line(write: Write, run: Runner) -> None:
    write({"pyproject.toml": "[tool.perflint]\nselct = []\n"})
    result = run("check")
    path = run.folder / "pyproject.toml"
    assert result == Result(2, "", f"error: {path}: `selct`: unknown key; did you mean `select`?\n")


def test_a_defect_of_perflint_is_said_to_be_one(write: Write, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    write({"a.py": "slow()\n"})

    def fail() -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(engine, "_analyse", fail)
    result = run("check")
    assert result.code == 2
    assert result.err.endswith("RuntimeError: no\ninternal error: this is a defect of perflint\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", ["PF101", "PF102"]),
        ("--select PF101", ["PF101"]),
        ("--select PF101,slow-page", ["PF101", "PF201"]),
        ("--select PF101 --select PF201", ["PF101", "PF201"]),
        ("--select ALL --ignore PF1", ["PF201"]),
        ("--extend-select PF201", ["PF101", "PF102", "PF201"]),
        ("--unproven", ["PF101", "PF101", "PF102"]),
        ("--context tests", ["PF102"]),
        ("--context app,tests", ["PF101", "PF102", "PF102"]),
    ],
)
def test_what_is_reported_is_chosen(write: Write, run: Runner, arguments: str, expected: list[str]) -> None:
    write({"pyproject.toml": "", "a.py": "slow()\ncrawl()\npage()\nslow(maybe)\n", "tests/b.py": "crawl()\n"})
    found = json.loads(run("check", "--output-format", "json", *arguments.split()).out)
    assert sorted(finding["code"] for finding in found) == expected


def test_options_that_change_nothing_yet_are_accepted(write: Write, run: Runner) -> None:
    write({"a.py": "slow()\n"})
    assert run("check", "--no-cache", "--include-ruff-overlap", "--workers", "1").code == 1


def test_the_settings_of_the_paths_count_unless_isolated(write: Write, run: Runner) -> None:
    write({"x/perflint.toml": 'ignore = ["PF101"]\n', "x/a.py": "slow()\n", "mine.toml": 'ignore = ["PF102"]\n'})
    assert run("check", "x").code == 0
    assert run("check", "x", "--isolated").code == 1
    assert run("check", "x", "--config", "mine.toml").code == 1


def test_the_output_format_is_a_setting(write: Write, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    write({"perflint.toml": 'output-format = "json"\n', "a.py": "slow()\n"})
    assert json.loads(run("check").out)[0]["filename"] == str(run.folder / "a.py")
    assert run("check", "--output-format", "concise").out.startswith("a.py:1:1: ")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert run("check", "--output-format", "auto").out.startswith("::warning ")


def test_output_goes_to_a_file(write: Write, run: Runner) -> None:
    write({"a.py": "slow()  # →\n"})
    result = run("check", "--output-file", "out.txt", "--output-format", "text")
    assert (result.code, result.out) == (1, "")
    assert "slow()  # →\n" in (run.folder / "out.txt").read_text("utf-8")


def test_output_to_a_file_that_cannot_be_written(write: Write, run: Runner) -> None:
    write({"a.py": "slow()\n"})
    result = run("check", "--output-file", "no/such/folder.txt")
    assert (result.code, result.out) == (2, "")
    assert result.err == "Error: Could not open file 'no/such/folder.txt': No such file or directory\n"


def test_statistics(write: Write, run: Runner) -> None:
    write({"a.py": "slow()\nslow()\ncrawl(risky)\n"})
    assert run("check", "--statistics").out == "2  PF101  [*]  slow-call\n1  PF102  [ ]  slow-loop\n"
    assert json.loads(run("check", "--statistics", "--output-format", "json").out) == [
        {"code": "PF101", "name": "slow-call", "count": 2, "fixable": 2},
        {"code": "PF102", "name": "slow-loop", "count": 1, "fixable": 0},
    ]


def test_standard_input(write: Write, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    write({"pyproject.toml": "", "app/a.py": "x = 1\n"})

    def given(data: bytes, *arguments: str) -> Result:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
        return run("check", "--output-format", "text", *arguments, "-")

    result = given(b"slow()\n", "--stdin-filename", "app/a.py")
    assert result.out.startswith("app/a.py:1:1: PF101 [*] slow is slow\n  |\n1 | slow()\n")
    assert given(b"slow()\n", "--stdin-filename", "tests/a.py").code == 0
    assert given(b"slow()\n").out.startswith("stdin.py:1:1: PF101")
    assert given(b"# coding: latin-1\n'\xe9', slow()\n").code == 1
    assert given(b"'\xff'\n") == Result(2, "", (
        "Error: standard input is not valid utf-8: byte 0xff; convert it or declare its encoding (PEP 263)\n"
    ))  # fmt: skip
    write({"b.py": ""})
    assert "`-` goes with no other path" in given(b"slow()\n", "b.py").err


def test_how_much_is_said(write: Write, run: Runner) -> None:
    files = {f"tests/{name}.py": b"\xff" for name in "abcde"}
    write({"pyproject.toml": "", "a.py": "slow()\n", **files})
    usual, quiet, verbose = run("check"), run("check", "-q"), run("check", "-v")
    assert usual.out == quiet.out == verbose.out
    assert quiet.err == ""
    assert usual.err.count("note: ") == 4
    assert "note: 2 more such notes (-v prints them)\n" in usual.err
    assert verbose.err.count("note: ") == 5
    assert "1 files, 1 lines, " in verbose.err


def test_nothing_to_check_is_said(write: Write, run: Runner) -> None:
    write({"pyproject.toml": "", "tests/a.py": "slow()\n"})
    result = run("check", "tests")
    assert (result.code, result.out) == (0, "")
    assert result.err == "warning: no Python file to report on in these paths and contexts (see --context)\n"


def test_colours_are_for_terminals(write: Write, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    write({"a.py": "slow()\n"})
    assert "\x1b[" not in run("check").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("check").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("check").out


@pytest.mark.parametrize("value", ["", "0"])
def test_forcing_colours_with_nothing_forces_nothing(
    write: Write, run: Runner, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    write({"a.py": "slow()\n"})
    monkeypatch.setenv("FORCE_COLOR", value)
    assert "\x1b[" not in run("check").out


def test_the_table_of_rules(run: Runner) -> None:
    lines = run("rule").out.splitlines()
    assert lines[2] == "PF101  slow-call                    safe     on   Reports what slow-call stands for"
    assert lines[4].startswith("PF201  slow-page                    safe     off  ")
    assert [rule["code"] for rule in json.loads(run("rule", "--output-format", "json").out)] == [
        "PF001", "PF002", "PF101", "PF102", "PF201",
    ]  # fmt: skip


def test_one_rule(run: Runner, made_up_rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = (made_up_rules / "PF101-slow-call.md").read_text()
    assert run("rule", "PF101") == run("rule", "slow-call") == Result(0, card, "")
    page = json.loads(run("rule", "PF101", "--output-format", "json").out)
    assert (page["options"], page["sections"]["Fix safety"]) == ({"accessor": "", "max-rows": 100}, "Safe.")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("rule", "PF101").out


def test_a_rule_that_does_not_exist(run: Runner) -> None:
    result = run("rule", "slow-cal")
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith("no rule is called slow-cal; did you mean slow-call?\n")


def test_the_settings_and_where_they_come_from(write: Write, run: Runner) -> None:
    write({"x/perflint.toml": 'unproven = true\n[per-file-ignores]\n"a_b/*" = ["PF101"]\n', "x/a.py": ""})
    lines = run("config", "x/a.py").out.splitlines()
    file = run.folder / "x" / "perflint.toml"
    assert [line.split(" = ")[0] for line in lines] == list(KEYS)
    assert f"unproven = true  # {file}" in lines
    assert f'per-file-ignores = {{ "a_b/*" = ["PF101"] }}  # {file}' in lines
    assert 'contexts = ["app", "commands"]  # default' in lines
    assert "unproven = false  # default" in run("config", "x", "--isolated").out
    assert json.loads(run("config", "--schema").out)["properties"]["workers"]["default"] == 0


def test_help_names_the_commands(run: Runner) -> None:
    result = run("--help")
    assert result.code == 0
    assert [line.split()[0] for line in result.out.split("Commands:\n")[1].splitlines()] == [
        "check", "clean", "config", "fix", "rule",
    ]  # fmt: skip


def test_version_imports_nothing_that_costs() -> None:
    code = (
        "import sys\nfrom perflint.cli import main\ntry:\n    main(['--version'])\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "print(sorted({'libcst', 'pydantic', 'rich', 'pathspec'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1:] == ["[]"]


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "perflint", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("perflint, version ")


def test_a_reader_that_goes_away_is_no_defect() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "perflint", "config", "--isolated"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.stderr == ""
