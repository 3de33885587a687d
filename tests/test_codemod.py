"""The codemod command: what `perflint fix` does to a file, for people who live in LibCST."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from conftest import Write
from fake_analysis import beginning, calls_to
from libcst.codemod import CodemodContext

import perflint
from perflint.cards import card_paths, read_card
from perflint.codemod import PerflintFix
from perflint.findings import Applicability
from perflint.program import rules_directory

MADE_UP = pytest.mark.usefixtures("made_up_rules")


def transformed(path: Path, text: str, **given: Any) -> tuple[str, list[str]]:
    """The text after the command, and its warnings."""
    checks = beginning(PF101=calls_to("slow", "fast"), PF102=calls_to("crawl", "fast", Applicability.UNSAFE))
    context = CodemodContext(filename=str(path))
    command = PerflintFix(context, begin=beginning(**given.pop("checks")) if "checks" in given else checks, **given)
    return command.transform_module(cst.parse_module(text)).code, context.warnings


@MADE_UP
def test_a_tree_is_fixed_and_the_file_left_to_the_tool(write: Write) -> None:
    path = write({"a.py": "pass\n"}) / "a.py"
    assert transformed(path, "slow(slow())\ncrawl()\n") == ("fast(fast())\ncrawl()\n", [])
    assert path.read_text() == "pass\n"


@MADE_UP
def test_nothing_to_fix_leaves_the_tree(write: Write) -> None:
    path = write({"a.py": "pass\n"}) / "a.py"
    assert transformed(path, "x = 1") == ("x = 1", [])


@MADE_UP
def test_unsafe_fixes_and_rules_are_asked_for(write: Write) -> None:
    path = write({"a.py": "pass\n"}) / "a.py"
    assert transformed(path, "slow(crawl())\n", unsafe_fixes=True)[0] == "fast(fast())\n"
    assert transformed(path, "slow(crawl())\n", unsafe_fixes=True, select=["PF102,PF201"])[0] == "slow(fast())\n"


@MADE_UP
def test_the_settings_of_the_project_count(write: Write) -> None:
    path = write({"perflint.toml": 'ignore = ["slow-call"]\nunsafe-fixes = true\n', "a.py": "pass\n"}) / "a.py"
    assert transformed(path, "slow(crawl())\n")[0] == "slow(fast())\n"


@MADE_UP
def test_what_could_not_be_done_is_a_warning(write: Write) -> None:
    path = write({"a.py": "pass\n"}) / "a.py"
    code, warnings = transformed(path, "slow()\n", checks={"PF101": calls_to("slow", "(await x)")})
    assert code == "slow()\n"
    assert warnings == [f"{path}: nothing is fixed here: the fix of PF101 gives code that does not compile"]


def test_its_options_are_those_of_the_command_line() -> None:
    parser = argparse.ArgumentParser()
    PerflintFix.add_args(parser)
    given = parser.parse_args(["--unsafe-fixes", "--select", "PF1,PF201", "--select", "PF401"])
    assert vars(given) == {"unsafe_fixes": True, "select": ["PF1,PF201", "PF401"]}


def test_libcst_runs_it_on_files(write: Write) -> None:
    (card,) = [read_card(path) for path in card_paths(rules_directory()) if path.name.startswith("PF201")]
    bad, fixed = (next(dict(one.files) for one in card.examples if one.kind == kind) for kind in ("bad", "fixed"))
    root = write({"pyproject.toml": "", **bad})
    files = sorted(str(root / name) for name in bad if name.endswith(".py"))
    command = [sys.executable, "-m", "libcst.tool", "codemod", "-x", "perflint.codemod.PerflintFix"]
    command += ["--no-format", "--jobs", "1", "--unsafe-fixes", "--select", "PF201", *files]
    environment = {**os.environ, "PYTHONPATH": str(Path(perflint.__file__).parent.parent)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {name: (root / name).read_text() for name in bad} == {**bad, **fixed}
    assert bad != fixed
