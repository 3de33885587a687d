"""Bytes to text and back with nothing lost; one atomic, careful write."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from conftest import Write
from hypothesis import given
from hypothesis import strategies as st

from perflint.findings import Position
from perflint.source import SourceError, decode, encode, from_text, position_of, read, replace, split_lines

KEPT = {
    "nothing": b"",
    "no newline at the end": b"x = 1",
    "Windows lines": b"x = 1\r\ny = 2\r\n",
    "old Macintosh lines": b"x = 1\ry = 2\r",
    "mixed lines": b"x = 1\r\ny = 2\nz = 3\r",
    "a form feed": b"x = 1\n\f\ny = 2\n",
    "tabs": b"if x:\n\ty = 2\n",
    "a byte order mark": b"\xef\xbb\xbfx = 1\n",
    "a byte order mark and its declaration": b"\xef\xbb\xbf# coding: utf-8\n",
    "Latin 1": "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"),
    "an encoding of the second line": "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '€'\n".encode("cp1252"),
    "a declaration on the third line, which is none": b"x = 1\ny = 2\n# coding: nonsense\n",
    "a declaration below code, which is none": b"x = 1\n# coding: nonsense\n",
    "Shift JIS": "# coding: shift_jis\nx = 'ソ表'\n".encode("shift_jis"),
    "a declaration on a Windows line": b"# coding: ascii\r\nx = 1\r\n",
    "separators that are no line ends": "x = '\x0b\x1c\u2028\x85'\n".encode(),
}


@pytest.mark.parametrize("data", KEPT.values(), ids=KEPT)
def test_bytes_come_back_as_they_were(data: bytes) -> None:
    source = decode(Path("a.py"), data)
    assert encode(source, source.text) == data


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    data = b"# a comment, so that nothing declares an encoding\nx = 1\n" + text.encode()
    source = decode(Path("a.py"), data)
    assert encode(source, source.text) == data


def test_lines_are_those_that_python_counts() -> None:
    assert split_lines("a\r\nb\rc\nd\fe\x0bf\x1cg\u2028h\x85i") == ["a", "b", "c", "d\fe\x0bf\x1cg\u2028h\x85i"]


@pytest.mark.parametrize(("offset", "expected"), [(0, (1, 1)), (2, (1, 3)), (4, (2, 1)), (5, (2, 2)), (6, (3, 1))])
def test_a_position_counts_from_one(offset: int, expected: tuple[int, int]) -> None:
    assert position_of("ab\r\nc\nd", offset) == Position(*expected)


def test_a_file_is_replaced(write: Write) -> None:
    root = write({"a.py": b"\xef\xbb\xbfx = 1\r\n"})
    source = read(root / "a.py")
    replace(source, source.text + "y = 2\r\n", root)
    assert (root / "a.py").read_bytes() == b"\xef\xbb\xbfx = 1\r\ny = 2\r\n"
    assert os.listdir(root) == ["a.py"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
def test_a_file_keeps_its_mode(write: Write, mode: int) -> None:
    root = write({"a.py": "x = 1\n"})
    (root / "a.py").chmod(mode)
    replace(read(root / "a.py"), "x = 2\n", root)
    assert stat.S_IMODE((root / "a.py").stat().st_mode) == mode


def test_a_link_stays_a_link(write: Write) -> None:
    root = write({"real/a.py": "x = 1\n"})
    (root / "b.py").symlink_to("real/a.py")
    replace(read(root / "b.py"), "x = 2\n", root)
    assert (root / "b.py").is_symlink()
    assert (root / "real/a.py").read_text() == "x = 2\n"


def refused(source_path: Path, text: str, root: Path) -> str:
    before = source_path.read_bytes()
    source = read(source_path)
    with pytest.raises(SourceError) as caught:
        replace(source, text, root)
    assert source_path.read_bytes() == before
    return str(caught.value)


def test_a_link_out_of_the_project_is_not_followed(write: Write) -> None:
    root = write({"outside.py": "x = 1\n", "project/a.txt": ""}) / "project"
    (root / "b.py").symlink_to("../outside.py")
    assert "leads out of" in refused(root / "b.py", "x = 2\n", root)


def test_a_folder_that_is_a_link_out_of_the_project_is_not_followed(write: Write) -> None:
    root = write({"outside/a.py": "x = 1\n", "project/a.txt": ""}) / "project"
    (root / "pkg").symlink_to("../outside")
    assert "leads out of" in refused(root / "pkg" / "a.py", "x = 2\n", root)


def test_a_file_that_changed_meanwhile_is_left_alone(write: Write) -> None:
    root = write({"a.py": "x = 1\n"})
    source = read(root / "a.py")
    (root / "a.py").write_text("x = 3\n")
    with pytest.raises(SourceError, match="changed since it was read"):
        replace(source, "x = 2\n", root)
    assert (root / "a.py").read_text() == "x = 3\n"


def test_a_file_that_vanished_meanwhile_is_not_made_anew(write: Write) -> None:
    root = write({"a.py": "x = 1\n"})
    source = read(root / "a.py")
    (root / "a.py").unlink()
    with pytest.raises(SourceError, match="no such file"):
        replace(source, "x = 2\n", root)
    assert not (root / "a.py").exists()


def test_what_the_encoding_cannot_hold_is_not_written(write: Write) -> None:
    root = write({"a.py": "# coding: latin-1\nx = 'é'\n".encode("latin-1")})
    assert "iso8859-1 does not have" in refused(root / "a.py", "# coding: latin-1\nx = '→'\n", root)


def test_an_encoding_that_is_not_exact_is_not_written(write: Write) -> None:
    root = write({"a.py": b"# coding: utf-7\nx = '+AOk-' '+AGE-'\n"})
    assert "does not give the same bytes back" in refused(root / "a.py", "# coding: utf-7\n", root)


def test_a_read_only_file_is_left_alone(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write({"a.py": "x = 1\n"})
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # root may write all files
    assert "read-only" in refused(root / "a.py", "x = 2\n", root)


def test_a_failed_write_leaves_nothing_behind(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write({"a.py": "x = 1\n"})
    source = read(root / "a.py")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SourceError, match="no space left on device"):
        replace(source, "x = 2\n", root)
    assert os.listdir(root) == ["a.py"]
    assert (root / "a.py").read_text() == "x = 1\n"


def test_a_text_that_is_not_on_disk_is_a_source_too() -> None:
    assert from_text(Path("a.py"), "x = 1\n").digest == decode(Path("a.py"), b"x = 1\n").digest
