"""Celery: the project's apps and tasks, and whether anybody reads their results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from perflint.project.callgraph import CallGraph
from perflint.project.celery.bodies import Bodies
from perflint.project.celery.fates import Fate
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
from perflint.project.celery.uses import Use, Uses, is_named
from perflint.project.places import Place, place_of
from perflint.project.symbols import Symbol, Symbols
from perflint.project.trees import Read, Trees

__all__ = ["Backend", "CeleryFacts", "CelerySettings", "CeleryTask", "ResultUse", "UseSite", "UseState"]


class CeleryFacts:
    """Everything is found when it is first asked for; a project without tasks is never parsed again."""

    def __init__(self, graph: CallGraph, read: Read | None = None) -> None:
        self._graph = graph
        self._trees = Trees(read)
        self._verdicts: dict[Symbol, ResultUse] = {}

    @classmethod
    def of(cls, symbols: Symbols, read: Read | None = None) -> CeleryFacts:
        """The facts of a project. `read` gives a file's text, for texts that are not on disk."""
        return cls(CallGraph(symbols), read)

    @cached_property
    def tasks(self) -> Mapping[Symbol, CeleryTask]:
        """All tasks by their function; a class-based one by its `run`."""
        return {task.symbol: task for task in celery_tasks(self._graph)}

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

    def verdict(self, symbol: Symbol) -> ResultUse:
        """Whether anybody reads the result of a task."""
        if symbol not in self._verdicts:
            self._verdicts[symbol] = self._judge(symbol)
        return self._verdicts[symbol]

    @cached_property
    def _uses(self) -> tuple[Use, ...]:
        return tuple(Uses(self._graph, self._trees, self.tasks).all()) if self.tasks else ()

    @cached_property
    def _bodies(self) -> Bodies:
        return Bodies(self._graph, self.tasks)

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
        uses = [use for use in self._uses if use.task in (symbol, None)]
        if reads := [use.site for use in uses if use.fate is Fate.READ]:
            return _result(UseState.READ, reads)
        doubts = [use.site for use in uses if use.fate is Fate.KEPT]
        if needed := self._bodies.why_needed(task):
            doubts.append(needed)
        if doubts:
            return _result(UseState.UNKNOWN, doubts)
        dispatches = [use.site for use in uses if use.dispatches]
        if not dispatches and not any(is_named(task, text) for text in self._scheduled):
            return ResultUse(UseState.UNKNOWN, ("nothing in this project dispatches it",))
        return ResultUse(UseState.UNREAD, (), tuple(sorted(dispatches)))


def _result(state: UseState, sites: Iterable[UseSite]) -> ResultUse:
    ordered = sorted(sites)
    return ResultUse(state, tuple(dict.fromkeys(site.what for site in ordered)), tuple(ordered))
