"""What a column is compared with: its type as far as it is known, and whether it may be None."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import libcst as cst

from perflint.codemods.iterables import parameter_annotation
from perflint.project.schema import Column
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.context import Context
from perflint.semantics.values import Const, DictOf, ListOf, Ref, TupleOf

_ANNOTATED = {
    "int": "int", "str": "str", "bool": "bool", "float": "float", "date": "date", "datetime": "datetime",
    "time": "time", "UUID": "uuid", "Decimal": "decimal",
}  # fmt: skip
_CONTAINERS = {
    "list",
    "List",
    "tuple",
    "Tuple",
    "set",
    "Set",
    "frozenset",
    "Sequence",
    "Collection",
    "Iterable",
    "AbstractSet",
}
_CALLS = {
    "datetime.datetime.now": "datetime", "datetime.datetime.utcnow": "datetime",
    "django.utils.timezone.now": "datetime",
    "datetime.datetime": "datetime", "datetime.date": "date", "datetime.date.today": "date", "uuid.UUID": "uuid",
    "decimal.Decimal": "decimal", "builtins.int": "int", "builtins.str": "str", "builtins.len": "int",
}  # fmt: skip
_FAMILIES = {"text": "str"}
_ALSO = {("decimal", "int"), ("float", "int")}


@dataclass(frozen=True, slots=True)
class Operand:
    """The source text of a value, its type's word ("" when unknown), and its value when it is written out."""

    text: str
    type: str = ""
    maybe_none: bool = False
    literal: object = None
    assumed: str = ""


NOTHING = Operand("")


def agrees(column: Column, operand: Operand) -> bool | None:
    """Whether Python and SQL compare the two alike; None when the operand's type is not known."""
    if not operand.type or (column.type == "" and column.foreign_key):
        return None
    own = _FAMILIES.get(column.type, column.type)
    return operand.type == own or (own, operand.type) in _ALSO


def operand(node: cst.BaseExpression, ctx: Context) -> Operand:
    """One value."""
    text = ctx.code(node)
    literal = _literal(node)
    if literal is not None:
        return Operand(text, type(literal).__name__, False, literal)
    match node:
        case cst.Name(value=name):
            return _of_name(name, node, text, ctx)
        case cst.Attribute():
            return Operand(text, _enum_type(node, ctx), maybe_none=not _enum_type(node, ctx))
        case cst.Call():
            return _of_call(node, text, ctx)
        case cst.BinaryOperation(left=left, operator=cst.Add() | cst.Subtract(), right=right):
            return _of_sum(operand(left, ctx), right, text, ctx)
    return Operand(text, "", True)


def _literal(node: cst.BaseExpression) -> int | float | str | None:
    if not isinstance(node, cst.Integer | cst.Float | cst.SimpleString | cst.ConcatenatedString | cst.UnaryOperation):
        return None
    try:
        value = ast.literal_eval(cst.Module([]).code_for_node(node))
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, int | float | str) and not isinstance(value, bool) else None


def _of_name(name: str, node: cst.CSTNode, text: str, ctx: Context) -> Operand:
    value = ctx.value(node)
    if isinstance(value, Const) and value.value is not None and value.type in _ANNOTATED:
        return Operand(text, value.type)
    written = parameter_annotation(name, node, ctx)
    words = [word.strip("\"' ").rpartition(".")[2] for word in _union(written)]
    known = [word for word in words if word != "None"]
    kind = _ANNOTATED.get(known[0], "") if len(known) == 1 else ""
    return Operand(text, kind, maybe_none=not kind or len(words) > 1)


def _union(text: str) -> list[str]:
    """The members of `int | None` and `Optional[int]`."""
    if text.startswith(("Optional[", "typing.Optional[")) and text.endswith("]"):
        return [text.partition("[")[2][:-1], "None"]
    return text.split("|")


def _enum_type(node: cst.Attribute, ctx: Context) -> str:
    """`Role.ADMIN`: an enumeration's member, which a str or int mixin makes one of that."""
    value = ctx.value(node.value)
    if not (isinstance(value, Ref) and value.symbol.kind is Kind.CLASS):
        return ""
    names = {owner.name.rpartition(".")[2] for owner in _external(value.symbol, ctx)}
    if names & {"StrEnum", "TextChoices"} or {"str", "Enum"} <= names:
        return "str"
    if names & {"IntEnum", "IntegerChoices"} or {"int", "Enum"} <= names:
        return "int"
    return "enum" if "Enum" in names else ""


def _external(symbol: Symbol, ctx: Context) -> list[Symbol]:
    return [owner for owner in ctx.project.symbols.mro(symbol) if owner.kind is Kind.EXTERNAL]


def _of_call(node: cst.Call, text: str, ctx: Context) -> Operand:
    value = ctx.value(node.func)
    origin = value.symbol.name if isinstance(value, Ref) and value.symbol.kind is Kind.EXTERNAL else ""
    kind = _CALLS.get(origin, "")
    clock = origin.endswith(("now", "utcnow", "today"))
    return Operand(text, kind, not kind, assumed="the clock may be read once" if clock else "")


def _of_sum(left: Operand, right: cst.BaseExpression, text: str, ctx: Context) -> Operand:
    """`now - timedelta(days=1)`, `number + 1`."""
    other = operand(right, ctx)
    value = ctx.value(right.func) if isinstance(right, cst.Call) else None
    is_delta = isinstance(value, Ref) and value.symbol.name == "datetime.timedelta"
    if left.type in ("date", "datetime") and is_delta:
        return Operand(text, left.type, left.maybe_none, assumed=left.assumed)
    if left.type == other.type == "int":
        return Operand(text, "int")
    return Operand(text, "", True, assumed=left.assumed)


def many_of(node: cst.BaseExpression, column: Column, ctx: Context) -> Operand | None:
    """The values on the right of `in`; None when they are no list of what the column holds."""
    text = ctx.code(node)
    if isinstance(node, cst.List | cst.Tuple | cst.Set):
        found = [operand(element.value, ctx) for element in node.elements if isinstance(element, cst.Element)]
        if len(found) != len(node.elements) or not all(agrees(column, one) for one in found):
            return None
        return Operand(_as_list(node, ctx), "list", any(one.maybe_none for one in found))
    if not isinstance(node, cst.Name | cst.Attribute):
        return None
    element = _element_type(node, ctx)
    if element is None:
        return None
    known = Operand(text, element) if element else Operand(text)
    if agrees(column, known) is False:
        return None
    kind = "" if element else f" of values like those of {column.name}"
    return Operand(text, "list", not element, assumed=f"{text} fits into one IN list{kind}")


def _as_list(node: cst.List | cst.Tuple | cst.Set, ctx: Context) -> str:
    """`[1, 2]`, whatever brackets were there."""
    inner = ", ".join(ctx.code(element.value) for element in node.elements)
    return f"[{inner}]"


def _element_type(node: cst.BaseExpression, ctx: Context) -> str | None:
    """The type of the elements of what is known to be a container, "" when it is not known; None for anything else."""
    written = parameter_annotation(node.value, node, ctx) if isinstance(node, cst.Name) else ""
    head, _, rest = written.partition("[")
    if head.rpartition(".")[2] in _CONTAINERS:
        first = rest.removesuffix("]").partition(",")[0].strip()
        return _ANNOTATED.get(first.rpartition(".")[2], "")
    value = ctx.value(node)
    if isinstance(value, ListOf) and isinstance(value.element, Const) and value.element.type in _ANNOTATED:
        return value.element.type
    return "" if isinstance(value, ListOf | TupleOf | DictOf) else None
