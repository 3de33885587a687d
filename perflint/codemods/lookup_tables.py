"""Rows that each round of a loop asks for, fetched by one query in front of the loop and looked up by their key.

https://docs.sqlalchemy.org/en/20/core/operators.html#in-comparisons and
https://docs.djangoproject.com/en/5.2/topics/db/optimization/#retrieve-everything-at-once-if-you-know-you-will-need-it.
"""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from perflint.codemods.expected_errors import is_expected
from perflint.codemods.expressions import fitted
from perflint.codemods.lookup_names import plural
from perflint.codemods.lookup_querysets import queryset_lookup
from perflint.codemods.lookup_source import answer_of, table_lines, table_name
from perflint.codemods.lookup_statements import statement_lookup
from perflint.codemods.lookups import Answer, Lookup, Question, question_of
from perflint.codemods.loop_bodies import statements
from perflint.codemods.loop_effects import is_in_the_way
from perflint.codemods.loop_keys import Keys, keys_of
from perflint.codemods.loop_places import in_front, place_of
from perflint.codemods.named_rows import settled
from perflint.codemods.row_annotations import annotated
from perflint.findings import Applicability
from perflint.rewrites import Replacement, Rewrite
from perflint.semantics.context import Context
from perflint.semantics.events import Run
from perflint.semantics.values import Proof

_VERBS = {Answer.COUNT: "count", Answer.EXISTS: "look for"}


def looked_up(run: Run, ctx: Context) -> Rewrite | None:
    """The rewrite of a loop that asks for rows one by one; None where no form is known that gives the same."""
    place = place_of(run, ctx) if run.proof is Proof.PROVEN else None
    question = question_of(run, place, ctx) if place is not None else None
    if question is None or is_in_the_way(run, question.model.symbol, question.place, ctx):
        return None
    found = annotated(question) if run.verb in ("count", "exists") else None
    return found if found is not None else _looked_up(question)


def _looked_up(question: Question) -> Rewrite | None:
    place = settled(question.place, question.ctx)
    if place is None:
        return None
    question = replace(question, place=place)
    lookup = queryset_lookup(question) if question.query.library == "django" else statement_lookup(question)
    keys = keys_of(lookup.key, lookup.column, place, question.ctx) if lookup is not None else None
    if lookup is None or keys is None or (question.run.guarded and not keys.is_sure):
        return None
    if lookup.answer is Answer.ONE and is_expected(lookup.whole, question.ctx):
        return None
    return _with_table(lookup, keys, question)


def _with_table(lookup: Lookup, keys: Keys, question: Question) -> Rewrite | None:
    ctx, table = question.ctx, table_name(lookup, question)
    lines = table_lines(lookup, table, keys, question) if table else []
    if not lines:
        return None
    whole, text = lookup.whole, answer_of(lookup.answer, table, keys.one)
    match ctx.parents[whole]:
        case cst.UnaryOperation(operator=cst.Not()) as negated if lookup.answer is Answer.EXISTS:
            whole, text = negated, text.replace(f" in {table}", f" not in {table}")
    answer = cst.parse_expression(text, config=ctx.config)
    changes: dict[cst.CSTNode, Replacement] = {line: cst.RemoveFromParent() for line in lookup.removed}
    changes[whole] = fitted(whole, answer, ctx.parents[whole])
    return Rewrite(
        title=_title(lookup, keys, question),
        applicability=Applicability.UNSAFE,
        replacements=(in_front(question.place, statements(lines, ctx), changes),),
        imports=lookup.imports,
    )


def _title(lookup: Lookup, keys: Keys, question: Question) -> str:
    """What is done, and what it takes for granted."""
    rows, column = plural(question.model.symbol).replace("_", " "), lookup.column.name
    parts = [f"{_VERBS.get(lookup.answer, 'fetch')} the {rows} of all rounds by one query before the loop"]
    if lookup.answer is Answer.ONE:
        parts.append(f"a missing row raises KeyError instead of {lookup.missing}")
    if lookup.answer is Answer.MANY and not lookup.is_ordered:
        parts.append("without ORDER BY they may come in another order")
    if question.run.guarded:
        parts.append("also for rounds that skip the query")
    given = [] if keys.is_own else [f"compare as {column} does"]
    given += ["are not None"] if keys.is_null and lookup.column.nullable else []
    parts.append(f"assumes that the keys {' and '.join([*given, 'fit into one IN list'])}")
    return "; ".join(parts)
