"""Comments that silence, and what is said of those that do not."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Write
from fakes import analyse

from perflint.config import Settings
from perflint.edits import apply_edits
from perflint.engine import Outcome, check
from perflint.findings import Problem

pytestmark = pytest.mark.usefixtures("made_up_rules")


def run(write: Write, text: str, **settings: Any) -> Outcome:
    root = write({"a.py": text})
    return check([root / "a.py"], Settings(root=root, **settings), analyse=analyse)


def codes(outcome: Outcome) -> list[str]:
    return [f"{finding.span.start.row}:{finding.code}" for finding in outcome.findings]


SILENT = {
    "a code": "slow()  # perflint: ignore[PF101]\n",
    "a name": "slow()  # perflint: ignore[slow-call]\n",
    "several": "slow(crawl())  # perflint: ignore[PF101, slow-loop]\n",
    "a reason": "slow()  # perflint: ignore[PF101] -- it is a toy\n",
    "no names": "slow(crawl())  # perflint: ignore\n",
    "no names, and a reason": "slow(crawl())  # perflint: ignore -- it is a toy\n",
    "no spaces": "slow()  #perflint:ignore[PF101]\n",
    "behind another comment": "slow()  # noqa: X1 # perflint: ignore[PF101]\n",
    "before another comment": "slow()  # perflint: ignore[PF101] # noqa: X1\n",
    "on the line above": "# perflint: ignore[PF101]\nslow()\n",
    "above, with comments between": "# perflint: ignore[PF101]\n# more\n\nslow()\n",
    "two above": "# perflint: ignore[PF101]\n# perflint: ignore[PF102]\nslow(crawl())\n",
    "at the end of a statement of several lines": "x = [\n    slow(),\n]  # perflint: ignore[PF101]\n",
    "on the line in a statement of several lines": "x = [\n    slow(),  # perflint: ignore[PF101]\n]\n",
    "above a line in a statement of several lines": "x = [\n    # perflint: ignore[PF101]\n    slow(),\n]\n",
    "above a statement of several lines": "# perflint: ignore[PF101]\nx = [\n    slow(),\n]\n",
    "on the line of a def": "def f():  # perflint: ignore[PF101]\n    if x:\n        slow()\n    slow()\n",
    "on the line of an async def": "async def f():  # perflint: ignore[PF101]\n    slow()\n",
    "above a def": "# perflint: ignore[PF101]\ndef f():\n    slow()\n",
    "on the last line of a long def": "def f(\n    a,\n):  # perflint: ignore[PF101]\n    slow()\n",
    "on a def below a decorator": "@g\ndef f():  # perflint: ignore[PF101]\n    slow()\n",
    "a whole file, from anywhere": "slow()\n# perflint: ignore-file[PF101]\nslow()\n",
    "a whole file, without names": "# perflint: ignore-file\nslow(crawl())\n",
    "Windows lines": "x = 1\r\nslow()  # perflint: ignore[PF101]\r\n",
    "old Macintosh lines": "x = 1\rslow()  # perflint: ignore[PF101]\rx\r",
    "behind a form feed": "x = 1\n\f\nslow()  # perflint: ignore[PF101]\n",
    "no newline at the end": "slow()  # perflint: ignore[PF101]",
    "behind a string with a doubtful escape": "x = '\\d'\nslow()  # perflint: ignore[PF101]\n",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_silences(write: Write, text: str) -> None:
    assert codes(run(write, text)) == []


HEARD = {
    "another rule": ("slow()  # perflint: ignore[PF102]\n", ["1:PF101", "1:PF001"]),
    "another line": ("slow()\nx = 1  # perflint: ignore[PF101]\n", ["1:PF101", "2:PF001"]),
    "the line after the next": ("# perflint: ignore[PF101]\nx = 1\nslow()\n", ["1:PF001", "3:PF101"]),
    "a decorator is not the def": (
        "@g  # perflint: ignore[PF101]\ndef f():\n    slow()\n",
        ["1:PF001", "3:PF101"],
    ),
    "past the end of the def": ("def f():  # perflint: ignore[PF101]\n    slow()\nslow()\n", ["3:PF101"]),
    "inside a string": ('slow("# perflint: ignore[PF101]")\n', ["1:PF101"]),
    "a word that begins alike": ("slow()  # perflint: ignored[PF101]\n", ["1:PF101"]),
    "another line of the statement": (
        "x = [  # perflint: ignore[PF101]\n    slow(),\n]\n",
        ["1:PF001", "2:PF101"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), HEARD.values(), ids=HEARD)
def test_does_not_silence(write: Write, text: str, expected: list[str]) -> None:
    assert codes(run(write, text)) == expected


IDLE = {
    "a comment behind code": ("x = 1  # perflint: ignore[PF101] -- once slow\n", "x = 1\n"),
    "a comment alone": ("x = 1\n    # perflint: ignore[PF101]\ny = 2\n", "x = 1\ny = 2\n"),
    "a comment alone, Windows lines": ("x = 1\r\n# perflint: ignore[PF101]\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
    "a comment alone at the end": ("x = 1\n# perflint: ignore[PF101]", "x = 1\n"),
    "one name of two": (
        "slow()  # perflint: ignore[PF102, slow-call] -- a toy\n",
        "slow()  # perflint: ignore[slow-call] -- a toy\n",
    ),
    "no names": ("x = 1  # perflint: ignore\n", "x = 1\n"),
    "a whole file": ("# perflint: ignore-file[PF101]\nx = 1\n", "x = 1\n"),
    "behind another comment": ("x = 1  # noqa: X1  # perflint: ignore[PF101]\n", "x = 1  # noqa: X1\n"),
    "before another comment": ("x = 1  # perflint: ignore[PF101] -- why # noqa: X1\n", "x = 1  # noqa: X1\n"),
    "alone before another comment": ("# perflint: ignore[PF101] # why\nx = 1\n", "# why\nx = 1\n"),
}


@pytest.mark.parametrize(("text", "fixed"), IDLE.values(), ids=IDLE)
def test_an_idle_comment_is_reported_and_its_fix_removes_it(write: Write, text: str, fixed: str) -> None:
    (finding,) = run(write, text).findings
    assert finding.code == "PF001"
    assert finding.fix
    assert apply_edits(text, finding.fix.edits) == fixed
    assert codes(run(write, fixed)) == []


NOT_JUDGED: dict[str, tuple[str, dict[str, Any]]] = {
    "its rule is off by default": ("x = 1  # perflint: ignore[PF201]\n", {}),
    "its rule is not selected": ("x = 1  # perflint: ignore[PF101]\n", {"select": ("PF102", "PF001")}),
    "its rule is ignored": ("x = 1  # perflint: ignore[PF101]\n", {"ignore": ("PF101",)}),
    "its rule is ignored in this file": (
        "x = 1  # perflint: ignore[PF101]\n",
        {"per_file_ignores": {"a.py": ("PF101",)}},
    ),
    "no names, and not every rule runs": ("x = 1  # perflint: ignore\n", {"ignore": ("PF102",)}),
    "it silences what is held back": ("slow(maybe)  # perflint: ignore[PF101]\n", {}),
    "PF001 does not run": ("x = 1  # perflint: ignore[PF101]\n", {"ignore": ("PF001",)}),
    "it names PF001 itself": ("# perflint: ignore-file[PF001]\nx = 1  # perflint: ignore[PF101]\n", {}),
}


@pytest.mark.parametrize(("text", "settings"), NOT_JUDGED.values(), ids=NOT_JUDGED)
def test_an_idle_comment_is_not_judged_when(write: Write, text: str, settings: dict[str, Any]) -> None:
    assert codes(run(write, text, **settings)) == []


def test_an_idle_comment_is_not_judged_where_a_check_crashed(write: Write) -> None:
    outcome = run(write, "crash = 1  # perflint: ignore[PF102]\n")
    assert codes(outcome) == []
    assert isinstance(outcome.problems[0], Problem)


UNKNOWN = {
    "a wrong code": ("slow()  # perflint: ignore[PF1011, PF101]\n", "no rule is called PF1011; did you mean PF101?"),
    "a wrong name": ("x = 1  # perflint: ignore[slow-cal]\n", "no rule is called slow-cal; did you mean slow-call?"),
    "a prefix": ("x = 1  # perflint: ignore[PF1]\n", "no rule is called PF1"),
    "no brackets": ("x = 1  # perflint: ignore PF101\n", "not understood, so nothing is silenced"),
    "no dashes": ("x = 1  # perflint: ignore[PF101] a toy\n", "not understood, so nothing is silenced"),
    "empty brackets": ("x = 1  # perflint: ignore[]\n", "not understood, so nothing is silenced"),
}


@pytest.mark.parametrize(("text", "message"), UNKNOWN.values(), ids=UNKNOWN)
def test_a_comment_that_names_no_rule_is_reported(write: Write, text: str, message: str) -> None:
    (finding,) = run(write, text).findings
    assert finding.code == "PF002"
    assert finding.message.startswith(message)
    assert finding.fix is None


def test_a_bare_comment_does_not_silence_what_is_said_of_it(write: Write) -> None:
    assert codes(run(write, "x = 1  # perflint: ignore\n")) == ["1:PF001"]


def test_the_finding_spans_the_comment_and_its_reason(write: Write) -> None:
    (finding,) = run(write, "x = 1  # perflint: ignore[PF101] -- a toy \n").findings
    assert (finding.span.start.column, finding.span.end.column) == (
        8,
        len("x = 1  # perflint: ignore[PF101] -- a toy") + 1,
    )
