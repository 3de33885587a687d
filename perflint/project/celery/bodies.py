"""What a task's own body does with its state and result backend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from perflint.project.callgraph import CallGraph
from perflint.project.celery.records import CeleryTask, UseSite
from perflint.project.facts import FunctionFact
from perflint.project.symbols import Symbol

_STATE = frozenset(["update_state", "send_event", "add_to_chord", "replace", "mark_as_started", "store_result"])
_RAISED = ("celery.exceptions.Ignore", "celery.exceptions.Reject")
_REACH = 2000


class Bodies:
    """Answers for each task; helpers that write the current task's state are followed."""

    def __init__(self, graph: CallGraph, tasks: Mapping[Symbol, CeleryTask]) -> None:
        self._graph = graph
        self._tasks = tasks
        self._writers = {symbol for symbol, fact in graph.symbols.all_functions() if _writes_state(fact)}

    def why_needed(self, task: CeleryTask) -> UseSite | None:
        """Why the body needs the result backend, or may."""
        fact = self._graph.symbols.function(task.symbol)
        if fact is None:
            return None
        receiver = fact.params[0].name if task.is_bound and fact.params else ""
        path = self._graph.symbols.files[task.symbol.module].path
        for call in fact.calls:
            if reason := self._reason(task.symbol, call.callee, call.refs, receiver):
                return UseSite(path, call.line, reason)
        if writer := self._reached_writer(task.symbol):
            return UseSite(path, fact.line, f"calls {writer.name}, which writes a task's state")
        return None

    def _reason(self, symbol: Symbol, callee: str, refs: Iterable[str], receiver: str) -> str:
        head, _, tail = callee.rpartition(".")
        if tail in _STATE and head and (head == receiver or "task" in head.lower() or "backend" in head):
            return f"calls {callee}"
        if any(name.startswith((f"{receiver}.backend", "current_task.backend")) for name in (callee, *refs)):
            return "uses its result backend"
        if receiver and receiver in refs and not callee.startswith("super()"):
            return f"passes itself on to {callee}" if callee else "passes itself on"
        if callee and self._graph.instances.origin(symbol.module, symbol.name, callee) in _RAISED:
            return f"raises {tail}"
        return ""

    def _reached_writer(self, symbol: Symbol) -> Symbol | None:
        seen = {symbol}
        queue = [symbol] if self._writers else []
        while queue and len(seen) < _REACH:
            for target in self._graph.edges(queue.pop()).calls:
                if target not in seen and target not in self._tasks:
                    if target in self._writers:
                        return target
                    seen.add(target)
                    queue.append(target)
        return None


def _writes_state(fact: FunctionFact) -> bool:
    return any(call.callee.rpartition(".")[2] == "update_state" for call in fact.calls)
