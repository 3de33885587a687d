"""SQLAlchemy's models with their relations linked: targets by name, directions by foreign keys, backrefs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from perflint.project.declarations import Callees, names
from perflint.project.facts import expression
from perflint.project.nearest import nearest
from perflint.project.schema import Library, Model, Relation
from perflint.project.sqlalchemy_directions import Side, link_relation, opposite
from perflint.project.sqlalchemy_drafts import Draft, Drafts
from perflint.project.sqlalchemy_relations import RelationDecl
from perflint.project.symbols import Symbol, Symbols


def sqlalchemy_models(symbols: Symbols, callees: Callees) -> dict[Symbol, Model]:
    """All classes that SQLAlchemy maps."""
    drafts = Drafts(symbols, callees).by_symbol
    linker = _Linker(symbols, drafts)
    for draft in drafts.values():
        linker.link(draft)
    linker.inherit_backrefs()
    linker.pair_by_key()
    return {symbol: _model(symbols, draft) for symbol, draft in drafts.items()}


class _Linker:
    def __init__(self, symbols: Symbols, drafts: dict[Symbol, Draft]) -> None:
        self._symbols = symbols
        self._drafts = drafts
        self._named: dict[str, list[Symbol]] = defaultdict(list)
        for symbol, draft in drafts.items():
            self._named[draft.fact.name].append(symbol)
        self._sides = {symbol: _side(draft) for symbol, draft in drafts.items()}
        self._backrefs: dict[Symbol, dict[str, Relation]] = defaultdict(dict)

    def link(self, draft: Draft) -> None:
        """Link the relations of one model, and note the backrefs that they make elsewhere."""
        owner = self._sides[draft.symbol]
        for name, written in draft.decls.items():
            decl = self._without_class(written, draft)
            target = self._target(decl, draft)
            side = self._sides.get(target) if target else None
            draft.relations[name] = relation = link_relation(decl, owner, side)
            is_new = not draft.abstract and not (draft.parent and draft.parent.decls.get(name) == written)
            if decl.backref and side and is_new:
                self._backrefs[side.symbol][decl.backref.name] = opposite(relation, decl, decl.backref, owner, side)

    def _without_class(self, decl: RelationDecl, draft: Draft) -> RelationDecl:
        """A mixin's declaration with `cls.target_name` replaced by what this class has there."""
        backref = decl.backref
        if backref and "." in backref.name:
            name = self._class_value(backref.name, draft)
            backref = replace(backref, name=name) if name.isidentifier() else None
        target = self._class_value(decl.target, draft)
        return (
            replace(decl, target=target, backref=backref) if (target, backref) != (decl.target, decl.backref) else decl
        )

    def _class_value(self, text: str, draft: Draft) -> str:
        head, _, name = text.rpartition(".")
        for owner in draft.lineage if head == "cls" else ():
            fact = self._symbols.class_(owner)
            for assign in fact.assigns if fact else ():
                if assign.name == name:
                    return next(names(expression(assign.value)), "")
        return text

    def inherit_backrefs(self) -> None:
        """Backrefs belong to a class and to the classes below it."""
        for draft in self._drafts.values():
            for owner in draft.lineage:
                for name, relation in self._backrefs.get(owner, {}).items():
                    declared = draft.relations.get(name)
                    # Both at once is an error unless the declaration is for type checkers only.
                    if declared is None or not (declared.back or owner != draft.symbol):
                        draft.relations[name] = relation

    def pair_by_key(self) -> None:
        """Two relations over the only foreign key are each other's way back, whether they say so or not.

        A session finds the parent of a child that it came from by that key, and asks nothing.
        """
        for draft in self._drafts.values():
            for name, relation in draft.relations.items():
                if relation.kind in ("reverse_fk", "reverse_o2o") and not relation.back and relation.target:
                    draft.relations[name] = replace(relation, back=self._way_back(draft.symbol, relation.target))

    def _way_back(self, owner: Symbol, child: Symbol) -> str:
        keys = self._sides[child].keys_to(self._sides[owner])
        forward = [
            relation.name
            for relation in self._drafts[child].relations.values()
            if relation.kind in ("fk", "o2o") and relation.target == owner and relation.columns == keys
        ]
        return forward[0] if len(keys) == 1 and len(forward) == 1 else ""

    def _target(self, decl: RelationDecl, draft: Draft) -> Symbol | None:
        """The mapped class that a relationship names: in its module's scope, else by name in the registry."""
        if decl.target in ("cls", ""):
            return draft.symbol if decl.target else None
        path, _, name = decl.target.rpartition(".")
        found = self._symbols.resolve(decl.module, decl.target, draft.symbol.name.rpartition(".")[0])
        if path and found is None and (place := self._symbols.find_module(path, decl.module)):
            found = self._symbols.resolve(place, name)
        if found in self._drafts:
            return found
        listed = [symbol for symbol in self._named.get(name, ()) if not path or symbol.module.endswith(path)]
        concrete = [symbol for symbol in listed if not self._drafts[symbol].abstract]
        return nearest(concrete or listed, draft.symbol.module)


def _side(draft: Draft) -> Side:
    above = list(draft.ancestors())
    return Side(
        symbol=draft.symbol,
        class_names=frozenset(found.fact.name for found in above),
        tables=frozenset(found.table for found in above),
        columns=draft.columns,
    )


def _model(symbols: Symbols, draft: Draft) -> Model:
    methods = {name for owner in draft.lineage if (fact := symbols.class_(owner)) for name in fact.methods}
    return Model(
        symbol=draft.symbol,
        library=Library.SQLALCHEMY,
        table=draft.table if "?" not in draft.table else "",
        columns=draft.columns,
        relations=draft.relations,
        primary_key=draft.primary_key,
        abstract=draft.abstract,
        proxies=draft.proxies,
        hybrids=frozenset(draft.hybrids),
        has_custom_save="save" in methods,
        has_custom_delete="delete" in methods,
        complete=draft.complete,
    )
