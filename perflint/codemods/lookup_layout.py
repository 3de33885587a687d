"""The statements that build a lookup table, broken into lines as formatters would where they are long."""

from __future__ import annotations

import libcst as cst

from perflint.codemods.lookups import Question

# Formatters' own default, and the longest that projects agree on.
_LEAST, _MOST = 88, 120


def dict_of_rows(table: str, key: str, row: str, rows: str, question: Question) -> str:
    """`users_by_id = {user.id: user for user in rows}`."""
    tab = question.ctx.indent
    item, clause = f"{key}: {row}", f"for {row} in {rows}"
    if fits(f"{table} = {{{item} {clause}}}", question):
        return f"{table} = {{{item} {clause}}}"
    if "\n" in rows and '"""' not in rows and "'''" not in rows:
        clause = clause.replace("\n", f"\n{tab}")
    is_short = fits(f"{tab}{item} {clause}", question)
    inner = f"{item} {clause}" if is_short else f"{item}\n{tab}{clause}"
    return f"{table} = {{\n{tab}{inner}\n}}"


def made_of(table: str, rows: str, question: Question) -> str:
    """`users_by_id = User.objects.in_bulk(user_ids)`, and what else gives the table by itself."""
    line = f"{table} = {rows}"
    if fits(line, question) or "\n" in rows or not rows.startswith(("dict(", "set(")):
        return line
    name, _, inner = rows.partition("(")
    return f"{table} = {name}(\n{question.ctx.indent}{inner.removesuffix(')')}\n)"


def dict_of_lists(table: str, kind: str, key: str, row: str, rows: str, question: Question) -> list[str]:
    """`orders_by_user_id = {}` and the loop that fills it; `kind` is its type, where the project writes types."""
    declared = f"{table}: {kind}" if kind else table
    tab = question.ctx.indent
    return [f"{declared} = {{}}", f"for {row} in {rows}:\n{tab}{table}.setdefault({key}, []).append({row})"]


def is_typed(question: Question) -> bool:
    """Whether the function says what it takes or gives, so that a type checker may want to know."""
    function = question.ctx.function_node(question.place.statement)
    if function is None:
        return False
    params = [*function.params.posonly_params, *function.params.params, *function.params.kwonly_params]
    return function.returns is not None or any(param.annotation is not None for param in params)


def fits(text: str, question: Question) -> bool:
    """Whether a line in front of the loop is no longer than the module's others are, or may be."""
    blocks = sum(isinstance(part, cst.IndentedBlock) for part in question.ctx.ancestors(question.place.statement))
    longest = max(map(len, question.ctx.text.splitlines()), default=0)
    return "\n" not in text and len(text) + blocks * len(question.ctx.indent) <= min(_MOST, max(_LEAST, longest))
