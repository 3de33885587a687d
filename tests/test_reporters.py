"""Each output format, byte for byte."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import click
import pytest
from fakes import found

from perflint.edits import apply_edits, patch, preview
from perflint.findings import Applicability, Edit, Finding, Fix, Position, Severity, Span
from perflint.reporters import Report, render, settled_format
from perflint.reporters.text import columns, printable

ROOT = Path("/project")
TEXT = "def f(x):\n    for y in x:\n        slow(far)\n    return x\n"
FORMATS = ("text", "concise", "json", "json-lines", "github")


def finding(text: str = TEXT, row: int = 3) -> Finding:
    return found(ROOT / "app/a.py", row, text.split("\n")[row - 1])


def printed(format_name: str, *findings: Finding, text: str = TEXT, **given: bool) -> str:
    report = Report(findings, lambda path: text, ROOT, **given)
    return "\n".join(render(format_name, report))


def test_text() -> None:
    assert (
        printed("text", finding())
        == """\
app/a.py:3:9: PF101 [*] slow is slow
  |
1 | def f(x):
2 |     for y in x:
3 |         slow(far)
  |         ^^^^
4 |     return x
  |
  = way: f calls g (app/a.py:1:1)
         → g is slow (app/a.py:2:3)
  = cost: 1 s
  = help: call `fast`
