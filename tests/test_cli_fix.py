"""`fix`, `check --fix` and `--diff` on idle comments, which need no library: what is written, printed and returned."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import Write

from perflint.cards import rules
from perflint.cli import main

RULE = next(rule for rule in rules() if rule.module and rule.default).name
IDLE = f"x = 1  # perflint: ignore[{RULE}]\n"
LEFT = "y = 2  # perflint: ignore[no-such-rule]\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return int(caught.value.code or 0)


def test_fix_writes_and_says_what_it_did(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    root = write({"a.py": IDLE, "b.py": LEFT})
    assert run("fix") == 1
    assert (root / "a.py").read_text() == "x = 1\n"
    assert (root / "b.py").read_text() == LEFT
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "fixed a.py:1:8: PF001 remove the comment",
        "left  b.py:1:8: PF002 no rule is called no-such-rule",
    ]
    assert err == "Fixed 1; 1 finding left.\n"


def test_fix_leaves_nothing(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    write({"a.py": IDLE})
    assert run("fix") == 0
    assert run("fix") == 0
    assert capsys.readouterr().err == "Fixed 1; 0 findings left.\nFixed 0; 0 findings left.\n"


def test_check_with_fix_prints_what_is_left(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    root = write({"a.py": IDLE + LEFT})
    assert run("check", "--fix", "--output-format", "concise") == 1
    assert (root / "a.py").read_text() == "x = 1\n" + LEFT
    assert capsys.readouterr().out == "a.py:2:8: PF002 no rule is called no-such-rule\n"


def test_the_excerpt_is_of_the_fixed_text(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    write({"a.py": f"# perflint: ignore[{RULE}]\n" + LEFT})
    assert run("check", "--fix") == 1
    assert f"a.py:1:8: PF002 no rule is called no-such-rule\n  |\n1 | {LEFT}" in capsys.readouterr().out


def test_show_fixes_lists_them(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    write({"a.py": IDLE})
    assert run("check", "--fix", "--show-fixes") == 0
    assert capsys.readouterr().out == "fixed a.py:1:8: PF001 remove the comment\n"


@pytest.mark.parametrize("command", [["fix", "--diff"], ["check", "--diff"], ["check", "--fix", "--diff"]])
def test_diff_prints_a_patch_and_writes_nothing(
    write: Write, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    root = write({"a.py": IDLE})
    assert run(*command) == 1
    assert (root / "a.py").read_text() == IDLE
    out, err = capsys.readouterr()
    assert out == f"--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-{IDLE}+x = 1\n"
    assert err == "Would fix 1 finding.\n"


def test_diff_of_nothing(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    write({"a.py": LEFT})
    assert run("check", "--diff") == 0
    assert capsys.readouterr() == ("", "Nothing to fix.\n")


KEPT = {
    "Windows lines": (IDLE.replace("\n", "\r\n").encode() + b"y = 2\r\n", b"x = 1\r\ny = 2\r\n"),
    "mixed lines": (b"y = 2\r\n" + IDLE.encode() + b"z = 3\r", b"y = 2\r\nx = 1\nz = 3\r"),
    "a byte order mark": (b"\xef\xbb\xbf" + IDLE.encode(), b"\xef\xbb\xbfx = 1\n"),
    "Latin 1": (b"# coding: latin-1\ns = '\xe9'\n" + IDLE.encode(), b"# coding: latin-1\ns = '\xe9'\nx = 1\n"),
    "tabs, form feeds and space at ends": (b"if x:\n\tx  \n\f\n" + IDLE.encode(), b"if x:\n\tx  \n\f\nx = 1\n"),
    "no newline at the end": (IDLE.strip().encode(), b"x = 1"),
}


@pytest.mark.parametrize(("before", "after"), KEPT.values(), ids=KEPT)
def test_no_byte_outside_a_fix_is_changed(write: Write, before: bytes, after: bytes) -> None:
    root = write({"a.py": before})
    assert run("fix", "-q") == 0
    assert (root / "a.py").read_bytes() == after


@pytest.mark.parametrize("command", [["fix"], ["check", "--fix", "--output-format", "concise"]])
def test_standard_input_is_fixed_to_standard_output(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], command: list[str]
) -> None:
    given = b"\xef\xbb\xbfs = '\xc3\xa9'\r\n" + (IDLE + LEFT).replace("\n", "\r\n").encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(given)))
    assert run(*command, "-") == 1
    out, err = capfdbinary.readouterr()
    assert out == b"\xef\xbb\xbfs = '\xc3\xa9'\r\nx = 1\r\n" + LEFT.replace("\n", "\r\n").encode()
    assert b"stdin.py:3:8: PF002 no rule is called no-such-rule" in err


def test_a_link_out_of_the_project_is_not_written(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    root = write({"outside.py": IDLE, "project/pyproject.toml": ""})
    (root / "project" / "a.py").symlink_to(root / "outside.py")
    assert run("fix", "project") == 2
    assert (root / "outside.py").read_text() == IDLE
    assert "error: project/a.py: not written: leads out of" in capsys.readouterr().err


def test_unfixable_rules_are_not_fixed(write: Write) -> None:
    root = write({"perflint.toml": 'unfixable = ["PF001"]\n', "a.py": IDLE})
    assert run("fix") == 1
    assert (root / "a.py").read_text() == IDLE
