"""What a run keeps of what the analysis finds, and on which files it reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Write
from fakes import analyse

from perflint.config import Settings
from perflint.engine import Outcome, check
from perflint.findings import Applicability, Finding, Severity

pytestmark = pytest.mark.usefixtures("made_up_rules")


def run(root: Path, *names: str, **settings: Any) -> Outcome:
    paths = [root / name for name in names] or [root]
    return check(paths, Settings(root=root, **settings), analyse=analyse)


def places(outcome: Outcome, root: Path) -> list[str]:
    return [f"{f.path.relative_to(root).as_posix()}:{f.span.start.row}:{f.code}" for f in outcome.findings]


def only(outcome: Outcome) -> Finding:
    (finding,) = outcome.findings
    return finding


def test_findings_are_sorted_by_path_row_column_and_code(write: Write) -> None:
    root = write({"b.py": "slow()\n", "a.py": "crawl(); slow()\nslow()\n"})
    outcome = run(root)
    assert places(outcome, root) == ["a.py:1:PF102", "a.py:1:PF101", "a.py:2:PF101", "b.py:1:PF101"]
    assert (outcome.files, outcome.lines, outcome.problems) == (2, 3, ())


def test_a_finding_that_two_checks_of_a_rule_make_is_reported_once(write: Write) -> None:
    root = write({"a.py": "slow()\n"})
    outcome = check([root], Settings(root=root), analyse=lambda *given: [*analyse(*given), *analyse(*given)])
    assert len(outcome.findings) == 1


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ["PF101", "PF102"]),
        ({"select": ("PF201",)}, ["PF201"]),
        ({"select": ("ALL",)}, ["PF101", "PF102", "PF201"]),
        ({"select": ("PF1",), "ignore": ("slow-call",)}, ["PF102"]),
        ({"extend_select": ("slow-page",)}, ["PF101", "PF102", "PF201"]),
        ({"ignore": ("PF1",), "extend_select": ("PF102",)}, ["PF102"]),
        ({"ignore": ("ALL",)}, []),
        ({"per_file_ignores": {"*.py": ("PF101",)}}, ["PF102"]),
        ({"per_file_ignores": {"app/": ("ALL",)}}, []),
        ({"per_file_ignores": {"!app/": ("ALL",)}}, ["PF101", "PF102"]),
        ({"per_file_ignores": {"other.py": ("ALL",)}}, ["PF101", "PF102"]),
    ],
)
def test_rules_are_selected(write: Write, settings: dict[str, Any], expected: list[str]) -> None:
    root = write({"app/a.py": "slow()\ncrawl()\npage()\n"})
    assert [finding.code for finding in run(root, **settings).findings] == expected


def test_what_is_unproven_is_held_back_until_asked_for(write: Write) -> None:
    root = write({"a.py": "slow(maybe)\n"})
    assert not run(root).findings
    assert len(run(root, unproven=True).findings) == 1


def test_contexts_decide_what_is_reported(write: Write) -> None:
    files = ("a.py", "tests/b.py", "scripts/c.py", "docs/d.py", "x/migrations/0001_e.py", "x/management/commands/f.py")
    root = write({"pyproject.toml": "", **dict.fromkeys(files, "slow()\n")})
    assert places(run(root), root) == ["a.py:1:PF101", "x/management/commands/f.py:1:PF101"]
    every = ("app", "commands", "scripts", "migrations", "tests", "docs")
    assert len(run(root, contexts=every).findings) == len(files)
    assert places(run(root, "tests", contexts=("tests",)), root) == ["tests/b.py:1:PF101"]
    assert run(root, "tests").files == 0


def test_findings_in_commands_are_one_step_less_severe(write: Write) -> None:
    root = write({"x/management/commands/f.py": "slow()\n"})
    assert only(run(root)).severity is Severity.INFO


def test_the_whole_project_is_analysed_though_one_file_is_reported(write: Write) -> None:
    root = write({"pyproject.toml": "", "a.py": "slow()\n", "app/b.py": "slow()\n", "tests/test_c.py": "x\n"})
    seen: list[str] = []

    def spy(sources: Any, report: Any, settings: Settings) -> Any:
        seen.extend(source.path.name for source in sources)
        return analyse(sources, report, settings)

    outcome = check([root / "app" / "b.py"], Settings(root=root), analyse=spy)
    assert seen == ["a.py", "b.py", "test_c.py"]
    assert places(outcome, root) == ["app/b.py:1:PF101"]


def test_without_a_project_only_the_given_paths_are_read(write: Write) -> None:
    root = write({"a.py": "slow()\n", "b.py": b"\xff"})
    outcome = run(root, "a.py")
    assert (outcome.files, outcome.problems, outcome.notes) == (1, (), ())


def test_an_unreadable_file_that_is_only_indexed_is_a_note(write: Write) -> None:
    root = write({"pyproject.toml": "", "a.py": "slow()\n", "tests/bad.py": b"\xff"})
    outcome = run(root, "a.py")
    assert not outcome.problems
    assert [note.path for note in outcome.notes] == [root / "tests/bad.py"]


def test_an_overlay_stands_for_the_file(write: Write) -> None:
    root = write({"a.py": "fast()\n"})
    path = root / "a.py"
    assert check([path], Settings(root=root), {path: "slow()\n"}, analyse).findings
    assert not check([path], Settings(root=root), {}, analyse).findings


def test_an_overlay_need_not_exist_on_disk(write: Write) -> None:
    root = write({})
    assert check([root / "new.py"], Settings(root=root), {root / "new.py": "slow()\n"}, analyse).findings


@pytest.mark.parametrize(
    ("settings", "line", "expected"),
    [
        ({}, "slow()", Applicability.SAFE),
        ({}, "slow(risky)", Applicability.UNSAFE),
        ({"unfixable": ("PF101",)}, "slow()", Applicability.DISPLAY),
        ({"fixable": ("PF102",)}, "slow()", Applicability.DISPLAY),
        ({"extend_safe_fixes": ("slow-call",)}, "slow(risky)", Applicability.SAFE),
        ({"extend_unsafe_fixes": ("PF1",)}, "slow()", Applicability.UNSAFE),
        ({"extend_unsafe_fixes": ("PF1",), "extend_safe_fixes": ("PF101",)}, "slow(risky)", Applicability.SAFE),
        ({"unfixable": ("ALL",), "fixable": ("PF101",)}, "slow()", Applicability.SAFE),
    ],
)
def test_settings_move_what_a_fix_is(
    write: Write, settings: dict[str, Any], line: str, expected: Applicability
) -> None:
    fix = only(run(write({"a.py": line + "\n"}), **settings)).fix
    assert fix and fix.applicability is expected


def test_a_fix_that_is_only_shown_is_never_raised(write: Write) -> None:
    root = write({"a.py": "slow()\n"})

    def shown(*given: Any) -> Any:
        for finding in analyse(*given):
            assert isinstance(finding, Finding)
            assert finding.fix
            yield replace(finding, fix=replace(finding.fix, applicability=Applicability.DISPLAY))

    outcome = check([root], Settings(root=root, extend_safe_fixes=("ALL",)), analyse=shown)
    fix = only(outcome).fix
    assert fix and fix.applicability is Applicability.DISPLAY


def test_a_crash_is_a_problem_and_the_rest_is_reported(write: Write) -> None:
    root = write({"a.py": "crash\nslow()\n", "b.py": "slow()\n"})
    outcome = run(root)
    assert [problem.message for problem in outcome.problems] == ["PF102 crashed: ValueError"]
    assert len(outcome.findings) == 2
