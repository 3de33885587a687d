"""Files that are no good: each is reported with its reason, and the others are checked."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Write
from fakes import analyse

from perflint.config import Settings
from perflint.engine import Outcome, check

pytestmark = pytest.mark.usefixtures("made_up_rules")

GOOD = "slow()\n"


def run(root: Path, *paths: Path) -> Outcome:
    return check(paths or [root], Settings(root=root, select=("ALL",)), analyse=analyse)


def reason(outcome: Outcome, path: Path) -> str:
    """What is said of the one file that is no good; the good one must have been checked."""
    (problem,) = outcome.problems
    assert problem.path == path
    assert [finding.path.name for finding in outcome.findings] == ["good.py"]
    at = f"{problem.position.row}:{problem.position.column}: " if problem.position else ""
    return at + problem.message


BYTES = {
    "no UTF-8": (b"x = 1\ny = '\xff'\n", "2:6: is not valid utf-8: byte 0xff"),
    "cut off UTF-8": ("x = 'é".encode()[:-1], "1:6: is not valid utf-8: byte 0xc3"),
    "no UTF-8 behind a wide character": (
        "'漢\ud800'".encode("utf-8", "surrogatepass"),
        "1:3: is not valid utf-8: byte 0xed",
    ),
    "no ASCII, though declared": (b"# coding: ascii\n'\xe9'\n", "2:2: is not valid ascii: byte 0xe9"),
    "unknown encoding": (b"# coding: klingon\n", "1:1: declares an unknown encoding: klingon"),
    "an encoding of bytes": (b"# coding: hex\n", "1:1: declares an unknown encoding: hex"),
    "an encoding of text to text": (b"# coding: rot13\n", "1:1: declares an unknown encoding: rot13"),
    "an encoding that it cannot be in": (
        b"# coding: utf-16\n",
        "1:1: declares an encoding that it is not written in: utf-16",
    ),
    "a mark of one encoding and the name of another": (
        b"\xef\xbb\xbf# coding: latin-1\n",
        "1:1: has a UTF-8 byte order mark and declares latin-1",
    ),
    "UTF-16": ("x = 1\n".encode("utf-16"), "1:1: is UTF-16, which Python does not read"),
    "a NUL byte": (b"x = 1\ny = '\0'\n", "2:6: contains a NUL byte"),
    "NUL bytes alone": (b"\0" * 4096, "1:1: contains a NUL byte"),
}


@pytest.mark.parametrize(("data", "message"), BYTES.values(), ids=BYTES)
def test_bytes_that_are_no_text(write: Write, data: bytes, message: str) -> None:
    root = write({"bad.py": data, "good.py": GOOD})
    assert reason(run(root), root / "bad.py").startswith(message)


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        # A socket's path must be short.
        here = os.open(path.parent, os.O_RDONLY)
        made.bind(f"/proc/self/fd/{here}/{path.name}")
        os.close(here)


def make_device_link(path: Path) -> None:
    path.symlink_to("/dev/zero")


def make_broken_link(path: Path) -> None:
    path.symlink_to("gone.py")


def make_loop(path: Path) -> None:
    path.symlink_to("there")
    path.with_name("there").symlink_to(path.name)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (make_fifo, "is a FIFO, not a file"),
        (make_socket, "is a socket, not a file"),
        (make_device_link, "is a device, not a file"),
        (make_broken_link, "is a broken link: gone.py does not exist"),
        (make_loop, "is a link that leads back to itself"),
    ],
)
@pytest.mark.parametrize("is_named", [False, True], ids=["found", "named"])
def test_what_is_no_file(write: Write, make: Callable[[Path], None], message: str, is_named: bool) -> None:
    root = write({"good.py": GOOD})
    make(root / "bad.py")
    paths = [root / "bad.py", root / "good.py"] if is_named else [root]
    assert reason(run(root, *paths), root / "bad.py") == message


def test_a_directory_named_as_a_file_is_entered(write: Write) -> None:
    root = write({"bad.py/good.py": GOOD})
    outcome = run(root)
    assert [finding.path for finding in outcome.findings] == [root / "bad.py" / "good.py"]
    assert not outcome.problems
    assert [note.message for note in outcome.notes] == ["is a directory, not a Python file; its files are checked"]


def test_an_unreadable_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write({"bad.py": GOOD, "good.py": GOOD})
    real = os.open

    def refuse(path: str | Path, flags: int, mode: int = 0o777) -> int:  # who runs as root may read all files
        if Path(path).name == "bad.py":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", refuse)
    assert reason(run(root), root / "bad.py") == "cannot be read: permission denied"


def test_an_unreadable_directory(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write({"bad/a.py": GOOD, "good.py": GOOD})
    real = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "bad":
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert reason(run(root), root / "bad") == "cannot be read: permission denied"


def test_a_path_that_does_not_exist(write: Write) -> None:
    root = write({"good.py": GOOD})
    assert reason(run(root, root / "good.py", root / "gone.py"), root / "gone.py") == "no such file or directory"


def test_a_path_below_a_file(write: Write) -> None:
    root = write({"good.py": GOOD})
    path = root / "good.py" / "a.py"
    assert reason(run(root, root / "good.py", path), path) == "no such file or directory"


def test_a_file_that_vanishes_meanwhile(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write({"bad.py": GOOD, "good.py": GOOD})
    real = os.open

    def vanish(path: str | Path, flags: int, mode: int = 0o777) -> int:
        if Path(path).name == "bad.py":
            Path(path).unlink()
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", vanish)
    assert reason(run(root), root / "bad.py") == "cannot be read: no such file or directory"


def test_an_empty_file(write: Write) -> None:
    outcome = run(write({"empty.py": b"", "mark.py": b"\xef\xbb\xbf", "good.py": GOOD}))
    assert (outcome.files, len(outcome.findings), outcome.problems) == (3, 1, ())


def test_a_name_that_is_no_text(write: Write) -> None:
    root = write({"good.py": GOOD})
    path = os.fsencode(root) + b"/\xff.py"
    with open(path, "wb") as file:
        file.write(b"\xff")
    (problem,) = run(root).problems
    assert problem.path
    assert os.fsencode(problem.path) == path


def test_a_comment_in_a_file_that_does_not_parse_silences_nothing(write: Write) -> None:
    outcome = run(write({"good.py": "slow()  # perflint: ignore[PF101]\ndef (:\n"}))
    assert [finding.code for finding in outcome.findings] == ["PF101"]
