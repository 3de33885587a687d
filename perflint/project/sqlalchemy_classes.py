"""Which classes SQLAlchemy maps, and which classes their attributes come from."""

from __future__ import annotations

from collections.abc import Iterator

from perflint.project.declarations import Callees, declared, names
from perflint.project.facts import ClassFact
from perflint.project.sqlalchemy_columns import COLUMN_CALLS
from perflint.project.symbols import Kind, Symbol, Symbols

_ROOTS = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta"})
_FACTORIES = frozenset({"declarative_base", "automap_base", "generate_base", "as_declarative"})
_FLASK = frozenset({"SQLAlchemy", "Alchemy"})
_DECORATORS = ("mapped", "mapped_as_dataclass", "as_declarative", "as_declarative_base")
_EXTERNAL = frozenset(
    {
        "flask_sqlalchemy.model.Model",
        "flask_sqlalchemy.Model",
        "flask_appbuilder.Model",
        "flask_appbuilder.models.sqla.Model",
        "advanced_alchemy.base.UUIDBase",
        "advanced_alchemy.base.UUIDAuditBase",
        "advanced_alchemy.base.BigIntBase",
        "advanced_alchemy.base.BigIntAuditBase",
    }
)
# Bases outside the project that add no mapped attribute.
_PLAIN = (
    "sqlalchemy.",
    "sqlmodel.",
    "flask_sqlalchemy.",
    "flask_login.",
    "builtins.",
    "typing",
    "abc.",
    "enum.",
    "pydantic.",
)
_SQLMODEL = ("sqlmodel.SQLModel", "sqlmodel.main.SQLModel")


