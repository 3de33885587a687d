"""Predicates in SQLAlchemy's words: arguments of `filter()` and `where()`.

`!=` and `~` drop NULL in SQL, which Python keeps; a bare column is a condition only where it is Boolean.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from perflint.codemods.predicates import All, Any, Predicate, Test, UntranslatableError
from perflint.rewrites import Import


@dataclass(slots=True)
class Criteria:
    """Renders predicates on the class that the module calls `entity`; `imports` are those that they need."""

    entity: str
    imports: set[Import] = field(default_factory=set)

    def arguments(self, predicate: Predicate) -> list[str]:
        """One argument for each part that must hold."""
        return [self.text(part) for part in (predicate.parts if isinstance(predicate, All) else (predicate,))]

    def text(self, predicate: Predicate) -> str:
        """One expression."""
        match predicate:
            case All(parts):
                return self._joined("and_", [self.text(part) for part in parts])
            case Any(parts):
                return self._joined("or_", [text for part in parts for text in self._alternatives(part)])
            case Test():
                return self._joined("or_", self._alternatives(predicate))

    def _joined(self, function: str, texts: list[str]) -> str:
        if len(texts) == 1:
            return texts[0]
        self.imports.add(Import("sqlalchemy", function))
        return f"{function}({', '.join(texts)})"

    def _alternatives(self, predicate: Predicate) -> list[str]:
        """The expressions of which one must hold; more than one where NULL is taken, too."""
        if not isinstance(predicate, Test):
            return [self.text(predicate)]
        column = f"{self.entity}.{predicate.column.name}"
        with_null = [f"{column}.is_(None)"] if predicate.column.nullable else []
        match predicate.op:
            case "is none":
                return [f"{column}.is_(None)"]
            case "is not none":
                return [f"{column}.is_not(None)"]
            case "truthy" | "falsy":
                return _truth(predicate, column)
            case "is true":
                return [column]
            case "is false":
                return [f"~{column}"]
            case "is not true":
                return [*with_null, f"~{column}"]
            case "is not false":
                return [*with_null, column]
            case "!=":
                word = f"{column}.is_distinct_from({predicate.operand.text})"
                return [word] if with_null else [f"{column} != {predicate.operand.text}"]
            case "in":
                return [f"{column}.in_({predicate.operand.text})"]
            case "not in":
                return [f"{column}.not_in({predicate.operand.text})", *with_null]
            case "startswith" | "endswith" | "contains":
                return [f"{column}.{predicate.op}({predicate.operand.text}, autoescape=True)"]
        return [f"{column} {predicate.op} {predicate.operand.text}"]


def _truth(test: Test, column: str) -> list[str]:
    """`if row.c` and `if not row.c`, by what is false of the type: False, 0, '' or nothing but None."""
    positive = test.op == "truthy"
    null = [f"{column}.is_(None)"] if test.column.nullable else []
    match test.column.type:
        case "bool":
            return [column] if positive else [*null, f"~{column}"]
        case "int" | "decimal" | "float":
            return [f"{column} != 0"] if positive else [*null, f"{column} == 0"]
        case "str" | "text":
            return [f'{column} != ""'] if positive else [*null, f'{column} == ""']
        case "date" | "datetime" | "time" | "uuid":
            return [f"{column}.is_not(None)"] if positive else [f"{column}.is_(None)"]
    raise UntranslatableError
