"""The other linters as they are measured, and the settings that a tree gets so that each keeps to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.speed.subjects import COLD, Command, Subject
from benchmarks.speed.tools import environment
from benchmarks.speed.trees import Target, spaced

RULES = Path(__file__).with_name("semgrep.yml")
# pylint follows names into the modules that a file imports: whole packages take it very long.
PYLINT_FILES = 40
_PERF_ASYNC = ("check", "--select", "PERF,ASYNC", "--no-cache", "--isolated", "--exit-zero", "--output-format", "json")
_LOCAL = ("scan", "--config", str(RULES), "--metrics", "off", "--disable-version-check", "--quiet", "--json")

# Gives the program of a tool, by its name.
Program = Callable[[str], Path]


def rivals(names: Collection[str], program: Program, cache: Path) -> Iterator[Subject]:
    """The subjects of these tools, which are installed where they are missing."""
    making: Mapping[str, Callable[[Path], Subject]] = {
        "fixit": _fixit,
        "semgrep": partial(_semgrep, cache=cache),
        "pylint": _pylint,
        "ruff": _ruff,
    }
    yield from (make(program(name)) for name, make in making.items() if name in names)


def _fixit(program: Path) -> Subject:
    # Its exit code adds 1 for findings to 2 for files that it could not do.
    return Subject("fixit", COLD, _fixed(program, "lint", "."), frozenset(range(4)), environment({}), slow=True)


def _semgrep(program: Path, cache: Path) -> Subject:
    # Else it writes below the home folder.
    places = {"SEMGREP_SETTINGS_FILE": f"{cache / 'semgrep.yml'}", "SEMGREP_LOG_FILE": f"{cache / 'semgrep.log'}"}
    command = _fixed(program, *_LOCAL, "--no-git-ignore", "--max-target-bytes", "0", ".")
    # 2: it could not do some part of some file, and said so.
    return Subject("semgrep", COLD, command, frozenset({0, 2}), environment(places))


def _pylint(program: Path) -> Subject:
    def command(target: Target, file: Path) -> Sequence[str]:
        return [str(program), "-j", "0", "--output-format", "json", *map(str, spaced(target.tree, PYLINT_FILES))]

    # Its exit code has one bit for each kind of message; 32 is a usage error.
    return Subject("pylint", COLD, command, frozenset(range(32)), environment({}), slow=True, files=PYLINT_FILES)


def _ruff(program: Path) -> Subject:
    return Subject("ruff", COLD, _fixed(program, *_PERF_ASYNC, "."), frozenset({0}), environment({}))


def _fixed(*words: str | Path) -> Command:
    """A command that is the same for each target."""
    command = [str(word) for word in words]
    return lambda target, file: command


def configure(target: Target, cached: bool) -> None:
    """End each tool's search for settings in this tree, and tell perflint where its cache is."""
    setting = f"cache-dir = '{target.cache}'\n" if cached else ""
    files = {"perflint.toml": setting, ".fixit.toml": "[tool.fixit]\nroot = true\n", ".semgrepignore": ""}
    for name, text in files.items():
        (target.tree / name).write_text(text, encoding="utf-8")
