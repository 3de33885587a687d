"""Which module of the project an import means, where the roots of imports are not known.

Roots are not configured in most projects (`backend/app` imported as `app`), so a module whose dotted path ends with the
name counts; the nearest to the importer wins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from perflint.project.facts import FileFacts


class Imports:
    """Answers for the modules of one project, each once."""

    def __init__(self, modules: Collection[str]) -> None:
        self._modules = modules
        self._by_tail: dict[str, list[str]] = defaultdict(list)
        for name in modules:
            self._by_tail[name.rpartition(".")[2]].append(name)
        self._meant: dict[tuple[str, str], str | None] = {}

    def meant(self, name: str, importer: str) -> str | None:
        """The module that an absolute import of `name` in `importer` means."""
        if name in self._modules:
            return name
        key = (name, importer)
        if key not in self._meant:
            self._meant[key] = self._nearest(name, importer)
        return self._meant[key]

    def of(self, facts: FileFacts) -> Iterator[str]:
        """The modules that a file imports, or takes names from, as often as it does."""
        for target in (*facts.star_imports, *(fact.target for fact in facts.imports)):
            for name in (target, target.rpartition(".")[0]):
                found = self.meant(name, facts.module) if name else None
                if found is not None:
                    yield found

    def _nearest(self, name: str, importer: str) -> str | None:
        tail = "." + name
        fits = [full for full in self._by_tail.get(name.rpartition(".")[2], ()) if full.endswith(tail)]
        # A top-level name such as `celery` is the library, unless the file lies beside the importer.
        near = [full for full in fits if self._is_root(full[: -len(tail)], importer)]
        if not near and "." in name:
            near = self._further(fits, tail, importer)
        return max(near, key=lambda full: (_shared(full, importer), -len(full), full), default=None)

    def _further(self, fits: list[str], tail: str, importer: str) -> list[str]:
        """Roots that are packages by mistake; the one root beside the importer (`src/` seen from `tests/`)."""
        around = [full for full in fits if f"{importer}.".startswith(f"{full[: -len(tail)]}.")]
        return around or [full for full in fits if len(fits) == 1 and full[: -len(tail)] not in self._modules]

    def _is_root(self, folder: str, importer: str) -> bool:
        """Whether `folder` may be an import root: no package itself, and the importer lies below it."""
        return folder not in self._modules and f"{importer}.".startswith(f"{folder}.")


def _shared(one: str, other: str) -> int:
    """How many leading parts two dotted names have in common."""
    count = 0
    for left, right in zip(one.split("."), other.split("."), strict=False):
        if left != right:
            break
        count += 1
    return count