class MappedClasses:
    """Finds the mapped classes by their bases."""

    def __init__(self, symbols: Symbols, callees: Callees) -> None:
        self._symbols = symbols
        self._callees = callees
        self._bases: dict[tuple[str, str], Symbol | bool] = {}
        self._lineages: dict[Symbol, tuple[Symbol, ...]] = {}

    def all(self) -> Iterator[tuple[Symbol, ClassFact]]:
        """Every mapped class; a SQLModel that is no table is none."""
        for symbol, fact in self._symbols.all_classes():
            if (fact.bases or fact.decorators) and self._is_mapped(symbol, fact):
                yield symbol, fact

    def lineage(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """The project's classes whose attributes the class has, nearest first."""
        if symbol not in self._lineages:
            owners = [owner for owner in self._symbols.mro(symbol) if owner.kind is Kind.CLASS]
            given = [base for base in self._roots(symbol) if isinstance(base, Symbol)]
            more = [owner for base in given for owner in self._symbols.mro(base) if owner.kind is Kind.CLASS]
            self._lineages[symbol] = tuple(dict.fromkeys([*owners, *more]))
        return self._lineages[symbol]

    def is_base(self, symbol: Symbol, fact: ClassFact) -> bool:
        """Whether the class is itself a declarative base or says `__abstract__`."""
        if any(assign.name == "__abstract__" and assign.value == "True" for assign in fact.assigns):
            return True
        named = {base.partition("[")[0].partition("(")[0].rpartition(".")[2] for base in fact.bases}
        decorated = any(text.partition("(")[0].endswith("as_declarative") for text in fact.decorators)
        return bool(named & (_ROOTS | _FACTORIES)) or decorated

    def is_sqlmodel(self, symbol: Symbol) -> bool:
        """Whether plain annotations are columns too."""
        return self._symbols.derives_from(symbol, *_SQLMODEL)

    def is_complete(self, symbol: Symbol) -> bool:
        """Whether every class that may add attributes is in sight."""
        for owner in self.lineage(symbol):
            fact = self._symbols.class_(owner)
            for text in fact.bases if fact else ():
                if not self._base(owner.module, text) and not self._is_in_sight(owner, text):
                    return False
        return True

    def _is_in_sight(self, owner: Symbol, text: str) -> bool:
        name = text.partition("[")[0].partition("(")[0].strip()
        found = self._symbols.resolve(owner.module, name, owner.name.rpartition(".")[0])
        return found is not None and (found.kind is Kind.CLASS or found.name.startswith(_PLAIN))

    def _is_mapped(self, symbol: Symbol, fact: ClassFact) -> bool:
        if self.is_sqlmodel(symbol):
            return ("table", "True") in fact.keywords
        if any(self._roots(symbol)):
            return True
        if any(text.partition("(")[0].rpartition(".")[2] in _DECORATORS for text in fact.decorators):
            return True
        return bool(fact.bases) and self._has_table(symbol.module, fact)

    def _has_table(self, module: str, fact: ClassFact) -> bool:
        """A table name beside a column proves a model whose base is out of sight."""
        if not any(assign.name in ("__tablename__", "__table__") for assign in fact.assigns):
            return False
        calls = (declared(assign.value) for assign in fact.assigns)
        return any(call and self._callees.tails(module, call.callee) & COLUMN_CALLS for call in calls)

    def _roots(self, symbol: Symbol) -> Iterator[Symbol | bool]:
        """The declarative bases that a class descends from; a class given as `cls=` stands for its base."""
        for owner in self._symbols.mro(symbol):
            if owner.kind is Kind.EXTERNAL and self._is_external_root(owner.name):
                yield True
            fact = self._symbols.class_(owner) if owner.kind is Kind.CLASS else None
            for text in fact.bases if fact else ():
                yield self._base(owner.module, text)

    def _is_external_root(self, name: str) -> bool:
        tail = name.rpartition(".")[2]
        return name in _EXTERNAL or (tail in _ROOTS | _FACTORIES and not name.startswith("builtins."))

    def _base(self, module: str, text: str) -> Symbol | bool:
        key = (module, text)
        if key not in self._bases:
            self._bases[key] = self._find_base(module, text)
        return self._bases[key]

    def _find_base(self, module: str, text: str) -> Symbol | bool:
        """What a base's text is: a variable that holds a declarative base, or `db.Model`."""
        name = text.partition("[")[0].strip()
        if "(" in name:
            return self._made_by(module, text)
        if name.endswith(".Model"):
            return self._flask_model(module, name.removesuffix(".Model"))
        symbol = self._symbols.resolve(module, name)
        if symbol is None or symbol.kind is not Kind.VARIABLE:
            return False
        made = (self._made_by(symbol.module, value) for value in self._symbols.assigns(symbol))
        return next((base for base in made if base), False)

    def _made_by(self, module: str, text: str) -> Symbol | bool:
        """Whether a call makes a declarative base; the class that it was given."""
        call = declared(text)
        if call is None:
            return text.endswith(".Model") and self._flask_model(module, text.removesuffix(".Model"))
        if not self._callees.tails(module, call.callee) & _FACTORIES:
            return False
        return self._class_of(module, next(names(call.keywords.get("cls")), "")) or True

    def _flask_model(self, module: str, database: str) -> Symbol | bool:
        """Whether `database` is a Flask-SQLAlchemy object; the class given as `model_class=`."""
        symbol = self._symbols.resolve(module, database)
        if symbol is None or symbol.kind is not Kind.VARIABLE:
            return bool(
                symbol and symbol.kind is Kind.EXTERNAL and symbol.name.endswith(".db") and "google" not in symbol.name
            )
        for value in self._symbols.assigns(symbol):
            call = declared(value)
            if call and self._callees.tails(symbol.module, call.callee) & _FLASK:
                return self._class_of(symbol.module, next(names(call.keywords.get("model_class")), "")) or True
        return False

    def _class_of(self, module: str, name: str) -> Symbol | None:
        symbol = self._symbols.resolve(module, name) if name else None
        return symbol if symbol and symbol.kind is Kind.CLASS else None
