"""What files show otherwise than in the run before, and whom that may concern.

A name is looked up in a module by code that has it as a word, or in a string such as an annotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from perflint.cache import Cache, key
from perflint.gathering import kept_facts, name_of_facts
from perflint.program import program
from perflint.project.facts import FileFacts
from perflint.project.interface import changed_names
from perflint.records import from_json, to_json
from perflint.source import split_lines

if TYPE_CHECKING:
    from perflint.analysis import Analysis

# One of some words in a string of nothing but names, brackets and the like.
_QUOTED = r"""["'][\w.\[\],| ]*\b(?:{})\b[\w.\[\],| ]*["']"""


@dataclass(frozen=True, slots=True)
class _Row:
    """Where the facts of each module are kept."""

    modules: tuple[str, ...]
    facts: tuple[str, ...]
    reported: int  # files whose findings hold for these modules


def changes_of(cache: Cache, analysis: Analysis) -> Changes:
    """The changes in a project, of which this is the analysis."""
    files, digests, texts = analysis.project.files, analysis.digests, analysis.texts
    names = {module: name_of_facts(facts.path, module, digests[facts.path]) for module, facts in files.items()}
    by_module = {module: texts[facts.path] for module, facts in files.items()}
    return Changes(cache, files, names, by_module, analysis.project.models.mapped)


class Changes:
    """Compares the modules of a project with what they were when `keep` was last called.

    `names` say where the cache keeps the facts of each module, `texts` are their sources, and `mapped` the names of its
    mapped classes.
    """

    def __init__(
        self,
        cache: Cache,
        files: Mapping[str, FileFacts],
        names: Mapping[str, bytes],
        texts: Mapping[str, str],
        mapped: Mapping[str, Set[str]],
    ) -> None:
        self._cache = cache
        self._files = files
        self._names = {module: name.hex() for module, name in names.items()}
        self._texts = texts
        self._mapped = mapped
        self._place = key("modules", program(), *(str(facts.path) for facts in files.values()))
        self._before: dict[str, FileFacts | None] = {}
        self._changed: dict[tuple[str, bool], frozenset[str] | None] = {}
        self._mentions: dict[tuple[str, str, bool], bool] = {}

    def before(self, module: str) -> FileFacts | None:
        """What the module was; None where it is the same, or not known."""
        if module not in self._before:
            name = self._earlier.get(module)
            is_other = name is not None and module in self._files and name != self._names[module]
            self._before[module] = kept_facts(self._cache, _unwritten(name)) if name and is_other else None
        return self._before[module]

    def unconcerned(self, modules: Set[str], code: Set[str] = frozenset()) -> Mapping[str, FileFacts]:
        """What those of some modules were that have changed in nothing that the others may have looked up there.

        Nothing where one of them may concern another, or none has changed. `code` are modules whose functions were run.
        """
        changed = {module: facts for module in modules if (facts := self.before(module)) is not None}
        is_concerned = any(self.concern(module, modules, code=module in code) for module in changed)
        return {} if is_concerned else changed

    def concern(self, module: str, others: Iterable[str], *, code: bool = False) -> bool:
        """Whether what has changed in a module may be something that another one of these looks up there.

        With `code` they may also have been led to what its functions do.
        """
        return any(self._mentioned(module, other, code) for other in others if other != module)

    def keep(self, reported: int) -> None:
        """From now on this is how the modules were, unless an earlier run has findings of more files to compare."""
        if self._earlier != self._names and (self._row is None or reported >= self._row.reported):
            row = _Row(tuple(self._names), tuple(self._names.values()), reported)
            self._cache.put({self._place: to_json(row)})

    @cached_property
    def _row(self) -> _Row | None:
        return from_json(_Row, self._cache.get([self._place]).get(self._place))

    @cached_property
    def _earlier(self) -> Mapping[str, str]:
        return dict(zip(self._row.modules, self._row.facts, strict=False)) if self._row is not None else {}

    def _mentioned(self, module: str, other: str, code: bool) -> bool:
        where = (module, other, code)
        if where not in self._mentions:
            names = self._names_changed(module, code)
            self._mentions[where] = names is None or self._has_any(names, other)
        return self._mentions[where]

    def _names_changed(self, module: str, code: bool) -> frozenset[str] | None:
        """The names that are not what they were; None: any."""
        if (module, code) not in self._changed:
            before = self.before(module)
            lines = split_lines(self._texts[module]) if code else None
            names = changed_names(before, self._files[module], lines) if before is not None else None
            # An object of a mapped class may come by a relation, whose name says nothing of the class.
            is_mapped = code and names is not None and not names.isdisjoint(self._mapped.get(module, ()))
            self._changed[module, code] = None if is_mapped else names
        return self._changed[module, code]

    def _has_any(self, names: frozenset[str], module: str) -> bool:
        if module not in self._files or not names:
            return False
        words = "|".join(map(re.escape, sorted(names)))
        is_word = not self._files[module].words.isdisjoint(names)
        return is_word or re.search(_QUOTED.format(words), self._texts[module]) is not None


def _unwritten(name: str) -> bytes:
    """A key as it was before it was written down; an empty one for what nobody has written."""
    try:
        return bytes.fromhex(name)
    except ValueError:
        return b""
