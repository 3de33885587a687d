"""In which order files are best looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from perflint.project.facts import FileFacts


def imported_first(files: Mapping[str, FileFacts]) -> list[str]:
    """The modules, each behind those that it imports, as far as no circle is in the way.

    What a function of theirs does without arguments is known by then, and its tree is often still there.
    """
    order: dict[str, None] = {}
    seen: set[str] = set()
    for name in files:
        waiting = [(name, _imported(files[name], files))] if name not in seen else []
        seen.add(name)
        while waiting:
            module, left = waiting[-1]
            found = next((other for other in left if other not in seen), None)
            if found is None:
                order[module] = None
                waiting.pop()
            else:
                seen.add(found)
                waiting.append((found, _imported(files[found], files)))
    return list(order)


def _imported(facts: FileFacts, files: Mapping[str, FileFacts]) -> Iterator[str]:
    targets = (_module(fact.target, files) for fact in facts.imports)
    return iter(sorted({target for target in targets if target} - {facts.module}))


def _module(target: str, files: Mapping[str, FileFacts]) -> str:
    """The module that a dotted name names, or has its name in; empty for one that is not here."""
    while target and target not in files:
        target = target.rpartition(".")[0]
    return target
