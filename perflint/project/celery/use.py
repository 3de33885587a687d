"""A use of a task: where, and what becomes of its result there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from perflint.project.celery.fates import Fate
from perflint.project.celery.records import CeleryTask, UseSite
from perflint.project.symbols import Symbol


class Kind(Enum):
    """What a use is of: a known task or, where no task is named, what it may mean for all of them."""

    TASK = "task"
    CALL = "call"  # a known task, called in place as a plain function
    ANY = "any"  # any task may be dispatched here
    BY_ID = "by id"  # results of any task may be read here
    SOMETHING = "something"  # what is dispatched here is perhaps no task at all


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a task; `task` None stands for any task of the project."""

    task: Symbol | None
    fate: Fate
    site: UseSite
    kind: Kind = Kind.TASK
    dispatches: bool = False


_WORD = re.compile(r"[A-Za-z_]\w*")


def in_unparsed(tasks: Iterable[CeleryTask], texts: Mapping[Path, str]) -> Iterator[Use]:
    """Tasks that a file names which cannot be parsed: what it does with their results cannot be seen."""
    for path, text in texts.items():
        words = set(_WORD.findall(text))
        for task in tasks:
            if (task.owner or task.symbol).name.rpartition(".")[2] in words:
                yield Use(task.symbol, Fate.KEPT, UseSite(path, 1, "is named in a file that cannot be parsed"))
