"""SQLAlchemy relationships as they are declared."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from perflint.project.annotations import Annotation
from perflint.project.declarations import Declaration, declaration, names, string

RELATION_CALLS = frozenset({"relationship", "relation", "Relationship", "dynamic_loader"})
_LOADERS = {True: "select", False: "joined", None: "noload"}
_WRAPPED = {"DynamicMapped": "dynamic", "WriteOnlyMapped": "write_only"}


@dataclass(frozen=True, slots=True)
class Backref:
    """The attribute that `backref=` makes on the other class."""

    name: str
    lazy: str = "select"
    many: bool | None = None
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class RelationDecl:
    """A relationship as declared in a class body; `target` is a name still to be looked up."""

    name: str
    module: str
    target: str
    many: bool | None  # by annotation or uselist; None: the foreign key decides
    secondary: bool
    lazy: str
    back_populates: str
    backref: Backref | None
    ordered: bool
    foreign_keys: tuple[str, ...]
    remote_side: tuple[str, ...]
    join: str  # text of primaryjoin


def read_relation(name: str, module: str, found: Declaration, annotation: Annotation | None) -> RelationDecl:
    """The relationship that attribute `name` declares."""
    found = _with_sqlmodel_arguments(found)
    given = found.argument(0, "argument")
    uselist = found.keywords.get("uselist")
    many = annotation.many if annotation else None
    if isinstance(uselist, ast.Constant):
        many = bool(uselist.value)
    return RelationDecl(
        name=name,
        module=module,
        target=next(names(given), "") if given is not None else annotation.target if annotation else "",
        many=many,
        secondary="secondary" in found.keywords or "link_model" in found.keywords,
        lazy=_lazy(found, annotation),
        back_populates=found.string("back_populates"),
        backref=_backref(found),
        ordered="order_by" in found.keywords,
        foreign_keys=_column_names(found.keywords.get("foreign_keys")),
        remote_side=_column_names(found.keywords.get("remote_side")),
        join=_text(found.keywords.get("primaryjoin")),
    )


def _backref(found: Declaration) -> Backref | None:
    value = found.keywords.get("backref")
    call = declaration(value)
    if call is None:
        return Backref(text) if (text := next(names(value), "")) and "?" not in text else None
    name = next(names(call.argument(0, "name")), "")
    uselist = call.keywords.get("uselist")
    many = bool(uselist.value) if isinstance(uselist, ast.Constant) else None
    return Backref(name, _lazy(call, None), many, "order_by" in call.keywords) if name and "?" not in name else None


def _lazy(found: Declaration, annotation: Annotation | None) -> str:
    value = found.keywords.get("lazy")
    if value is None:
        if found.callee.endswith("dynamic_loader"):
            return "dynamic"
        return _WRAPPED.get(annotation.wrapper, "select") if annotation else "select"
    if not isinstance(value, ast.Constant):
        return ""
    return value.value if isinstance(value.value, str) else _LOADERS.get(value.value, "")  # type: ignore[arg-type]


def _with_sqlmodel_arguments(found: Declaration) -> Declaration:
    """SQLModel hands SQLAlchemy's arguments through a dict or a whole relationship."""
    inner = declaration(found.keywords.get("sa_relationship"))
    if inner:
        return inner
    more = found.keywords.get("sa_relationship_kwargs")
    if not isinstance(more, ast.Dict):
        return found
    pairs = zip(more.keys, more.values, strict=True)
    return Declaration(found.callee, found.args, {**found.keywords, **{string(key): value for key, value in pairs}})


def _column_names(node: ast.expr | None) -> tuple[str, ...]:
    """`user_id`, `[A.x, A.y]`, `"Order.user_id"`, `"[A.x, A.y]"`, `lambda: A.x`, `foreign(A.x)`."""
    if text := string(node):
        return tuple(re.findall(r"[A-Za-z_][\w.]*", text))
    call = declaration(node)
    return tuple(names(call.args[0] if call and call.args else node))


def _text(node: ast.expr | None) -> str:
    if node is None:
        return ""
    return string(node) or ast.unparse(node)