3 -         slow(far)
3 +         fast(far)"""
    )


def test_text_of_several_findings_is_separated_by_a_blank_line() -> None:
    one = replace(finding(), trace=(), fix=None, cost="")
    block = "app/a.py:3:9: PF101 slow is slow\n  |\n1 | def f(x):\n2 |     for y in x:\n3 |         slow(far)\n"
    block += "  |         ^^^^\n4 |     return x\n  |"
    assert printed("text", one, one) == f"{block}\n\n{block}"


def test_text_shows_no_blank_lines_at_the_ends() -> None:
    text = "\n\nx = slow()\n\ny\n"
    rows = [line[:3] for line in printed("text", replace(finding(text, 3), fix=None), text=text).split("\n")]
    assert rows[1:6] == ["  |", "3 |", "  |", "4 |", "5 |"]


def test_text_underlines_the_first_line_of_a_span_of_several() -> None:
    long = replace(finding(), span=Span(Position(2, 5), Position(3, 18)))
    assert "2 |     for y in x:\n  |     ^^^^^^^^^^^\n3 |" in printed("text", long)


def test_text_says_what_kind_of_fix_it_is() -> None:
    fix = finding().fix
    assert fix
    unsafe = replace(finding(), fix=replace(fix, applicability=Applicability.UNSAFE))
    shown = replace(finding(), fix=replace(fix, applicability=Applicability.DISPLAY))
    assert "app/a.py:3:9: PF101 slow is slow\n" in printed("text", unsafe)
    assert "  = help: call `fast` (unsafe fix)\n" in printed("text", unsafe)
    assert "app/a.py:3:9: PF101 [*] slow is slow\n" in printed("text", unsafe, unsafe_fixes=True)
    assert "  = help: call `fast` (by hand)\n" in printed("text", shown, unsafe_fixes=True)
    assert "[*]" not in printed("text", shown, unsafe_fixes=True)


@pytest.mark.parametrize(
    ("line", "underline"),
    [
        ("\tslow()", "    ^^^^"),
        ("x\tslow()", "x    ^^^^"),
        ("'漢字', slow()", "        ^^^^"),
        ("'e\u0301', slow()", "     ^^^^"),
        ("'\x1b[31m', slow()", "         ^^^^"),
        ("\fslow()", " ^^^^"),
    ],
)
def test_text_underlines_what_it_says_whatever_the_width(line: str, underline: str) -> None:
    row = printed("text", finding(line, 1), text=line).split("\n")[3]
    assert len(row) == len("  | ") + len(underline)
    assert row.endswith("^^^^")


def test_no_control_character_of_the_source_reaches_the_terminal() -> None:
    line = "slow('\x1b]0;title\x07\x9b\u202e\r')"
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", printed("text", finding(line, 1), text=line))
    assert (printable("\ta\x1b"), columns("漢\u0301b")) == ("    a␛", 3)


def test_text_with_colours_is_the_text_without_them() -> None:
    colored = printed("text", finding(), is_colored=True)
    assert click.unstyle(colored) == printed("text", finding())
    assert colored != printed("text", finding())


def test_concise() -> None:
    assert printed("concise", finding(), finding("slow()", 1)) == (
        "app/a.py:3:9: PF101 [*] slow is slow\napp/a.py:1:1: PF101 [*] slow is slow"
    )


def test_a_path_outside_the_folder_is_absolute() -> None:
    other = replace(finding(), path=Path("/elsewhere/b.py"))
    assert printed("concise", other).startswith("/elsewhere/b.py:3:9: ")


OBJECT = {
    "code": "PF101",
    "name": "slow-call",
    "message": "slow is slow",
    "severity": "warning",
    "confidence": "proven",
    "filename": "/project/app/a.py",
    "location": {"row": 3, "column": 9},
    "end_location": {"row": 3, "column": 13},
    "cost": "1 s",
    "hotness": "request",
    "trace": [
        {"filename": "/project/app/a.py", "location": {"row": 1, "column": 1}, "message": "f calls g"},
        {"filename": "/project/app/a.py", "location": {"row": 2, "column": 3}, "message": "g is slow"},
    ],
    "fix": {
        "applicability": "safe",
        "message": "call `fast`",
        "edits": [
            {"content": "fast", "location": {"row": 3, "column": 9}, "end_location": {"row": 3, "column": 13}},
        ],
    },
    "url": None,
}


def test_json() -> None:
    assert json.loads(printed("json", finding())) == [OBJECT]
    assert printed("json", finding()).isascii()


def test_json_of_nothing_is_an_empty_array() -> None:
    assert printed("json") == "[]"
    assert [printed(name) for name in FORMATS if name != "json"] == [""] * 4


def test_json_lines() -> None:
    lines = printed("json-lines", finding(), replace(finding(), fix=None)).split("\n")
    assert [json.loads(line) for line in lines] == [OBJECT, OBJECT | {"fix": None}]


def test_github() -> None:
    assert printed("github", finding()) == (
        "::warning title=perflint (PF101 slow-call),file=app/a.py,line=3,col=9,endColumn=13,endLine=3::"
        "app/a.py:3:9: PF101 [*] slow is slow%0A"
        "way: f calls g (app/a.py:1) → g is slow (app/a.py:2)%0Acost: 1 s%0Ahelp: call `fast`"
    )


@pytest.mark.parametrize(
    ("severity", "command"), [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "notice")]
)
def test_github_has_three_severities(severity: Severity, command: str) -> None:
    assert printed("github", replace(finding(), severity=severity)).startswith(f"::{command} title=")


def test_github_escapes_what_would_end_a_field_or_the_command() -> None:
    path = ROOT / "a,b:c%d.py"
    line = printed("github", replace(finding(), path=path, message="50% of ::x,\r\n::error::y", trace=(), cost=""))
    assert "file=a%2Cb%3Ac%25d.py,line=3" in line
    assert "50%25 of ::x,%0D%0A::error::y" in line
    assert "\n" not in line


def test_github_gives_no_columns_over_several_lines() -> None:
    long = replace(finding(), span=Span(Position(2, 5), Position(3, 18)))
    assert ",line=2,endLine=3::" in printed("github", long)


def test_auto_is_github_in_its_actions() -> None:
    assert settled_format("auto", {"GITHUB_ACTIONS": "true"}) == "github"
    assert settled_format("auto", {}) == "text"
    assert settled_format("json", {"GITHUB_ACTIONS": "true"}) == "json"


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_findings_give_the_same_text(name: str) -> None:
    assert printed(name, finding()) == printed(name, finding())


def edit(start: tuple[int, int], end: tuple[int, int], content: str) -> Edit:
    return Edit(Span(Position(*start), Position(*end)), content)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], "ab\r\ncd\re\n"),
        ([edit((1, 2), (1, 2), "X")], "aXb\r\ncd\re\n"),
        ([edit((2, 1), (2, 3), "X"), edit((1, 1), (1, 2), "Y")], "Yb\r\nX\re\n"),
        ([edit((1, 3), (3, 1), "X")], "abXe\n"),
        ([edit((4, 1), (4, 1), "X")], "ab\r\ncd\re\nX"),
    ],
)
def test_edits_are_applied_to_the_text_they_are_of(edits: list[Edit], expected: str) -> None:
    assert apply_edits("ab\r\ncd\re\n", edits) == expected


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="edits overlap at 1:2"):
        apply_edits("abc\n", [edit((1, 1), (1, 3), ""), edit((1, 2), (1, 3), "")])


def test_a_preview_has_the_lines_that_differ() -> None:
    assert list(preview("a\nb\nc\nd\n", "a\nB\nc\nd\ne\n")) == [("-", 2, "b"), ("+", 2, "B"), ("+", 5, "e")]


def test_a_patch_names_the_file_and_a_missing_newline() -> None:
    assert patch("a\nb", "a\nc", "x.py") == (
        "--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
    )
    assert patch("a\r\n", "b\r\n", "x.py").endswith("@@ -1 +1 @@\n-a\r\n+b\r\n")


def test_a_fix_without_edits_shows_no_preview() -> None:
    one = replace(finding(), fix=Fix("do it by hand", Applicability.DISPLAY, ()))
    assert printed("text", one).endswith("= help: do it by hand (by hand)")
