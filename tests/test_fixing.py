"""Fixing: to the end, all or nothing by file, and without touching what no fix is about."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from conftest import Write
from fake_analysis import Check, beginning, calls_to
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_rewrite_edits import files

from perflint import fixing
from perflint.config import Settings
from perflint.findings import Applicability
from perflint.fixing import FixResult
from perflint.rewrites import Draft, Import, Rewrite

pytestmark = pytest.mark.usefixtures("made_up_rules")

SLOW = calls_to("slow", "fast")
IMPORTED = calls_to("slow", "fast", imports=(Import("speed", "fast"),))


def fix(root: Path, unsafe: bool = False, write: bool = True, settings: Any = None, **checks: Check) -> FixResult:
    given = Settings(root=root, **(settings or {}))
    return fixing.fix([root], given, unsafe=unsafe, write=write, begin=beginning(**(checks or {"PF101": SLOW})))


def titles(result: FixResult) -> list[str]:
    return [f"{one.path.name}:{one.span.start.row} {one.code}" for one in result.applied]


def test_fixes_are_written_and_told(write: Write) -> None:
    root = write({"a.py": "x = 1\nslow()\n", "b.py": "slow()\n", "c.py": "fast()\n"})
    result = fix(root)
    assert [(root / name).read_text() for name in ("a.py", "b.py", "c.py")] == [
        "x = 1\nfast()\n",
        "fast()\n",
        "fast()\n",
    ]
    assert titles(result) == ["a.py:2 PF101", "b.py:1 PF101"]
    assert (result.remaining, result.problems) == ((), ())
    assert result.changed == {
        root / "a.py": ("x = 1\nslow()\n", "x = 1\nfast()\n"),
        root / "b.py": ("slow()\n", "fast()\n"),
    }


def test_nothing_is_written_when_only_the_change_is_asked_for(write: Write) -> None:
    root = write({"a.py": "slow()\n"})
    result = fix(root, write=False)
    assert (root / "a.py").read_text() == "slow()\n"
    assert result.changed == {root / "a.py": ("slow()\n", "fast()\n")}


def test_a_text_that_stands_for_a_file_is_fixed_instead_of_it(write: Write) -> None:
    root = write({"a.py": "pass\n"})
    path = root / "a.py"
    result = fixing.fix(
        [path], Settings(root=root), unsafe=False, write=False, overlay={path: "slow()\n"}, begin=beginning(PF101=SLOW)
    )
    assert result.changed == {path: ("slow()\n", "fast()\n")}


def test_nested_findings_are_all_fixed(write: Write) -> None:
    root = write({"a.py": "slow(slow(1, slow(2)), [slow(x) for x in slow(3)])\n"})
    result = fix(root)
    assert (root / "a.py").read_text() == "fast(fast(1, fast(2)), [fast(x) for x in fast(3)])\n"
    assert len(result.applied) == 5
    assert not result.remaining


def test_a_fix_that_makes_another_finding_goes_on(write: Write) -> None:
    root = write({"a.py": "slow()\n"})
    result = fix(root, PF101=calls_to("slow", "crawl"), PF102=calls_to("crawl", "fast"))
    assert (root / "a.py").read_text() == "fast()\n"
    assert [finding.code for finding in result.applied] == ["PF101", "PF102"]


def test_fixes_of_several_rules_share_an_import(write: Write) -> None:
    root = write({"a.py": "import os\n\n\ndef f():\n    slow(crawl())\n"})
    speed = (Import("speed", "fast"),)
    fix(root, PF101=calls_to("slow", "fast", imports=speed), PF102=calls_to("crawl", "fast", imports=speed))
    expected = "import os\n\nfrom speed import fast\n\n\ndef f():\n    fast(fast())\n"
    assert (root / "a.py").read_text() == expected


def test_a_fix_whose_import_clashes_is_left(write: Write) -> None:
    text = "def f(fast):\n    slow()\n\n\ndef g():\n    slow()\n"
    root = write({"a.py": text})
    result = fix(root, PF101=IMPORTED)
    after = "from speed import fast\n\n\ndef f(fast):\n    slow()\n\n\ndef g():\n    fast()\n"
    assert (root / "a.py").read_text() == after
    (left,) = result.remaining
    assert (left.span.start.row, left.fix) == (5, None)


UNSAFE = calls_to("slow", "fast", Applicability.UNSAFE)
DISPLAY = calls_to("slow", "fast", Applicability.DISPLAY)
DECIDED: dict[str, tuple[Check, bool, dict[str, Any], bool]] = {
    "safe": (SLOW, False, {}, True),
    "unsafe": (UNSAFE, False, {}, False),
    "unsafe, asked for": (UNSAFE, True, {}, True),
    "display": (DISPLAY, True, {}, False),
    "display, called safe": (DISPLAY, True, {"extend_safe_fixes": ("PF101",)}, False),
    "called safe": (UNSAFE, False, {"extend_safe_fixes": ("PF101",)}, True),
    "called unsafe": (SLOW, False, {"extend_unsafe_fixes": ("slow-call",)}, False),
    "unfixable": (SLOW, True, {"unfixable": ("PF1",)}, False),
    "not among the fixable": (SLOW, True, {"fixable": ("PF102",)}, False),
    "not selected": (SLOW, True, {"select": ("PF102",)}, False),
}


@pytest.mark.parametrize("case", DECIDED)
def test_the_settings_decide_what_is_fixed(write: Write, case: str) -> None:
    check, unsafe, given, is_fixed = DECIDED[case]
    root = write({"a.py": "slow()\n"})
    fix(root, unsafe, settings=given, PF101=check)
    assert (root / "a.py").read_text() == ("fast()\n" if is_fixed else "slow()\n")


def test_a_finding_that_a_comment_silences_is_not_fixed(write: Write) -> None:
    text = "slow()  # perflint: ignore[PF101]\n"
    root = write({"a.py": text})
    assert not fix(root).changed
    assert (root / "a.py").read_text() == text


def test_a_comment_that_a_fix_makes_idle_goes(write: Write) -> None:
    root = write({"a.py": "crawl()  # perflint: ignore[PF102]\nslow()\n"})
    result = fix(root)
    assert (root / "a.py").read_text() == "crawl()\nfast()\n"
    assert [finding.code for finding in result.applied] == ["PF001", "PF101"]


def broken(call: cst.Call) -> Any:
    """A check whose fix gives no Python: LibCST lets a keyword be a name."""
    if isinstance(call.func, cst.Name) and call.func.value == "crawl":
        pair = (call, call.with_changes(func=cst.Name("class")))
        yield Draft(call, "crawl is slow", rewrite=Rewrite("break it", Applicability.SAFE, (pair,)))


awaiting = calls_to("crawl", "(await x)")


@pytest.mark.parametrize("check", [broken, awaiting])
def test_a_result_that_is_no_program_drops_the_fixes_of_that_file(write: Write, check: Check) -> None:
    root = write({"a.py": "slow()\n\n\ndef f():\n    crawl()\n", "b.py": "slow()\n"})
    result = fix(root, PF101=SLOW, PF102=check)
    assert (root / "a.py").read_text() == "slow()\n\n\ndef f():\n    crawl()\n"
    assert (root / "b.py").read_text() == "fast()\n"
    assert titles(result) == ["b.py:1 PF101"]
    (problem,) = result.problems
    assert problem.path == root / "a.py"
    assert "PF102" in problem.message
    assert "PF101" not in problem.message


def test_fixes_that_never_end_are_dropped(write: Write) -> None:
    root = write({"a.py": "slow()\ncrawl()\n", "b.py": "page()\n"})
    rounds = {"PF101": calls_to("slow", "crawl"), "PF102": calls_to("crawl", "slow")}
    result = fix(root, settings={"extend_select": ("PF201",)}, **rounds, PF201=calls_to("page", "fast"))
    assert (root / "a.py").read_text() == "slow()\ncrawl()\n"
    assert (root / "b.py").read_text() == "fast()\n"
    (problem,) = result.problems
    assert problem.path == root / "a.py"
    assert "PF101, PF102 never come to an end" in problem.message
    assert titles(result) == ["b.py:1 PF201"]
    assert [finding.code for finding in result.remaining] == ["PF101", "PF102"]


def test_a_file_that_cannot_be_written_is_reported_and_its_findings_stay(write: Write) -> None:
    root = write({"a.py": b"# coding: latin-1\nslow('\xe9')\n", "b.py": "slow()\n"})
    result = fix(root, PF101=calls_to("slow", "漢"))
    assert (root / "a.py").read_bytes() == b"# coding: latin-1\nslow('\xe9')\n"
    assert (root / "b.py").read_text() == "漢()\n"
    (problem,) = result.problems
    assert problem.path == root / "a.py"
    assert titles(result) == ["b.py:1 PF101"]
    assert [finding.path.name for finding in result.remaining] == ["a.py"]
    assert set(result.changed) == {root / "b.py"}


BYTES = {
    "a byte order mark": (b"\xef\xbb\xbfslow()\n", b"\xef\xbb\xbffast()\n"),
    "an encoding": (b"# coding: latin-1\nslow('\xe9')\n", b"# coding: latin-1\nfast('\xe9')\n"),
    "carriage returns": (b"x = 1\r\nslow()\r\n", b"x = 1\r\nfast()\r\n"),
    "mixed line ends": (b"x = 1\r\nslow()\ny = 2\r\n", b"x = 1\r\nfast()\ny = 2\r\n"),
    "form feeds": (b"\x0cx = 1\n\x0c\nslow()\n\x0c", b"\x0cx = 1\n\x0c\nfast()\n\x0c"),
    "no line end": (b"slow()", b"fast()"),
    "blanks at line ends": (b"x = 1  \nslow()\t\n  \n", b"x = 1  \nfast()\t\n  \n"),
    "blanks at the end": (b"slow()\n\n\n   ", b"fast()\n\n\n   "),
    "tabs": (b"if x:\n\tslow()\n", b"if x:\n\tfast()\n"),
}


@pytest.mark.parametrize("case", BYTES)
def test_no_byte_changes_outside_a_fix(write: Write, case: str) -> None:
    before, after = BYTES[case]
    root = write({"a.py": before})
    assert not fix(root).problems
    assert (root / "a.py").read_bytes() == after


def test_the_mode_of_a_file_stays(write: Write) -> None:
    root = write({"a.py": "slow()\n"})
    os.chmod(root / "a.py", 0o755)
    fix(root)
    assert (root / "a.py").stat().st_mode & 0o777 == 0o755


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=files(), bom=st.booleans())
def test_fixing_changes_the_calls_alone_and_nothing_the_second_time(tmp_path: Path, text: str, bom: bool) -> None:
    path = tmp_path / "a.py"
    mark = b"\xef\xbb\xbf" * bom
    path.write_bytes(mark + text.encode())
    assert not fix(tmp_path).problems
    assert path.read_bytes() == mark + text.replace("slow", "fast").encode()
    assert not fix(tmp_path).changed


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=files())
def test_fixing_with_an_import_keeps_all_other_lines(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(text.encode())
    assert not fix(tmp_path, PF101=IMPORTED).problems
    after = path.read_bytes().decode()
    assert lines(after, "from speed import") == lines(text, "from speed import")
    assert not fix(tmp_path, PF101=IMPORTED).changed


def lines(text: str, start: str) -> list[str]:
    """The lines that are not blank and do not begin so, with all calls fixed.

    The form feed that a file begins with stays in front, whatever is the first line.
    """
    every = text.removeprefix("\f").replace("slow", "fast").replace("\r", "\n").split("\n")
    return [line for line in every if line.strip(" \t\f") and not line.startswith(start)]
