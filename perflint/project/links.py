"""What a module's code leads to: its edges of the call graph, and the functions that its calls register somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perflint.project.callgraph import CallGraph, ModuleEdges
from perflint.project.reads import Reads
from perflint.project.roots import Root
from perflint.project.roots.registered import registered_by


@dataclass(frozen=True, slots=True)
class ModuleLinks:
    """All that one module's code leads to."""

    edges: ModuleEdges
    registered: tuple[Root, ...]


class Links:
    """The links of all modules, each found once; those of an earlier run may be adopted."""

    def __init__(self, graph: CallGraph) -> None:
        self.graph = graph
        self._registered: dict[str, tuple[tuple[Root, ...], int]] = {}

    def registered(self) -> Iterator[Root]:
        """The roots that calls anywhere in the project make of the functions given to them."""
        for module in self.graph.symbols.files:
            yield from self._registered_by(module)

    def _registered_by(self, module: str) -> tuple[Root, ...]:
        reads = self.graph.symbols.reads
        return reads.kept(self._registered, module, lambda: tuple(registered_by(self.graph, module)))

    def adopt(self, module: str, found: ModuleLinks) -> None:
        """Take a module's links as they were found before, when all that they were taken from was the same."""
        self.graph.adopt(module, found.edges)
        self._registered[module] = found.registered, 0

    def found(self, module: str) -> tuple[ModuleLinks, Reads] | None:
        """A module's links, and what they were taken from beside the hierarchy; None where not all were asked for."""
        edges = self.graph.found(module)
        if edges is None or module not in self._registered:
            return None
        registered, modules = self._registered[module]
        return ModuleLinks(edges[0], registered), self.graph.symbols.reads.only(edges[1] | modules)
