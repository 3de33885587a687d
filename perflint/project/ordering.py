"""In which order files are best looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from perflint.project.facts import FileFacts


def imported_first(files: Mapping[str, FileFacts], imported: Callable[[FileFacts], Iterable[str]]) -> list[str]:
    """These modules, each behind those that it imports, as far as no circle is in the way.

    What a function of theirs does without arguments is known by then, and its tree is often still there.
    """
    order: list[str] = []
    seen: set[str] = set()
    for name in files:
        waiting = [(name, iter(imported(files[name])))] if name not in seen else []
        seen.add(name)
        while waiting:
            module, left = waiting[-1]
            found = next((other for other in left if other in files and other not in seen), None)
            if found is None:
                order.append(module)
                waiting.pop()
            else:
                seen.add(found)
                waiting.append((found, iter(imported(files[found]))))
    return order
