"""The pinned packages: reading the pins, downloading a wheel, unpacking what a linter reads of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).with_name("corpus.toml")

_READ_BY_A_LINTER = (".py", ".pyi", ".html", ".jinja", ".jinja2", ".j2", ".toml", ".cfg", ".ini")
# One platform for all, so that every machine measures the same files: a compiled package has a wheel per platform.
_PLATFORM = ("--only-binary=:all:", "--platform=manylinux_2_28_x86_64", "--implementation=cp", "--python-version=3.12")


class PackageError(Exception):
    """A package cannot be had; the text says why."""


@dataclass(frozen=True, slots=True)
class Package:
    """One pin of `corpus.toml`."""

    name: str
    version: str
    sha256: str
    # Whether `benchmarks.corpus` runs over it without being asked.
    corpus: bool = True

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def pinned(pins: Path = PINS) -> list[Package]:
    """All packages, in the order of the file."""
    return [Package(**entry) for entry in tomllib.loads(pins.read_text(encoding="utf-8"))["package"]]


def default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "perflint" / "corpus"


def unpacked(package: Package, cache: Path) -> Path:
    """The folder with the package's files; downloads it the first time."""
    folder = cache / f"{package.name}-{package.version}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=folder.name, dir=cache) as scratch:
            wheel = _download(package, Path(scratch))
            unpack(wheel, Path(scratch, "unpacked")).rename(folder)
    return folder


def _download(package: Package, into: Path) -> Path:
    """The wheel, its hash checked by pip."""
    wanted = into / "wanted.txt"
    wanted.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", *_PLATFORM]
    done = subprocess.run([*command, f"--dest={into}", f"--requirement={wanted}"], capture_output=True, text=True)
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2]
        raise PackageError(f"{package}: pip could not download it: {reason}")
    return next(into.glob("*.whl"))


def unpack(wheel: Path, into: Path) -> Path:
    """Write the files that a linter reads; the rest of a wheel (web assets, mostly) can be 20 times their size."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(into, [name for name in archive.namelist() if name.endswith(_READ_BY_A_LINTER)])
    # Ends the search for the project's root here: the cache may lie in somebody's repository.
    (into / "perflint.toml").touch()
    return into
