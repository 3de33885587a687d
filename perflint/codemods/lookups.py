"""What one round of a loop looks up, in terms that every library shares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import libcst as cst

from perflint.codemods.loop_places import Place
from perflint.project.models import Column, Model
from perflint.rewrites import Import
from perflint.semantics.context import Context
from perflint.semantics.events import Run
from perflint.semantics.values import Query


class Answer(StrEnum):
    """What comes back for one key."""

    OPTIONAL = "the row or None"
    ONE = "the row, or an exception"
    MANY = "rows"
    COUNT = "how many rows there are"
    EXISTS = "whether there is a row"


@dataclass(frozen=True, slots=True)
class Question:
    """A query for rows of a model that runs in each round of a loop."""

    run: Run
    query: Query
    model: Model
    place: Place
    ctx: Context

    def code(self, node: cst.CSTNode) -> str:
        """The source of a node."""
        return self.ctx.code(node)

    @property
    def key_column(self) -> Column | None:
        """The primary key, when it is one column."""
        return self.model.columns.get(self.model.primary_key[0]) if len(self.model.primary_key) == 1 else None


@dataclass(frozen=True, slots=True)
class Lookup:
    """What takes the question's place. The code that asks for all keys at once is `before`, their list, `after`.

    `whole` is the expression whose value is the answer. `is_table` tells that the code gives a dict already.
    """

    whole: cst.BaseExpression
    answer: Answer
    column: Column
    key: cst.BaseExpression
    before: str
    after: str
    is_table: bool = False
    is_ordered: bool = False
    class_name: str = ""  # how the module names the model, where that is seen
    missing: str = ""  # the exception for a key without a row
    removed: tuple[cst.SimpleStatementLine, ...] = ()
    imports: tuple[Import, ...] = ()


def question_of(run: Run, place: Place, ctx: Context) -> Question | None:
    """The question of a query for one model's rows."""
    model = ctx.model(run.query.model) if run.query is not None else None
    return Question(run, run.query, model, place, ctx) if run.query is not None and model is not None else None
