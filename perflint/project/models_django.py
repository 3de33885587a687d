"""Django's models with their relations linked, forward and back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from perflint.project.declarations import Callees
from perflint.project.django_drafts import DjangoDraft, DjangoDrafts
from perflint.project.django_fields import Related
from perflint.project.django_names import DjangoNames
from perflint.project.schema import Column, Library, Model, Relation
from perflint.project.symbols import Symbol, Symbols


class DjangoModels:
    """All Django models of a project, and the names by which strings mean them."""

    def __init__(self, symbols: Symbols, callees: Callees) -> None:
        found = DjangoDrafts(symbols, callees)
        self._classes = found.classes
        self._drafts = found.by_symbol
        self.names = DjangoNames(symbols, callees, found.classes.is_model)
        self._back: dict[Symbol, dict[str, Relation]] = defaultdict(dict)
        for symbol, draft in self._drafts.items():
            if symbol.module and not draft.abstract:
                self.names.add(symbol, draft.option("app_label") or self.names.label(symbol.module))
        for draft in self._drafts.values():
            self._link(draft)
        for draft in sorted(self._drafts.values(), key=lambda draft: len(draft.lineage)):
            self._inherit(draft)
        self._type_keys()
        self.by_symbol = {symbol: self._model(draft) for symbol, draft in self._drafts.items()}

    def _link(self, draft: DjangoDraft) -> None:
        """Make the relations that the model declares, and their opposites on the targets."""
        for related in draft.local.values():
            target = self.names.target(related.target, related.module, draft.symbol)
            back = self._accessor(draft, related)
            draft.relations[related.name] = self._forward(related, target, back)
            if back and target:
                self._add_back(target, _reverse(draft, related, back))
        if draft.parents and not draft.abstract and not draft.proxy:
            self._link_parent(draft)

    def _link_parent(self, draft: DjangoDraft) -> None:
        """Multi-table inheritance: a one-to-one to each parent's row."""
        for parent in draft.parents:
            if any(related.parent_link for related in draft.local.values()):
                continue
            name = f"{parent.name.lower()}_ptr"
            key = Column(f"{name}_id", "", False, unique=True, index=True, attname=f"{name}_id", foreign_key=name)
            related = Related(name, "", "o2o", False, None, None, False, key, (key.name,), parent_link=True)
            draft.columns[key.name] = key
            draft.relations[name] = self._forward(related, parent.symbol, draft.name.lower())
            self._add_back(parent.symbol, _reverse(draft, related, draft.name.lower()))

    def _forward(self, related: Related, target: Symbol | None, back: str) -> Relation:
        other = self._drafts.get(target) if target else None
        return Relation(
            name=related.name,
            target=target,
            many=related.many,
            kind=related.kind,
            nullable=related.nullable,
            ordered=related.many and other is not None and other.is_set("ordering"),
            back=back,
            columns=related.columns,
            to_field=related.to_field,
            filtered_manager=other is not None and other.is_set("base_manager_name"),
        )

    def _accessor(self, draft: DjangoDraft, related: Related) -> str:
        """The name of the opposite attribute; empty when there is none."""
        if draft.abstract or related.symmetrical:
            return ""
        name = related.related_name or draft.option("default_related_name")
        if not name:
            return draft.name.lower() if related.kind == "o2o" else f"{draft.name.lower()}_set"
        if name.endswith("+"):
            return ""
        label = draft.option("app_label") or self.names.label(draft.symbol.module)
        lower = draft.name.lower()
        return name.replace("%(class)s", lower).replace("%(model_name)s", lower).replace("%(app_label)s", label.lower())

    def _add_back(self, target: Symbol, relation: Relation) -> None:
        """A proxy's opposite relations are those of the model whose rows it shows."""
        draft = self._drafts.get(target)
        while draft and draft.proxy and draft.parents:
            draft = draft.parents[0]
        self._back[draft.symbol if draft else target].setdefault(relation.name, relation)

    def _inherit(self, draft: DjangoDraft) -> None:
        """A model has what its parents have, and the opposites that lead to them."""
        for parent in draft.parents:
            draft.columns = parent.columns | draft.columns
            above = parent.relations.items()
            kept = {name: relation for name, relation in above if not self._is_child(relation, parent.symbol)}
            draft.relations = kept | draft.relations
        for owner in draft.lineage:
            for name, relation in self._back.get(owner.symbol, {}).items():
                if owner.symbol == draft.symbol or not self._is_child(relation, owner.symbol):
                    draft.relations.setdefault(name, relation)

    def _is_child(self, relation: Relation, parent: Symbol) -> bool:
        """Whether a relation leads from a parent's row to the row of a class below it."""
        child = self._drafts.get(relation.target) if relation.target else None
        is_below = child is not None and any(above.symbol == parent for above in child.parents)
        return is_below and relation.kind == "reverse_o2o"

    def _type_keys(self) -> None:
        """Foreign key columns have the type of the key that they refer to."""
        for draft in self._drafts.values():
            for column in list(draft.columns.values()):
                if column.foreign_key and not column.type:
                    draft.columns[column.name] = replace(column, type=self._key_type(draft, column, 0))

    def _key_type(self, draft: DjangoDraft, column: Column, depth: int) -> str:
        relation = draft.relations.get(column.foreign_key)
        other = self._drafts.get(relation.target) if relation and relation.target else None
        named = [relation.to_field] if relation and relation.to_field else other.primary_key if other else ()
        key = other.columns.get(named[0]) if other and named else None
        if other is None or key is None or depth > 5:
            return ""
        return self._key_type(other, key, depth + 1) if key.foreign_key and not key.type else key.type

    def _model(self, draft: DjangoDraft) -> Model:
        methods = self._classes.methods(draft.symbol) if draft.symbol.module else set()
        complete = self._classes.is_complete(draft.symbol) if draft.symbol.module else True
        return Model(
            symbol=draft.symbol,
            library=Library.DJANGO,
            table=draft.option("db_table") or self._table(draft),
            columns=draft.columns,
            relations=draft.relations,
            primary_key=draft.primary_key,
            abstract=draft.abstract,
            managers=draft.managers,
            ordering=draft.is_set("ordering") or draft.is_set("order_with_respect_to"),
            has_custom_save="save" in methods or not complete,
            has_custom_delete="delete" in methods or not complete,
            multi_table=bool(draft.parents) and not draft.proxy,
            proxy=draft.proxy,
            complete=complete,
        )

    def _table(self, draft: DjangoDraft) -> str:
        if draft.proxy and draft.parents:
            return self._table(draft.parents[0])
        label = draft.option("app_label") or self.names.label(
            draft.symbol.module or draft.symbol.name.rpartition(".")[0]
        )
        return f"{label}_{draft.name}".lower()


def _reverse(draft: DjangoDraft, related: Related, name: str) -> Relation:
    """The opposite of a relation, as the target has it."""
    many = related.kind != "o2o"
    is_named = bool(related.related_name or draft.option("default_related_name"))
    return Relation(
        name=name,
        target=draft.symbol,
        many=many,
        kind="m2m" if related.kind == "m2m" else "reverse_fk" if many else "reverse_o2o",
        nullable=not many,
        ordered=many and draft.is_set("ordering"),
        back=related.name,
        filtered_manager=draft.is_set("base_manager_name"),
        query_name=related.query_name or (name if is_named else draft.name.lower()),
    )
