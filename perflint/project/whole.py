"""The linked project: every answer that needs more than one file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from perflint.project.callgraph import CallGraph
from perflint.project.celery import CeleryFacts
from perflint.project.facts import FileFacts
from perflint.project.hotness import ExtraNames, HotnessTable
from perflint.project.links import Links
from perflint.project.models import Models
from perflint.project.reads import Reads
from perflint.project.repository import is_whole
from perflint.project.settings import ProjectSettings, read_settings
from perflint.project.symbols import Symbols
from perflint.project.trees import Parse


@dataclass(eq=False)
class Project:
    """Built once for each run; tables that few checks ask for are built when they are asked for."""

    files: Mapping[str, FileFacts]  # by module name
    root: Path  # module names begin below it
    folder: Path  # configuration files lie in it
    names: ExtraNames = field(default_factory=ExtraNames)
    parse: Parse | None = None  # gives the tree of a file's text
    unparsed: Mapping[Path, str] = field(default_factory=dict)  # texts of files that have no facts
    reads: Reads = field(default_factory=Reads)  # what has been asked for lately

    @cached_property
    def _definitions(self) -> Symbols:
        """What the tables below are made of: all files go into them, whoever asks first."""
        return Symbols(self.files.values())

    @cached_property
    def symbols(self) -> Symbols:
        """Names and definitions, for whoever looks at one file: what is looked up is noted."""
        return self._definitions.watched(self.reads)

    @cached_property
    def graph(self) -> CallGraph:
        """Who calls whom, and of which class an object is."""
        return CallGraph(self._definitions)

    @cached_property
    def links(self) -> Links:
        """What each module's code leads to."""
        return Links(self.graph, self.names)

    @cached_property
    def models(self) -> Models:
        """Mapped classes, for whoever looks at one file: what is asked for is noted."""
        return Models(self._definitions).watched(self.reads)

    @cached_property
    def hotness(self) -> HotnessTable:
        """How often functions run."""
        return HotnessTable(self.links, self.settings.scripts)

    @property
    def celery(self) -> CeleryFacts:
        """Celery's apps and tasks, and who reads their results."""
        self.reads.everything = True
        return self._celery

    @cached_property
    def _celery(self) -> CeleryFacts:
        return CeleryFacts(self.graph, self.parse, self.unparsed)

    def file(self, module: str) -> FileFacts | None:
        """All facts of a file."""
        self.reads.take(module)
        return self.files.get(module)

    @cached_property
    def is_whole(self) -> bool:
        """Whether no file of the repository could say anything that is not known here."""
        return not self.unparsed and is_whole(self.folder, self.modules.keys())

    @cached_property
    def loaded(self) -> frozenset[str]:
        """Names of relations that some place of the project loads with the rows."""
        return frozenset[str]().union(*(facts.loaded for facts in self.files.values()))

    @cached_property
    def has_async_sessions(self) -> bool:
        """Whether some file works with SQLAlchemy's asynchronous sessions."""
        return any(not facts.words.isdisjoint(("AsyncSession", "create_async_engine")) for facts in self.files.values())

    @cached_property
    def settings(self) -> ProjectSettings:
        """What the project's own configuration says."""
        return read_settings(self.folder, self._definitions)

    @cached_property
    def modules(self) -> Mapping[Path, str]:
        """Module names by path."""
        return {facts.path: name for name, facts in self.files.items()}


def module_names(paths: Iterable[Path], root: Path, sources: Sequence[Path] = ()) -> dict[Path, str]:
    """A dotted name for each file, from its path below the innermost of `sources`, or the root, that it lies in.

    Two files never share one.
    """
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for path in sorted(paths):
        inside = [source for source in sources if path.is_relative_to(source)]
        name = module_name(path, max(inside, key=lambda source: len(source.parts), default=root))
        while name in taken:
            name += "_"
        taken.add(name)
        names[path] = name
    return names


def module_name(path: Path, root: Path) -> str:
    """`app/models/user.py` is `app.models.user`, a package's `__init__.py` the package."""
    below = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
    parts = [part.replace(".", "_") for part in below.with_suffix("").parts]
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) or root.name.replace(".", "_") or "project"
