"""Celery: the project's apps and tasks, and whether anybody reads their results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from perflint.project.callgraph import CallGraph
from perflint.project.celery.bodies import Bodies
from perflint.project.celery.fates import Fate
from perflint.project.celery.lookups import is_named
from perflint.project.celery.records import (
    Backend,
    CelerySettings,
    CeleryTask,
    ResultUse,
    UseSite,
    UseState,
)
from perflint.project.celery.settings import celery_settings, may_configure, scheduled_names
from perflint.project.celery.tasks import celery_tasks
from perflint.project.celery.use import Kind, Use, in_unparsed
from perflint.project.celery.uses import Uses
from perflint.project.places import Place, place_of
from perflint.project.symbols import Symbol, Symbols
from perflint.project.trees import Parse, Read, Trees, parser_of

__all__ = ["Backend", "CeleryFacts", "CelerySettings", "CeleryTask", "ResultUse", "UseSite", "UseState"]


class CeleryFacts:
    """Everything is found when it is first asked for; a project without tasks is never parsed again.

    `unparsed` are the texts of the project's files that have no facts.
    """

    def __init__(
        self, graph: CallGraph, parse: Parse | None = None, unparsed: Mapping[Path, str] | None = None
    ) -> None:
        self._graph = graph
        self._trees = Trees(parse)
        self._unparsed = unparsed or {}
        self._verdicts: dict[Symbol, ResultUse] = {}

    @classmethod
    def of(cls, symbols: Symbols, read: Read | None = None) -> CeleryFacts:
        """The facts of a project. `read` gives a file's text, for texts that are not on disk."""
        return cls(CallGraph(symbols), parser_of(read) if read else None)

    @cached_property
    def tasks(self) -> Mapping[Symbol, CeleryTask]:
        """All tasks by their function; a class-based one by its `run`."""
        return {task.symbol: task for task in celery_tasks(self._graph)}

    def task(self, symbol: Symbol) -> CeleryTask | None:
        """The task that a function or class is."""
        return self.tasks.get(symbol) or self._by_owner.get(symbol)

    @cached_property
    def _by_owner(self) -> Mapping[Symbol, CeleryTask]:
        return {task.owner: task for task in self.tasks.values() if task.owner}

    @cached_property
    def settings(self) -> CelerySettings:
        """Backend, broker and defaults."""
        return celery_settings(self._graph, self._trees)

    @property
    def backend(self) -> Backend:
        """Whether results are stored at all."""
        return self.settings.backend

    @property
    def ignored_globally(self) -> bool:
        """Whether the apps ignore results unless a task says otherwise."""
        return self.settings.ignored_globally

    def is_told(self, task: CeleryTask) -> bool:
        """Whether something says of the task, or of all tasks, what becomes of its results."""
        by_name = any(is_named(task, name) for name in self.settings.ignored_names)
        return task.ignores_result is not None or self.ignored_globally or by_name

    def verdict(self, symbol: Symbol) -> ResultUse:
        """Whether anybody reads the result of a task."""
        if symbol not in self._verdicts:
            self._verdicts[symbol] = self._judge(symbol)
        return self._verdicts[symbol]

    @cached_property
    def _uses(self) -> tuple[Use, ...]:
        found = Uses(self._graph, self._trees, self.tasks).all() if self.tasks else ()
        return (*found, *in_unparsed(self.tasks.values(), self._unparsed))

    @cached_property
    def are_dispatched(self) -> bool:
        """Whether the project dispatches any of its tasks; if not, another program does."""
        return any(use.dispatches for use in self._uses)

    @cached_property
    def _bodies(self) -> Bodies:
        return Bodies(self._graph, self._trees, self.tasks)

    @cached_property
    def _scheduled(self) -> frozenset[str]:
        """Names that schedules give: dotted strings anywhere, and any `{"task": "name"}`."""
        files = [facts for name, facts in self._graph.symbols.files.items() if place_of(name) is not Place.TESTS]
        trees = (self._trees.of(facts) for facts in files if may_configure(facts))
        plain = (name for tree in trees if tree for name in scheduled_names(tree))
        return frozenset(text for facts in files for text in facts.strings).union(plain)

    def _judge(self, symbol: Symbol) -> ResultUse:
        task = self.tasks.get(symbol)
        if task is None:
            return ResultUse(UseState.UNKNOWN, ("it is no task of this project",))
        uses = [use for use in self._uses if use.task == symbol]
        if reads := [use.site for use in uses if use.fate is Fate.READ]:
            return _result(UseState.READ, reads)
        if doubts := [*(use.site for use in uses if use.fate is Fate.KEPT), *self._doubts(task)]:
            return _result(UseState.UNKNOWN, doubts)
        return self._unread(task, uses)

    def _doubts(self, task: CeleryTask) -> list[UseSite]:
        """Why the result may be read although no use of the task does it."""
        needed = self._bodies.why_needed(task)
        fact = self._graph.symbols.function(task.symbol)
        path = self._graph.symbols.files[task.symbol.module].path
        options = [UseSite(path, fact.line if fact else 1, task.doubt)] if task.doubt else []
        return [*self._of_any(Kind.ANY), *([needed] if needed else []), *options]

    def _of_any(self, kind: Kind) -> tuple[UseSite, ...]:
        return tuple(sorted(use.site for use in self._uses if use.kind is kind))

    def _unread(self, task: CeleryTask, uses: Sequence[Use]) -> ResultUse:
        dispatches = tuple(sorted(use.site for use in uses if use.dispatches))
        is_dispatched = bool(dispatches) or any(is_named(task, text) for text in self._scheduled)
        # Nothing says that a class is registered at all; a function that is called may be meant for nothing else.
        if not is_dispatched and (task.owner or any(use.kind is Kind.CALL for use in uses)):
            return ResultUse(UseState.UNKNOWN, ("nothing in this project dispatches it",))
        return ResultUse(
            UseState.UNREAD,
            sites=dispatches,
            is_dispatched=is_dispatched,
            readers=(*self.settings.readers, *self._of_any(Kind.BY_ID)),
            unknown_dispatches=self._of_any(Kind.SOMETHING),
            returns_value=self._bodies.returns_value(task),
        )


def _result(state: UseState, sites: Iterable[UseSite]) -> ResultUse:
    ordered = sorted(sites)
    return ResultUse(state, tuple(dict.fromkeys(site.what for site in ordered)), tuple(ordered))
