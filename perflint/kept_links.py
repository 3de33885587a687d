"""What code leads to, kept module by module: after an edit, only the links are found anew that it may change.

A module's links hold as long as its text does, the hierarchy of classes, the definitions that were looked up on the
way, what the functions that they lead through bind and return, and the text of modules whose decorators it uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.cache import Cache, key
from perflint.program import program
from perflint.project.facts import FileFacts
from perflint.project.links import ModuleLinks, Sources
from perflint.project.whole import Project
from perflint.records import from_json, to_json

if TYPE_CHECKING:
    from perflint.changes import Changes


@dataclass(frozen=True, slots=True)
class _Entry:
    links: str  # as JSON, which is read only when somebody asks for them
    seen: tuple[str, ...]
    touched: tuple[str, ...]
    called: tuple[str, ...]
    state: str  # of these modules


class KeptLinks:
    """The links that earlier runs have kept for a project; `digests` are of its sources."""

    def __init__(self, cache: Cache, project: Project, digests: Mapping[Path, str], changes: Changes) -> None:
        self._cache = cache
        self._project = project
        self._digests = digests
        self._changes = changes
        self._keys = {
            module: key("links", self._everywhere, module, digests[facts.path])
            for module, facts in project.files.items()
        }
        self._adopted: dict[str, str] = {}
        self._found: dict[str, str] = {}
        self._renewed: dict[bytes, str] = {}

    def adopt(self) -> None:
        """Give the graph what still holds."""
        kept = self._cache.get(self._keys.values())
        for module, name in self._keys.items():
            entry = from_json(_Entry, kept.get(name))
            if entry is not None and self._holds(entry, name):
                self._project.links.adopt(module, partial(from_json, ModuleLinks, entry.links))
                self._adopted[module] = entry.links

    @cached_property
    def digest(self) -> str:
        """Of all links, and of the classes and settings that they were found with."""
        return key(self._everywhere, *(self._adopted.get(module) or self._text(module) for module in self._keys)).hex()

    def keep(self) -> None:
        """Keep what the graph has found by itself."""
        links = self._project.links
        new = ((module, links.sources(module)) for module in self._keys if module not in self._adopted)
        made = {self._keys[module]: self._written(self._text(module), found) for module, found in new if found}
        self._cache.put(self._renewed | made)

    def _holds(self, entry: _Entry, name: bytes) -> bool:
        state = self._state(entry, {})
        if entry.state == state:
            return True
        if entry.state != self._was(entry):
            return False
        self._renewed[name] = to_json(replace(entry, state=state))
        return True

    def _text(self, module: str) -> str:
        """The links that were found anew for a module."""
        if module not in self._found:
            self._found[module] = to_json(self._project.links.of(module))
        return self._found[module]

    def _written(self, links: str, sources: Sources) -> str:
        seen, touched = tuple(sorted(sources.reads.seen())), tuple(sorted(sources.reads.touched()))
        entry = _Entry(links, seen, touched, sources.called, "")
        return to_json(replace(entry, state=self._state(entry, {})))

    def _state(self, entry: _Entry, before: Mapping[str, FileFacts]) -> str:
        files = self._project.files
        parts = [(before.get(module) or files[module]).interface if module in files else "" for module in entry.seen]
        for module in entry.touched:
            parts += [(before.get(module) or files[module]).interface, files[module].flow] if module in files else [""]
        parts += [self._digests[files[module].path] if module in files else "" for module in entry.called]
        return key(*parts).hex()[:16]

    def _was(self, entry: _Entry) -> str:
        """The state in the run before, if what has changed since does not concern these links; else nothing."""
        before = self._changes.unconcerned({*entry.seen, *entry.touched})
        return self._state(entry, before) if before else ""

    @cached_property
    def _everywhere(self) -> str:
        """What the links of every module depend on: the program, its settings, which modules and classes there are."""
        return key(program(), repr(self._project.names), *self._project.files, self._project.graph.hierarchy()).hex()
