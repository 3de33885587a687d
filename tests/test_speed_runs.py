"""How the speed benchmark runs its subjects, with scripts for linters."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import Write

from benchmarks import packages
from benchmarks.packages import Package
from benchmarks.processes import measured
from benchmarks.speed.__main__ import main
from benchmarks.speed.bars import PACKAGES
from benchmarks.speed.measure import Effort, RunError, measurement
from benchmarks.speed.memory import whole_tree
from benchmarks.speed.subjects import COLD, EDITED, FILE_COLD, FILE_WARM, WARM, Perflint
from benchmarks.speed.tools import PINS, TOOLS, Tool, environment, version
from benchmarks.speed.trees import Target

# Says in a log beside the tree what it was asked, whether there was a cache, and how long the files were; keeps a cache.
LINTER = """
import sys
from pathlib import Path

asked = Path(sys.argv[-1])
files = [asked] if asked.is_file() else sorted(asked.rglob("*.py"))
cache = Path("../shop.cache")
with open("../log", "a") as log:
    print(asked.name or "all", cache.exists(), sum(len(file.read_text().splitlines()) for file in files), file=log)
cache.mkdir(exist_ok=True)
print("[]")
"""


@pytest.fixture
def target(tmp_path: Path) -> Target:
    tree = tmp_path / "shop"
    tree.mkdir()
    for name in ("a", "b", "c"):
        (tree / f"{name}.py").write_text("x = 1\n" * 100)
    return Target("shop", tree, tmp_path / "shop.cache", 3, 300)


def ran(script: str, scenario: str, target: Target, limit: float = 60) -> tuple[list[str], int, int, int, str]:
    """The script's log, files, lines, runs and note of a scenario with two timed runs."""
    subjects = Perflint([sys.executable, "-c", script], target.tree).subjects()
    subject = next(each for each in subjects if each.scenario == scenario)
    found = measurement(subject, target, Effort(2, limit))
    log = target.tree.parent / "log"
    return log.read_text().splitlines() if log.exists() else [], found.files, found.lines, found.runs, found.note


def test_a_cold_run_finds_no_cache(target: Target) -> None:
    assert ran(LINTER, COLD, target) == (["all False 300"] * 3, 3, 300, 2, "")


def test_a_warm_run_finds_one_and_nothing_changed(target: Target) -> None:
    assert ran(LINTER, WARM, target)[0] == ["all False 300", *["all True 300"] * 3]


def test_an_edit_stands_between_two_runs(target: Target) -> None:
    log = ran(LINTER, EDITED, target)[0]
    assert [line.split()[1] for line in log] == ["False", "True", "True", "True"]
    lines = [int(line.split()[2]) for line in log]
    assert lines == [300, 301, 302, 303]


def test_one_file_without_a_cache(target: Target) -> None:
    log = ["a.py False 100", "b.py False 100", "a.py False 100"]
    assert ran(LINTER, FILE_COLD, target) == (log, 1, 100, 2, "")


def test_one_edited_file_in_a_project_that_the_cache_knows(target: Target) -> None:
    log = ["all False 300", "a.py True 101", "b.py True 101", "a.py True 102"]
    assert ran(LINTER, FILE_WARM, target)[0] == log


@pytest.mark.parametrize(
    ("script", "said"),
    [("import sys; sys.exit('bad option')", "exit code 1: bad option"), ("pass", "exit code 0: ")],
    ids=["failed", "silent"],
)
def test_a_command_that_does_not_do_its_job_is_no_figure(target: Target, script: str, said: str) -> None:
    with pytest.raises(RunError, match=f"perflint cold shop: {said}"):
        ran(script, COLD, target)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the memory of a process")
class TestOnLinux:
    def test_a_run_that_takes_too_long_is_stopped_and_says_so(self, target: Target) -> None:
        found = ran("import time; time.sleep(60)", COLD, target, limit=0.2)
        assert found[3:] == (1, "stopped after 0 s")

    def test_memory_is_that_of_all_processes_together(self) -> None:
        block = "import time; block = b'x' * 80_000_000; time.sleep(0.7)"
        both = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {block!r}]); {block}; p.wait()"
        ended = measured([sys.executable, "-c", both], wait=whole_tree(60))
        assert 150 < ended.cost.megabytes < 250


def test_a_cache_is_known_by_its_setting(tmp_path: Path) -> None:
    def knows(settings: str) -> bool:
        return Perflint([sys.executable, "-c", f"print({settings!r})"], tmp_path).has_cache()

    assert knows("select = []\ncache-dir = '.perflint_cache'")
    assert not knows("select = []")


def test_other_tools_do_not_find_perflint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "here")
    assert "PYTHONPATH" not in environment({})
    assert environment({"PYTHONPATH": "there"})["PYTHONPATH"] == "there"


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_each_tool_has_one_pin_for_what_it_is_made_of(tool: Tool) -> None:
    lines = (PINS / f"{tool.name}.txt").read_text().splitlines()[1:]
    names = [line.split("==")[0].lower() for line in lines]
    assert len(names) == len(set(names)) == len([line for line in lines if "==" in line])
    assert all(name in version(tool) for name in tool.packages)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--tools", "ruff,rough"], "rough"), (["--scenario", "tepid"], "tepid"), (["--package", "left-pad"], "left-pad")],
)
def test_an_unknown_name_is_a_usage_error(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert said in done.output


@pytest.fixture
def shelf(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with a file for each package that is measured."""
    pins = [Package(name, "1.0", "") for name in (*PACKAGES, "litellm")]
    monkeypatch.setattr(packages, "pinned", lambda: pins)
    return write({f"{pin.name}-1.0/{pin.name}/a.py": "x = 1\n" * 60 for pin in pins})


def test_the_command_runs_what_it_is_asked_for(shelf: Path) -> None:
    start = shlex.join([sys.executable, "-c", LINTER])
    where = ["--cache", str(shelf), "--output", str(shelf / "out.md"), "--command", start, "--repeat", "1"]
    asked = ["--tools", "perflint", "--scenario", "startup,warm,growth", "--package", "wagtail"]
    done = CliRunner().invoke(main, [*where, *asked])
    assert done.exit_code == 0, done.output
    rows = [line.split(" | ")[:5] for line in (shelf / "out.md").read_text().splitlines() if " | perflint | " in line]
    assert rows[0] == ["| wagtail", "perflint", "warm", "1", "60"]
    assert rows[1] == ["| growth 50,000 lines", "perflint", "cold", "5", "300"]
    assert len(rows) == 1 + 6
    assert "python -c pass startup" in done.stderr


def test_a_failure_ends_the_command(shelf: Path) -> None:
    start = shlex.join([sys.executable, "-c", "import sys; sys.exit('bad option')"])
    asked = ["--tools", "perflint", "--scenario", "cold", "--cache", str(shelf), "--command", start]
    done = CliRunner().invoke(main, asked)
    assert (done.exit_code, "exit code 1: bad option" in done.output) == (1, True)
