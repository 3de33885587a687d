"""The source of a lookup table in front of a loop, and of what a round asks it."""

from __future__ import annotations

from perflint.codemods.lookup_layout import dict_of_lists, dict_of_rows, fits, is_typed, made_of
from perflint.codemods.lookup_names import is_free, loop_variable, plural, singular
from perflint.codemods.lookups import Answer, Lookup, Question
from perflint.codemods.loop_keys import Keys


def table_name(lookup: Lookup, question: Question) -> str:
    """`users_by_id`, `order_counts_by_user_id`, `user_ids_with_orders`; empty where it means something else."""
    row, column = question.model.symbol, lookup.column.name
    name = f"{plural(row)}_by_{column}"
    if lookup.answer is Answer.COUNT:
        name = f"{singular(row)}_counts_by_{column}"
    elif lookup.answer is Answer.EXISTS:
        name = f"{column}s_with_{plural(row)}"
    return name if is_free(name, question.place, question.ctx) else ""


def table_lines(lookup: Lookup, table: str, keys: Keys, question: Question) -> list[str]:
    """The statements in front of the loop; none where a new name would meet another."""
    lines = _lines(lookup, table, keys.every, question)
    heads = [line.partition("\n")[0] if lookup.answer is Answer.MANY else line for line in lines]
    is_long = not all(fits(head, question) for head in heads)
    if is_long and keys.name and is_free(keys.name, question.place, question.ctx):
        lines = [f"{keys.name} = {keys.every}", *_lines(lookup, table, keys.name, question)]
    return [question.place.line, *lines] if question.place.line and lines else lines


def _lines(lookup: Lookup, table: str, keys: str, question: Question) -> list[str]:
    rows = f"{lookup.before}{keys}{lookup.after}"
    if lookup.is_table:
        return [made_of(table, rows, question)]
    if lookup.answer is not Answer.MANY:
        row = singular(question.model.symbol)
        return [dict_of_rows(table, f"{row}.{lookup.column.name}", row, rows, question)]
    row = loop_variable(question.model.symbol, question.place, question.ctx)
    kind = _kind(lookup) if is_typed(question) else ""
    return dict_of_lists(table, kind, f"{row}.{lookup.column.name}", row, rows, question) if row else []


def _kind(lookup: Lookup) -> str:
    """`dict[int, list[Order]]`, of types that need no import."""
    if lookup.column.type not in ("int", "str") or not lookup.class_name:
        return ""
    key = f"{lookup.column.type} | None" if lookup.column.nullable else lookup.column.type
    return f"dict[{key}, list[{lookup.class_name}]]"


def answer_of(answer: Answer, table: str, key: str) -> str:
    """What a round asks the table."""
    match answer:
        case Answer.ONE:
            return f"{table}[{key}]"
        case Answer.EXISTS:
            return f"{key} in {table}"
        case Answer.COUNT:
            return f"{table}.get({key}, 0)"
        case Answer.MANY:
            return f"{table}.get({key}, [])"
    return f"{table}.get({key})"
