"""What a run is about: the files to report on, and the project that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.discovery import absolute, common_folder, discover, project_root

if TYPE_CHECKING:
    from perflint.config import Context, Settings
    from perflint.findings import Problem


@dataclass(frozen=True, slots=True)
class Scope:
    """The paths and files that were asked for, all files of their project, and what the search for them met."""

    root: Path
    paths: Sequence[Path]
    asked: Set[str]
    project: Set[str]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]

    @property
    def files(self) -> Set[str]:
        """All that is read."""
        return self.asked | self.project

    def reported(self, contexts: Sequence[Context]) -> set[Path]:
        """The files that were asked for and hold code of these kinds."""
        # Imported here: whose outcome is known has no use for it.
        from perflint.contexts import context_of

        return {path for path in map(Path, self.asked) if context_of(path, self.root) in contexts}


def scope_of(paths: Sequence[Path], settings: Settings, texts: Mapping[Path, str]) -> Scope:
    """The scope of a run on `paths`; `texts` stand for the content of files that need not be there."""
    asked = [absolute(path) for path in paths]
    named = discover([path for path in asked if path not in texts], settings)
    project = project_root(asked)
    whole = discover([project], settings) if project and asked != [project] else named
    return Scope(
        project or common_folder(asked),
        asked,
        named.names.union(str(path) for path in asked if path in texts),
        whole.names.union(map(str, texts)),
        named.problems,
        named.notes,
    )
