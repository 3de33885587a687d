"""The facts of all files of a project: from the cache, or extracted, by several processes where that pays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.findings import Position, Problem
from perflint.parallel import each
from perflint.project.extraction import extract
from perflint.project.facts import FileFacts
from perflint.records import decoded, encoded
from perflint.semantics.trees import parse_any

if TYPE_CHECKING:
    from perflint.cache import Cache

Facts = FileFacts | Problem


def gather(
    texts: Mapping[Path, str], modules: Mapping[Path, str], workers: int, cache: Cache | None
) -> dict[Path, Facts]:
    """The facts of each file, or why it has none; `modules` are the names of the modules."""
    if cache is None:
        made = each(lambda path: _facts(path, modules[path], texts[path]), list(texts), workers)
        return dict(zip(texts, made, strict=True))
    keys = {path: _key(path, modules[path], text) for path, text in texts.items()}
    kept = cache.get(keys.values())
    found = {path: facts for path in texts if (facts := _read(kept.get(keys[path])))}
    missing = [path for path in texts if path not in found]
    written = each(lambda path: _written(_facts(path, modules[path], texts[path])), missing, workers)
    for path, text in zip(missing, written, strict=True):
        facts = _read(text)
        assert facts is not None
        found[path] = facts
    cache.put({keys[path]: text for path, text in zip(missing, written, strict=True)})
    return {path: found[path] for path in texts}


def _key(path: Path, module: str, text: str) -> bytes:
    from perflint.cache import key
    from perflint.cached import program

    return key("facts", program(), str(path), module, text)


def _written(facts: Facts) -> str:
    return json.dumps([isinstance(facts, FileFacts), encoded(facts)], separators=(",", ":"))


def _read(text: str | None) -> Facts | None:
    if text is None:
        return None
    try:
        is_facts, data = json.loads(text)
        return decoded(FileFacts, data) if is_facts else decoded(Problem, data)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None  # not what was written


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
