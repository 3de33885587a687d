"""The marks of fixtures: read, taken out, and written where findings are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import found
from marks import Marked, marked, unmarked

CLEAN = "a = slow()\nb = 1\n"
HERE = found(Path("a.py"), 1, "a = slow()")

TEXTS = {
    "one finding": ("a = slow()  # expect: PF101\nb = 1\n", [HERE]),
    "two of a rule on a line": ("a = slow()  # expect: PF101, PF101\nb = 1\n", [HERE, HERE]),
    "two rules, in order": ("a = slow()  # expect: PF101, PF102\nb = 1\n", [replace(HERE, code="PF102"), HERE]),
    "a known miss": ("a = slow()\nb = 1  # expect-not-yet: PF102\n", []),
    "a finding and a known miss": ("a = slow()  # expect: PF101  # expect-not-yet: PF102\nb = 1\n", [HERE]),
}


@pytest.mark.parametrize(("text", "findings"), TEXTS.values(), ids=TEXTS)
def test_marks_that_are_right_come_back(text: str, findings: list[object]) -> None:
    clean = unmarked(text)
    assert clean.text == CLEAN
    assert marked(clean, findings) == text  # type: ignore[arg-type]


def test_windows_lines_keep_their_ends() -> None:
    text = "a = slow()  # expect: PF101\r\nb = 1\r\n"
    assert unmarked(text) == Marked("a = slow()\r\nb = 1\r\n", {})
    assert marked(unmarked(text), [HERE]) == text


def test_a_known_miss_that_is_found_is_no_miss() -> None:
    clean = unmarked("a = slow()  # expect-not-yet: PF101\nb = 1\n")
    assert marked(clean, [HERE]) == "a = slow()  # expect: PF101\nb = 1\n"


def test_a_finding_that_is_gone_loses_its_mark() -> None:
    assert marked(unmarked("a = slow()  # expect: PF101\nb = 1\n"), []) == CLEAN


@pytest.mark.parametrize("text", ["x  # expect: nothing\n", "x  # expect: PF1\n", "# expect: PF101 and more\n"])
def test_other_comments_are_no_marks(text: str) -> None:
    assert unmarked(text).text == text
