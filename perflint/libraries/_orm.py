"""What both object-relational mappers share: recording runs and loads, walking relations."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from perflint.project.models import Relation
from perflint.project.symbols import Symbol
from perflint.semantics.events import End, Load
from perflint.semantics.events import Run as Ran
from perflint.semantics.values import UNKNOWN, Entity, Proof, Query, Value

if TYPE_CHECKING:
    from perflint.semantics.run import Run


def record_run(
    run: Run,
    node: ast.expr,
    verb: str,
    query: Query | None,
    *,
    many: bool = False,
    dependent: bool | None = None,
    entity: Entity | None = None,
    session: Value = UNKNOWN,
    library: str = "",
    proof: Proof | None = None,
) -> None:
    """A statement runs at this node."""
    from perflint.semantics.calls import depends

    known = proof if proof is not None else query.proof if query is not None else Proof.PROVEN
    needs = depends(run, node) if dependent is None else dependent
    if query is not None and query.owner is not None and query.owner.many:
        needs = True
    mark = library or (query.library if query is not None else "")
    run.events.append(Ran(node, run.frame, (), known, verb, query, entity, session, many, needs, mark))


def record_end(run: Run, node: ast.expr, verb: str, session: Value, proof: Proof = Proof.PROVEN) -> None:
    """A transaction ends, or attributes expire."""
    run.events.append(End(node, run.frame, (), proof, verb, session))


def record_load(run: Run, node: ast.expr, entity: Entity, relation: Relation, access: str = "read") -> None:
    """A relation is loaded at this node, unless the query has it already."""
    if is_loaded(run, entity, relation):
        return
    proof = entity.proof
    if entity.query is not None and entity.query.state.has("opts?"):
        proof = min(proof, Proof.PROBABLE)
    path = (*entity.path, relation.name)
    run.events.append(Load(node, run.frame, (), proof, entity, relation, path, access))


def is_loaded(run: Run, entity: Entity, relation: Relation) -> bool:
    """Whether reading the relation runs nothing: eager-loaded, or the way it was reached by."""
    if entity.back and entity.back == relation.name:
        return True
    if entity.query is None:
        return False
    loaded = entity.query.state.loaded
    if ("*",) in loaded or (*entity.path, relation.name) in loaded:
        return True
    entities = entity.query.entities
    return len(entities) > 1 and not relation.many and relation.target in entities


def target_of(entity: Entity, relation: Relation, *, many: bool) -> Value:
    """The entity on the other side."""
    if relation.target is None:
        return UNKNOWN
    if entity.back and entity.back == relation.name:
        # The row that it was reached from. Whether that is one of several is not known here.
        return Entity(relation.target, entity.query, entity.path[:-1], False, "", entity.proof, entity.made)
    # Only the way back from a child to its parent is loaded already; a parent's children are not.
    back = relation.back if relation.kind in ("o2m", "reverse_fk", "o2o", "reverse_o2o") else ""
    return Entity(relation.target, entity.query, (*entity.path, relation.name), many, back, entity.proof, entity.made)


def is_computed(node: ast.Subscript) -> bool:
    """Whether `rows[index]` may be another row each time."""
    index = node.slice.operand if isinstance(node.slice, ast.UnaryOp) else node.slice
    return not isinstance(index, ast.Constant)


def row(query: Query, *, many: bool) -> tuple[Value, ...]:
    """The values of one row."""
    return tuple(element(query, symbol, many=many) for symbol in query.entities)


def element(query: Query, symbol: Symbol | None, *, many: bool) -> Value:
    """One selected entity; UNKNOWN for a column."""
    return Entity(symbol, query, (), many, "", query.proof) if symbol is not None else UNKNOWN
