"""Django models before their relations are linked: fields, managers and Meta of a whole lineage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from perflint.project.declarations import Callees, declared, string
from perflint.project.django_classes import DjangoClasses, Owner
from perflint.project.django_constraints import apply_constraints
from perflint.project.django_fields import Fields, Related
from perflint.project.django_known import concrete_models, known_bases, known_class
from perflint.project.django_managers import Managers
from perflint.project.facts import AssignFact, expression
from perflint.project.schema import Column, Relation
from perflint.project.symbols import Kind, Symbol, Symbols

_INHERITED = ("ordering", "order_with_respect_to")


@dataclass(slots=True)
class Body:
    """What one class body declares."""

    columns: dict[str, Column] = field(default_factory=dict)
    related: dict[str, Related] = field(default_factory=dict)
    managers: dict[str, Symbol | None] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    primary_key: tuple[str, ...] = ()


@dataclass(slots=True)
class DjangoDraft:
    """A model in the making. `local` are the relations that this model itself makes, not a parent with a table."""

    symbol: Symbol
    lineage: list[Owner]
    options: dict[str, AssignFact]
    parents: list[DjangoDraft] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)
    local: dict[str, Related] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    managers: dict[str, Symbol | None] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The class's own name."""
        return self.symbol.name.rpartition(".")[2]

    @property
    def abstract(self) -> bool:
        """Whether it has no table and no objects."""
        return self.is_set("abstract")

    @property
    def proxy(self) -> bool:
        """Whether it is another class for its parent's rows."""
        return self.is_set("proxy")

    def is_set(self, option: str) -> bool:
        """Whether a Meta option is there and says something."""
        assign = self.options.get(option)
        return assign is not None and assign.value not in ("False", "None", "[]", "()", '""', "''")

    def option(self, option: str) -> str:
        """A Meta option's literal text."""
        assign = self.options.get(option)
        return string(expression(assign.value)) if assign else ""


class DjangoDrafts:
    """Puts the models of a project together, by the symbols of their classes."""

    def __init__(self, symbols: Symbols, callees: Callees) -> None:
        self._symbols = symbols
        self._callees = callees
        self._fields = Fields(symbols, callees)
        self.classes = DjangoClasses(symbols, callees, self._fields)
        self._managers = Managers(symbols, callees)
        self._bodies: dict[Symbol, Body] = {}
        self.by_symbol: dict[Symbol, DjangoDraft] = {}
        for symbol, _ in self.classes.all():
            self._add(symbol, self.classes.lineage(symbol))
        if self.by_symbol:
            self._add_known()
        for draft in sorted(self.by_symbol.values(), key=lambda draft: len(draft.lineage)):
            self._fill(draft)

    def _add_known(self) -> None:
        """Libraries' models that have tables, for the reverse relations of the project's models."""
        for name in concrete_models():
            owners = [
                Owner(Symbol(Kind.EXTERNAL, known), fact) for known in known_bases(name) if (fact := known_class(known))
            ]
            self._add(Symbol(Kind.EXTERNAL, name), owners)

    def _add(self, symbol: Symbol, lineage: list[Owner]) -> None:
        options = self._options(lineage)
        self.by_symbol[symbol] = DjangoDraft(symbol, lineage, options)

    def _options(self, lineage: list[Owner]) -> dict[str, AssignFact]:
        """The model's Meta, its own or that of the nearest abstract parent, and what a concrete parent hands down."""
        own = self.classes.options(lineage[0])
        if self.classes.meta(lineage[0]) is None:
            above = next((owner for owner in lineage[1:] if self.classes.meta(owner)), None)
            given = self.classes.options(above) if above else {}
            if _is_abstract(given):
                own = {name: assign for name, assign in given.items() if name != "abstract"}
        parent = lineage[1] if len(lineage) > 1 else None
        if parent and parent.symbol.module and not _is_abstract(self.classes.options(parent)):
            handed = self._options(self.classes.lineage(parent.symbol))
            own = {name: handed[name] for name in _INHERITED if name in handed} | own
        return own

    def _fill(self, draft: DjangoDraft) -> None:
        draft.parents = list(self._parents(draft))
        inherited = {owner.symbol for parent in draft.parents for owner in parent.lineage}
        for parent in reversed(draft.parents):
            draft.columns |= parent.columns
            draft.managers |= parent.managers
        for owner in reversed(draft.lineage):
            if owner.symbol not in inherited:
                self._merge(draft, self._body(owner))
        self._keys(draft)
        apply_constraints(draft.options, draft.columns)
        draft.managers = draft.managers or {"objects": None}

    def _parents(self, draft: DjangoDraft) -> Iterator[DjangoDraft]:
        """The nearest models above that have tables."""
        covered: set[Symbol] = set()
        for owner in draft.lineage[1:]:
            parent = self.by_symbol.get(owner.symbol)
            if parent and not parent.abstract and owner.symbol not in covered:
                covered.update(above.symbol for above in parent.lineage)
                yield parent

    def _merge(self, draft: DjangoDraft, body: Body) -> None:
        for name in (*body.removed, *body.columns, *body.related):
            draft.columns.pop(name, None)
            if gone := draft.local.pop(name, None):
                draft.columns.pop(gone.column.name if gone.column else "", None)
        draft.columns |= body.columns
        draft.local |= body.related
        draft.columns |= {related.column.name: related.column for related in body.related.values() if related.column}
        draft.managers |= body.managers
        draft.primary_key = body.primary_key or draft.primary_key

    def _keys(self, draft: DjangoDraft) -> None:
        """The primary key: given, the parent's, or the `id` that Django adds."""
        own = [column for column in draft.columns.values() if column.primary_key]
        if draft.primary_key:  # CompositePrimaryKey
            return
        if draft.parents:
            draft.primary_key = draft.parents[0].primary_key
        elif own:
            draft.primary_key = (own[-1].name,)
        else:
            draft.primary_key = ("id",)
            key = Column("id", "int", nullable=False, unique=True, primary_key=True, attname="id")
            draft.columns = {"id": key, **draft.columns}

    def _body(self, owner: Owner) -> Body:
        if owner.symbol not in self._bodies:
            body = self._bodies[owner.symbol] = Body()
            for assign in owner.fact.assigns:
                if "." not in assign.name:
                    self._attribute(body, owner.module, assign)
        return self._bodies[owner.symbol]

    def _attribute(self, body: Body, module: str, assign: AssignFact) -> None:
        found = declared(assign.value)
        if found is None:
            if assign.value == "None":
                body.removed.add(assign.name)
            return
        if found.callee.endswith("CompositePrimaryKey"):
            body.primary_key = tuple(map(string, found.args))
        elif related := self._fields.related(module, assign.name, found):
            body.related[assign.name] = related
        elif column := self._fields.column(module, assign.name, found):
            body.columns[assign.name] = column
        elif self._managers.is_manager(module, assign.value):
            body.managers[assign.name] = self._managers.custom(module, assign.value)


def _is_abstract(options: dict[str, AssignFact]) -> bool:
    return "abstract" in options and options["abstract"].value == "True"
