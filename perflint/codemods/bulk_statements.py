"""SQLAlchemy: one UPDATE, DELETE or INSERT in the place of a loop of them.

Values that differ by row need 2.0: `session.execute(update(M), rows)` on 1.4 emits an UPDATE without a WHERE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from perflint.codemods import loop_bodies as bodies
from perflint.codemods.chains import Chain, chain
from perflint.codemods.executemany import row_of, with_new_rows, with_own_rows
from perflint.codemods.iterables import is_list
from perflint.codemods.loop_bodies import Lone
from perflint.findings import Applicability
from perflint.project.models import Model
from perflint.project.symbols import Kind
from perflint.rewrites import Rewrite
from perflint.semantics.context import Context
from perflint.semantics.events import Run
from perflint.semantics.values import Column, Instance, Ref, Value
from perflint.semantics.walk import walk

_ONLY_IN_TWO = ("DeclarativeBase", "Mapped", "mapped_column", "MappedAsDataclass", "DeclarativeBaseNoMeta")
_CRITERIA = {"where", "filter"}


@dataclass(frozen=True, slots=True)
class _Keyed:
    """The criterion of a statement that is for one row: a key column, and what it is compared with."""

    test: cst.Comparison
    column: cst.BaseExpression
    key: cst.BaseExpression


def bulk_statement(lone: Lone, run: Run, ctx: Context) -> Rewrite | None:
    """The one statement that does what the loop does."""
    if lone.loop.asynchronous is not None or run.query is None:
        return None
    if run.query.api == "query":
        return _legacy(lone, run, ctx)
    if not lone.call.args or lone.call.args[0].keyword is not None or lone.call.args[0].star:
        return None
    statement = chain(lone.call.args[0].value)
    if run.verb == "insert":
        return _inserted(lone, statement, ctx)
    model = ctx.model(run.query.model)
    return _changed(lone, statement, run, model, ctx) if model is not None and len(lone.call.args) == 1 else None


def _legacy(lone: Lone, run: Run, ctx: Context) -> Rewrite | None:
    """`session.query(M).filter(M.id == item).update({…})` and `.delete()`."""
    model = ctx.model(run.query.model) if run.query is not None else None
    if model is None or run.query is None:
        return None
    links = chain(lone.call, ctx.root(run.query))
    keyed = _keyed(links, model, lone, ctx)
    if keyed is None or set(links.names()[:-1]) - _CRITERIA:
        return None
    same = _is_same_for_all([arg.value for arg in lone.call.args], lone, ctx)
    return _with_keys(lone, keyed, run.verb, ctx) if same else None


def _changed(lone: Lone, statement: Chain, run: Run, model: Model, ctx: Context) -> Rewrite | None:
    """`execute(update(M).where(M.id == item).values(…))` and `delete`."""
    keyed = _keyed(statement, model, lone, ctx)
    if keyed is None or set(statement.names()) - {*_CRITERIA, "values", "execution_options"}:
        return None
    values = statement.only("values")
    if run.verb == "delete":
        return _with_keys(lone, keyed, run.verb, ctx)
    if values is None or any(arg.keyword is None for arg in values.call.args):
        return None
    if _is_same_for_all([arg.value for arg in values.call.args], lone, ctx):
        return _with_keys(lone, keyed, run.verb, ctx)
    plain = "execution_options" not in statement.names() and _is_orm_session(run) and is_two(model, ctx)
    return _by_key(lone, keyed, statement.root, values.call, model, ctx) if plain else None


def _keyed(links: Chain, model: Model, lone: Lone, ctx: Context) -> _Keyed | None:
    """The criterion `M.id == expression of the loop's target`, when it is the only one."""
    found = [link.call for link in links.links if link.name in _CRITERIA]
    if len(found) != 1 or len(found[0].args) != 1 or len(model.primary_key) != 1:
        return None
    match found[0].args[0].value:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(cst.Equal(), right)]) as test:
            for column, key in ((left, right), (right, left)):
                value = ctx.value(column)
                if isinstance(value, Column) and value.entity is None and value.name == model.primary_key[0]:
                    return _Keyed(test, column, key) if _is_of_item(key, lone, ctx) else None
    return None


def _is_of_item(key: cst.BaseExpression, lone: Lone, ctx: Context) -> bool:
    return bool(bodies.names_in(key) & bodies.names_in(lone.loop.target)) and bodies.is_plain(key, ctx)


def _is_same_for_all(values: list[cst.BaseExpression], lone: Lone, ctx: Context) -> bool:
    """Whether the values depend neither on the item nor on what the row holds (an id may come twice)."""
    changing = bodies.bound_in(lone.loop)
    return not any(
        bodies.names_in(value) & changing
        or names_column(value, ctx)
        or not (bodies.is_plain(value, ctx) or _is_sql_function(value, ctx))
        for value in values
    )


def names_column(node: cst.BaseExpression, ctx: Context) -> bool:
    """Whether a value is computed from columns; the keys of a dict only say which are set."""
    if isinstance(node, cst.Dict):
        return any(names_column(element.value, ctx) for element in node.elements)
    return any(_is_of_table(ctx.value(part), ctx) for part in walk(node) if isinstance(part, cst.Attribute | cst.Name))


def _is_of_table(value: Value, ctx: Context) -> bool:
    return (isinstance(value, Column) and value.entity is None) or (
        isinstance(value, Ref) and ctx.model(value.symbol) is not None
    )


def _is_sql_function(node: cst.BaseExpression, ctx: Context) -> bool:
    """`func.now()`: the database computes it in both forms."""
    value = ctx.value(node.func) if isinstance(node, cst.Call) and not node.args else None
    return isinstance(value, Ref) and value.symbol.kind is Kind.EXTERNAL and ".func." in value.symbol.name


def _with_keys(lone: Lone, keyed: _Keyed, verb: str, ctx: Context) -> Rewrite:
    """`M.id == item` becomes `M.id.in_(items)`."""
    text = f"{ctx.code(keyed.column)}.in_({_keys(lone, keyed, ctx)})"
    line = lone.line.deep_replace(keyed.test, cst.parse_expression(text, config=ctx.config))
    return Rewrite(
        title=f"run one {verb.upper()} for all; assumes that the keys fit into one IN list and none is None",
        applicability=Applicability.UNSAFE,
        replacements=((lone.loop, bodies.in_place_of(lone.loop, cst.ensure_type(line, cst.SimpleStatementLine))),),
    )


def _keys(lone: Lone, keyed: _Keyed, ctx: Context) -> str:
    """The keys of all items; `in_` takes any iterable, so a name needs no list around it."""
    target, iterable = lone.loop.target, lone.loop.iter
    if not (isinstance(keyed.key, cst.Name) and isinstance(target, cst.Name)):
        return bodies.each(keyed.key, lone.loop, ctx)
    text = ctx.code(iterable)
    return text if isinstance(iterable, cst.Name | cst.Attribute | cst.ListComp | cst.List) else f"list({text})"


def is_two(model: Model, ctx: Context) -> bool:
    """Whether the project runs on SQLAlchemy 2: by its lowest allowed version, or by names that 1.4 does not have."""
    lowest = ctx.project.settings.versions.get("sqlalchemy", "").partition(".")[0]
    if lowest:
        return lowest.isdigit() and int(lowest) >= 2
    facts = ctx.project.file(model.symbol.module)
    imports = [fact.target for fact in facts.imports] if facts is not None else []
    return any(target.startswith("sqlalchemy.orm.") and target.endswith(_ONLY_IN_TWO) for target in imports)


def _is_orm_session(run: Run) -> bool:
    """A connection's executemany has no WHERE by primary key."""
    name = run.session.symbol.name if isinstance(run.session, Instance) else ""
    return name.endswith(("Session", "scoped_session"))


