"""The definitions of one module by name."""

from __future__ import annotations

from collections import defaultdict

from perflint.project.facts import FileFacts, FunctionFact


class Table:
    """Looked up in all the time; what is only sometimes asked for is made then."""

    __slots__ = ("_assigned", "_functions", "_inner", "assigns", "classes", "facts", "imports")

    def __init__(self, facts: FileFacts) -> None:
        self.facts = facts
        self.classes = {fact.qualname: fact for fact in facts.classes}
        self._functions: dict[str, FunctionFact] | None = None
        self.imports = {fact.local: fact.target for fact in facts.imports}
        self.assigns = defaultdict(list)
        for fact in facts.assigns:
            self.assigns[fact.name].append(fact)
        self._assigned: dict[str, frozenset[str]] = {}
        self._inner: frozenset[str] | None = None

    @property
    def inner(self) -> frozenset[str]:
        """The names of functions and classes that are defined inside functions."""
        if self._inner is None:
            functions = set(self.facts.defined)
            split = (qualname.rpartition(".") for qualname in (*functions, *self.classes))
            self._inner = frozenset(name for around, _, name in split if around in functions)
        return self._inner

    @property
    def functions(self) -> dict[str, FunctionFact]:
        """The functions by qualified name."""
        if self._functions is None:
            self._functions = {fact.qualname: fact for fact in self.facts.functions}
        return self._functions

    def has_function(self, qualname: str) -> bool:
        """Whether there is a function of this name; what is kept of it need not be read for that."""
        if self.facts.functions_later.is_made:
            return qualname in self.functions
        return qualname in self.facts.defined

    def assigned(self, qualname: str) -> frozenset[str]:
        """The names that a class body assigns."""
        if qualname not in self._assigned:
            self._assigned[qualname] = frozenset(assign.name for assign in self.classes[qualname].assigns)
        return self._assigned[qualname]
