"""Files that are text and no Python, or more of it than is usual: reported, and the others are checked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import Write

from perflint.config import Settings
from perflint.engine import Outcome, check
from perflint.fixing import fix

# What the good file is known by: PF002.
GOOD = "x = 1  # perflint: ignore[nonsense]\n"


def run(root: Path) -> Outcome:
    outcome = check([root], Settings(root=root, select=("ALL",)))
    assert [(finding.path.name, finding.code) for finding in outcome.findings] == [("good.py", "PF002")]
    return outcome


SYNTAX = {
    "a wrong word": ("x = 1\ndef (:\n", 2),
    "Python 2": ("x = 1\nprint 'x'\n", 2),
    "an open bracket": ("x = [\n", 1),
    "an open string": ("x = '''\n", 1),
    "tabs and spaces at odds": ("if x:\n\ty = 1\n        z = 1\n", 3),
    "a block too few": ("if x:\ny = 1\n", 2),
    "a dedent to nowhere": ("if x:\n        y = 1\n    z = 1\n", 3),
    "a wrong escape": ("x = '\\N{NO SUCH NAME}'\n", 1),
    "behind Windows lines": ("x = 1\r\nif x:\r\n    y = (\r\n", 3),
    "text": ("This is no Python.\n", 1),
    "a merge": ("x = 1\n<<<<<<< HEAD\ny = 2\n=======\n", 2),
    "return outside": ("x = 1\nreturn x +\n", 2),
}


@pytest.mark.parametrize(("text", "row"), SYNTAX.values(), ids=SYNTAX)
def test_what_does_not_parse(write: Write, text: str, row: int) -> None:
    root = write({"bad.py": text, "good.py": GOOD})
    (problem,) = run(root).problems
    assert problem.path == root / "bad.py"
    assert problem.position is not None
    assert problem.position.row == row
    assert "does not parse" in problem.message or "syntax" in problem.message


DEEP = {
    "brackets": f"x = {'(' * 500}1{')' * 500}\n",
    "lists": f"x = {'[' * 500}{']' * 500}\n",
    "blocks": "".join(f"{' ' * depth}if x:\n" for depth in range(500)) + f"{' ' * 500}y = 1\n",
    "calls": f"x = {'f(' * 500}{')' * 500}\n",
    "minus signs": f"x = {'-' * 500}1\n",
    "a sum": f"x = {' + '.join('1' * 5000)}\n",
    "a chain": f"x = a{'.b' * 5000}\n",
    "a chain of calls": f"x = a{'.b()' * 1000}\n",
    "else if": "if x:\n    pass\n" + "elif x:\n    pass\n" * 1500,
    "functions": "".join(f"{' ' * depth}def f():\n" for depth in range(90)) + f"{' ' * 90}return 1\n",
    "f-strings": "x = f'{f\"{1}\"}'\n",
    "comprehensions": f"x = {'[' * 150}1{' for a in b]' * 150}\n",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_is_nested_deep_is_checked_or_reported(write: Write, text: str) -> None:
    root = write({"deep.py": text, "good.py": GOOD})
    for problem in run(root).problems:
        assert problem.path == root / "deep.py"
        assert "nest" in problem.message or "parse" in problem.message or "syntax" in problem.message, problem.message


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_is_nested_deep_is_left_as_it_is_by_fixes(write: Write, text: str) -> None:
    root = write({"deep.py": text})
    fix([root], Settings(root=root, select=("ALL",)), unsafe=True, write=True)
    assert (root / "deep.py").read_text() == text


FINE = {
    "nothing": b"",
    "a comment alone": b"# nothing",
    "newlines alone": b"\n\n\r\n\r",
    "no newline at the end": b"x = 1",
    "a byte order mark": b"\xef\xbb\xbfx = 1\n",
    "a byte order mark alone": b"\xef\xbb\xbf",
    "Windows lines": b"def f():\r\n    return 1\r\n",
    "old Macintosh lines": b"def f():\r    return 1\r",
    "form feeds": b"x = 1\n\f\ndef f():\n    return 1\n\f\n",
    "a form feed in an indent": b"if x:\n\f    y = 1\n",
    "tabs": b"if x:\n\ty = 1\n\tif y:\n\t\tz = 1\n",
    "a backslash at the end of a line": b"x = 1 + \\\n    2\n",
    "Latin 1": "# coding: latin-1\nx = 'é'\n".encode("latin-1"),
    "names in other scripts": "größe = 1\n变量 = größe\n".encode(),
    "a doubtful escape": b"x = '\\d'\n",
    "a stub": b"def f(x: int) -> int: ...\n",
}


@pytest.mark.parametrize("data", FINE.values(), ids=FINE)
def test_what_is_fine_is_no_problem_and_stays_as_it_is(write: Write, data: bytes) -> None:
    root = write({"a.py": data, "good.py": GOOD})
    assert run(root).problems == ()
    fix([root], Settings(root=root, select=("ALL",)), unsafe=True, write=True)
    assert (root / "a.py").read_bytes() == data


def test_a_generated_file_of_five_megabytes(write: Write) -> None:
    rows = "".join(f"    ({number}, 'row number {number}', {number}.5, None),\n" for number in range(120_000))
    assert len(rows) > 5_000_000
    outcome = run(write({"big.py": f"ROWS = [\n{rows}]\n", "good.py": GOOD}))
    assert outcome.problems == ()
    assert outcome.lines == 120_003


def test_the_recursion_limit_is_as_it_was(write: Write) -> None:
    before = sys.getrecursionlimit()
    run(write({"deep.py": DEEP["a sum"], "good.py": GOOD}))
    assert sys.getrecursionlimit() == before