def _by_key(
    lone: Lone, keyed: _Keyed, root: cst.BaseExpression, values: cst.Call, model: Model, ctx: Context
) -> Rewrite | None:
    """Values that differ by item: SQLAlchemy 2's bulk UPDATE by primary key."""
    given = {arg.keyword.value: arg.value for arg in values.args if arg.keyword is not None}
    key = model.primary_key[0]
    if key in given or not given.keys() <= model.columns.keys() or not _can_wait(list(given.values()), ctx):
        return None
    title = "run one bulk UPDATE by primary key; assumes that every key exists, else StaleDataError is raised"
    return with_new_rows(lone, root, row_of({key: keyed.key, **given}, ctx), title, ctx)


def _inserted(lone: Lone, statement: Chain, ctx: Context) -> Rewrite | None:
    """`insert(M).values(**row)`, `insert(M).values(a=…)`, `execute(insert(M), {…})`."""
    title = "run one INSERT for all rows; assumes that they all have the same keys"
    match statement.names(), [arg.value for arg in lone.call.args[1:]]:
        case [], [cst.Dict() as row] if _can_wait([row], ctx):
            return with_new_rows(lone, statement.root, ctx.code(row), title, ctx)
        case ["values"], []:
            arguments = statement.links[0].call.args
            if arguments and _can_wait([argument.value for argument in arguments], ctx):
                return _of_values(lone, statement.root, arguments, title, ctx)
    return None


def _of_values(
    lone: Lone, root: cst.BaseExpression, arguments: Sequence[cst.Arg], title: str, ctx: Context
) -> Rewrite | None:
    if any(argument.keyword is None and argument.star != "**" for argument in arguments):
        return None
    match lone.loop.target, arguments[0].value, lone.loop.iter:
        case cst.Name(value=item), cst.Name(value=row), cst.Name() as rows if item == row and is_list(rows, ctx):
            if len(arguments) == 1:
                return with_own_rows(lone, rows, root, title, ctx)
    parts = (_entry(argument, ctx) for argument in arguments)
    return with_new_rows(lone, root, "{" + ", ".join(parts) + "}", title, ctx)


def _entry(argument: cst.Arg, ctx: Context) -> str:
    text = ctx.code(argument.value)
    return f'"{argument.keyword.value}": {text}' if argument.keyword is not None else f"**{text}"


def _can_wait(values: list[cst.BaseExpression], ctx: Context) -> bool:
    """Whether the values may be computed before the first row is written; SQL expressions fit into no row."""
    return all(bodies.is_plain(value, ctx) and not names_column(value, ctx) for value in values)
