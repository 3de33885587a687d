"""The process ends at once, with everything said and done."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_RUN = """
import atexit, sys
atexit.register(print, "done")
sys.argv = ["perflint", *{arguments!r}]
from perflint.process import run
run()
"""


def _ended(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _RUN.format(arguments=arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_all_output_arrives_and_what_was_registered_is_done() -> None:
    project = Path("fixtures/documents").resolve()
    run = _ended("check", "--no-cache", "--output-format", "json", str(project))
    assert run.returncode == 1
    text, _, last = run.stdout.rstrip("\n").rpartition("\n")
    assert last == "done"
    assert len(json.loads(text)) > 3


def test_the_exit_code_is_that_of_the_command(tmp_path: Path) -> None:
    assert _ended("check", "--no-cache", str(tmp_path)).returncode == 0
    assert _ended("check", "--no-such-option").returncode == 2
    assert _ended("--version").returncode == 0


def test_a_profiler_still_reports() -> None:
    command = [sys.executable, "-m", "cProfile", "-m", "perflint", "--version"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0
    assert "function calls" in run.stdout
