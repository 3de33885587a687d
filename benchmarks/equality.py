"""Shortcuts may change no finding: `python -m benchmarks.equality` runs packages with and without each of them."""

from __future__ import annotations

import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from keyword import iskeyword
from pathlib import Path
from shutil import copytree
from unittest.mock import patch

import click

from benchmarks import packages
from perflint import engine
from perflint.config import Settings
from perflint.findings import Finding
from perflint.gate import Passed

_DEFAULT = ("apache-airflow-core", "django-oscar", "jupyterhub", "open-webui")
# What an edit replaces, and by what: statements, names of definitions, what is imported, bases, decorators, values.
_CHANGES = [
    (re.compile(pattern, re.MULTILINE), new)
    for pattern, new in (
        (r"^(    +)\w.*[\w)\]]$", r"\1pass"),
        (r"^(    +)\w.*[\w)\]]$", r"\1print(__name__)"),
        (r"^( *(?:async )?def [a-z]\w+)\(", r"\1_other("),
        (r"^(from \S+ import )(\w+)$", r"\1\2 as other"),
        (r"^import (\w+)$", r"import \1 as other"),
        (r"^class (\w+)\(\w+\):$", r"class \1:"),
        (r"^( *)@\w.*[\w)]$", r"\1# no decorator"),
        (r"^( *\w+) = \w.*[\w)\]]$", r"\1 = None"),
        (r"^( *)return \w.*[\w)\]]$", r"\1return []"),
    )
]
_ADDED = ("edited = 1\n", "class Added:\n    def get_one_more(self): return 1\n", "from os import *\n")

Findings = tuple[Finding, ...]


def without_gate(folder: Path, settings: Settings) -> Findings:
    """Every check sees every file whole."""

    def everything(checks: Sequence[object], *_: object) -> Passed:
        return Passed(checks, frozenset({""}))  # type: ignore[arg-type]

    with (
        patch("perflint.analysis.costs_nothing", lambda _: False),
        patch("perflint.analysis.passed", everything),
        patch("perflint.checking.blanked", lambda *_: None),
    ):
        return fresh(folder, replace(settings, workers=1))


def fresh(folder: Path, settings: Settings) -> Findings:
    """A run that has no cache."""
    return engine.check([folder], replace(settings, cache_dir="")).findings


def one_process(folder: Path, settings: Settings) -> Findings:
    """All files in this process."""
    return fresh(folder, replace(settings, workers=1))


def shuffled(folder: Path, settings: Settings) -> Findings:
    """All files in this process, in an order that only several processes could give them."""

    def each(function: Callable[[Path], object], items: Sequence[Path], _: int) -> list[object]:
        order = random.Random(len(items)).sample(range(len(items)), len(items))
        made = {index: function(items[index]) for index in order}
        return [made[index] for index in range(len(items))]

    with patch("perflint.analysis.each", each):
        return one_process(folder, settings)


def two_processes(folder: Path, settings: Settings) -> Findings:
    """The files in two processes, on whatever machine."""
    return fresh(folder, replace(settings, workers=2))


def cached(folder: Path, settings: Settings) -> Findings:
    """A run whose findings another one has kept."""
    engine.check([folder], settings)
    return engine.check([folder], settings).findings


SHORTCUTS: Mapping[str, Callable[[Path, Settings], Findings]] = {
    "without the gate": without_gate,
    "in one process": one_process,
    "in another order": shuffled,
    "in two processes": two_processes,
    "from the cache": cached,
}


def edits(folder: Path, chance: random.Random, count: int) -> Iterator[tuple[Path, str]]:
    """Files and new texts for them: each time one line is another one, or there is one more."""
    files = [path for path in sorted(folder.rglob("*.py")) if path.stat().st_size > 100]
    for _ in range(count):
        path = chance.choice(files)
        text = path.read_text("utf-8", "surrogateescape")
        changes = [(found, new) for pattern, new in _CHANGES for found in pattern.finditer(text)]
        kinds = sorted({new for _, new in changes})
        if not kinds or chance.random() < 0.2:
            word = _word(chance.choice(files), chance)
            yield path, f"{text}\n\n{chance.choice((*_ADDED, f'{word} = None', f'def {word}(*_): return []'))}\n"
            continue
        kind = chance.choice(kinds)
        found = chance.choice([found for found, new in changes if new == kind])
        yield path, text[: found.start()] + found.expand(kind) + text[found.end() :]


def _word(path: Path, chance: random.Random) -> str:
    """A name that some file uses."""
    words: list[str] = re.findall(r"[A-Za-z_]\w{3,}", path.read_text("utf-8", "surrogateescape"))
    return chance.choice([word for word in words if not iskeyword(word)] or ["edited"])


def differences(folder: Path, count: int, seed: int) -> Iterator[str]:
    """A line for each way of running that does not find the same; nothing when all is well."""
    settings = Settings(root=folder, unproven=True, unsafe_fixes=True)
    expected = fresh(folder, settings)
    yield f"{len(expected)} findings"
    for name, run in SHORTCUTS.items():
        if run(folder, settings) != expected:
            yield f"DIFFERENT {name}"
    for path, text in edits(folder, random.Random(seed), count):
        before = path.read_bytes()
        path.write_text(text, "utf-8", "surrogateescape")
        if engine.check([folder], settings).findings != fresh(folder, settings):
            yield f"DIFFERENT after an edit of {path.relative_to(folder)}"
        path.write_bytes(before)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--package", "names", multiple=True, default=_DEFAULT, show_default=True, help="May be repeated.")
@click.option("--edits", "count", default=5, show_default=True, help="How many edits to try on each package.")
@click.option("--seed", default=1, show_default=True, help="Of the edits.")
@click.option("--cache", type=click.Path(path_type=Path), default=packages.default_cache, help="Where packages lie.")
def main(names: Sequence[str], count: int, seed: int, cache: Path) -> None:
    """Compare runs with the gate, the cache, more processes and after edits with plain ones."""
    pinned = {package.name: package for package in packages.pinned()}
    failed = False
    for name in names:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / name
            copytree(packages.unpacked(pinned[name], cache), folder)
            (folder / "pyproject.toml").touch()
            lines = list(differences(folder, count, seed))
        click.echo(f"{name}: {lines[0]}" + "".join(f"\n  {line}" for line in lines[1:]))
        failed = failed or len(lines) > 1
    sys.exit(failed)


if __name__ == "__main__":
    main()
