"""The facts of all files of a project: from the cache, or extracted, by several processes where that pays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.cache import key
from perflint.findings import Position, Problem
from perflint.parallel import FACTS, each, sharing
from perflint.program import program
from perflint.project.extraction import extract
from perflint.project.facts import FileFacts, FunctionFact
from perflint.project.later import Later
from perflint.records import from_json, to_json
from perflint.semantics.trees import parse_any

if TYPE_CHECKING:
    from perflint.cache import Cache

Facts = FileFacts | Problem


@dataclass(frozen=True, slots=True)
class _Entry:
    facts: FileFacts | None  # without its functions, which stand on a line of their own
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class _Functions:
    all: tuple[FunctionFact, ...]


def gather(
    texts: Mapping[Path, str],
    modules: Mapping[Path, str],
    workers: int,
    cache: Cache | None,
    digests: Mapping[Path, str],
) -> dict[Path, Facts]:
    """The facts of each file, or why it has none; `modules` are their names.

    `digests` are of the texts, and asked for where there is a cache.
    """

    def anew(path: Path) -> Facts:
        return _facts(path, modules[path], texts[path])

    if cache is None:
        made = each(anew, list(texts), sharing(workers, texts.values(), FACTS))
        return dict(zip(texts, made, strict=True))
    keys = {path: name_of_facts(path, modules[path], digests[path]) for path in texts}
    kept = cache.get(keys.values())
    read = {path: _read(kept.get(name), partial(anew, path)) for path, name in keys.items()}
    missing = [path for path, facts in read.items() if facts is None]
    workers = sharing(workers, (texts[path] for path in missing), FACTS)
    written = dict(zip(missing, each(lambda path: _written(anew(path)), missing, workers), strict=True))
    read |= {path: _read(text, partial(anew, path)) for path, text in written.items()}
    cache.put({keys[path]: text for path, text in written.items()})
    return {path: facts for path, facts in read.items() if facts is not None}


def name_of_facts(path: Path, module: str, digest: str) -> bytes:
    """Where the cache keeps the facts of a file with this text."""
    return key("facts", program(), str(path), module, digest)


def kept_facts(cache: Cache, name: bytes) -> FileFacts | None:
    """The facts that are kept by a name; None where there are none any more."""
    found = _read(cache.get([name]).get(name), lambda: None)
    return found if isinstance(found, FileFacts) else None


def _written(facts: Facts) -> str:
    if isinstance(facts, Problem):
        return to_json(_Entry(None, facts))
    without = replace(facts, functions_later=Later.of(()))
    return f"{to_json(_Entry(without, None))}\n{to_json(_Functions(facts.functions))}"


def _read(text: str | None, again: Callable[[], Facts | None]) -> Facts | None:
    """What is kept of a file; `again` gives it anew, should its functions turn out to be damaged."""
    head, _, functions = text.partition("\n") if text else ("", "", "")
    entry = from_json(_Entry, head or None)
    if entry is None or entry.facts is None:
        return entry.problem if entry is not None else None

    def make() -> tuple[FunctionFact, ...]:
        found = from_json(_Functions, functions)
        if found is not None:
            return found.all
        facts = again()
        return facts.functions if isinstance(facts, FileFacts) else ()

    return replace(entry.facts, functions_later=Later(make))


def _facts(path: Path, module: str, text: str) -> FileFacts | Problem:
    try:
        tree, readable = parse_any(text)
        return extract(path, module, readable, tree)
    except SyntaxError as error:
        column = (error.offset or 1) if error.lineno else 1
        return Problem(path, f"syntax error: {error.msg}", Position(error.lineno or 1, max(column, 1)), of_source=True)
    except (RecursionError, MemoryError):
        return Problem(path, "nested too deeply for Python's parser", of_source=True)
    except ValueError as error:
        return Problem(path, f"cannot be parsed: {error}", of_source=True)
