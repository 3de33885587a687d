"""Source files: bytes to text and back with nothing lost, and the one place that writes."""

from __future__ import annotations

import codecs
import errno
import hashlib
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

from perflint.findings import Position

# Python ends lines at these alone; str.splitlines also ends them at form feeds and more.
_LINE_END = re.compile(r"\r\n|\r|\n")
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFDIR: "a directory",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


class SourceError(Exception):
    """A file that cannot be read or written; the text says why."""

    def __init__(self, message: str, position: Position | None = None) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A Python file as text, every newline and form feed as it stands; `digest` is of the bytes."""

    path: Path
    text: str
    encoding: str = "utf-8"
    bom: bool = False
    digest: bytes = b""


def read(path: Path) -> SourceFile:
    """The file at `path`; SourceError when it is no regular file, unreadable, or not text."""
    return decode(path, _bytes(path))


def from_text(path: Path, text: str) -> SourceFile:
    """A source that is not on disk as such: standard input, or a fix under way."""
    return SourceFile(path, text, digest=_digest(text.encode("utf-8", "surrogatepass")))


def decode(path: Path, data: bytes) -> SourceFile:
    """`data` as the text that Python reads from it (PEP 263)."""
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    encoding = _encoding(body, bom)
    text = _text(body, encoding)
    nul = text.find("\0")
    if nul >= 0:
        raise SourceError("contains a NUL byte, which Python source must not", position_of(text, nul))
    return SourceFile(path, text, encoding, bom, _digest(data))


def encode(source: SourceFile, text: str) -> bytes:
    """`text` in the encoding of `source`, with its byte order mark."""
    try:
        body = text.encode(source.encoding)
    except UnicodeEncodeError as error:
        raise SourceError(f"the fix needs characters that {source.encoding} does not have") from error
    return codecs.BOM_UTF8 + body if source.bom else body


def replace(source: SourceFile, text: str, root: Path) -> None:
    """Put `text` in the place of `source`, in one step and with its mode.

    SourceError, and nothing written, when the file changed since it was read, lies outside `root`
    by way of a link, is read-only, cannot hold the text, or the disk refuses.
    """
    target = source.path.resolve()
    if not target.is_relative_to(root.resolve()):
        raise SourceError(f"not written: leads out of {root}, to {target}")
    before = _bytes(target)
    if _digest(before) != source.digest:
        raise SourceError("not written: the file changed since it was read")
    if encode(source, source.text) != before:
        raise SourceError(f"not written: {source.encoding} does not give the same bytes back")
    if not os.access(target, os.W_OK):
        raise SourceError("not written: the file is read-only")
    data = encode(source, text)
    try:
        _put(target, data)
    except OSError as error:
        raise SourceError(f"not written: {_lower(error)}") from error


def digest_of(text: str) -> bytes:
    """A digest of a text, whatever encoding it has on disk."""
    return _digest(text.encode("utf-8", "surrogatepass"))


def split_lines(text: str) -> list[str]:
    """The lines of `text` as Python counts them, without their ends."""
    return _LINE_END.split(text) if "\r" in text else text.split("\n")


def line_starts(text: str) -> list[int]:
    """The offset at which each line of `text` begins."""
    if "\r" in text:
        return [0, *(end.end() for end in _LINE_END.finditer(text))]
    return [0, *accumulate([len(line) + 1 for line in text.split("\n")[:-1]])]


def lines_of(text: str) -> list[str]:
    """The lines of `text` with their ends."""
    starts = [*line_starts(text), len(text)]
    return [text[start:end] for start, end in pairwise(starts) if start < end]


def position_of(text: str, offset: int) -> Position:
    """Row and column of the character at `offset`."""
    lines = split_lines(text[:offset])
    return Position(len(lines), len(lines[-1]) + 1)


def _bytes(path: Path) -> bytes:
    try:
        # Opening a FIFO would wait for a writer.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise SourceError(_reason(path, error)) from error
    kind = stat.S_IFMT(os.fstat(handle).st_mode)
    if kind != stat.S_IFREG:
        os.close(handle)
        raise SourceError(f"is {_KINDS.get(kind, 'a special file')}, not a file")
    with open(handle, "rb") as file:
        return file.read()


def _reason(path: Path, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "is a link that leads back to itself"
    if error.errno == errno.ENOENT and path.is_symlink():
        return f"is a broken link: {os.readlink(path)} does not exist"
    if error.errno == errno.ENXIO:
        return "is a socket, not a file"
    return f"cannot be read: {_lower(error)}"


def _lower(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _encoding(body: bytes, bom: bool) -> str:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceError("is UTF-16, which Python does not read: save it as UTF-8", Position(1, 1))
    name = _cookie(body)
    if name is None:
        return "utf-8"
    declared = name.decode("ascii", "replace")
    try:
        codec = codecs.lookup(declared)
        # A cookie stands in the file it describes, so the encoding must contain ASCII as it is.
        is_usable = name.decode(codec.name) == declared
    except (LookupError, ValueError) as error:
        raise SourceError(f"declares an unknown encoding: {declared}", Position(1, 1)) from error
    if not is_usable:
        raise SourceError(f"declares an encoding that it is not written in: {declared}", Position(1, 1))
    if bom and codec.name != "utf-8":
        raise SourceError(f"has a UTF-8 byte order mark and declares {declared}", Position(1, 1))
    return codec.name


def _cookie(body: bytes) -> bytes | None:
    """The encoding that one of the first two lines declares; the second only after a blank or comment."""
    for line in re.split(rb"\r\n|\r|\n", body[:4096], maxsplit=2)[:2]:
        found = _COOKIE.match(line)
        if found:
            return found[1]
        if not _BLANK.match(line):
            return None
    return None


def _text(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        good = body[: error.start].decode(encoding, "replace")
        byte = body[error.start : error.start + 1].hex()
        message = f"is not valid {encoding}: byte 0x{byte}; convert it or declare its encoding (PEP 263)"
        raise SourceError(message, position_of(good, len(good))) from error


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=20).digest()


def _put(target: Path, data: bytes) -> None:
    import tempfile

    before = target.stat()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        _keep_owner(name, before)
        os.chmod(name, stat.S_IMODE(before.st_mode))
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _keep_owner(name: str, before: os.stat_result) -> None:
    # Who may write a file need not be able to give it away; then the writer becomes its owner.
    with suppress(PermissionError, AttributeError):
        os.chown(name, before.st_uid, before.st_gid)
