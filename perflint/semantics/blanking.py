"""A file without the functions that no check has to see: parsing costs LibCST far more than all else."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field

from perflint.project.facts import first_line
from perflint.semantics.trees import stands_in
from perflint.source import split_lines

_WORTHWHILE = 0.15  # of the lines


@dataclass(slots=True)
class Blanked:
    """A text in which some functions are `pass` and empty lines, and the `ast` nodes of those functions.

    `is_missed` once a check has asked for something that they may have.
    """

    text: str
    left_out: frozenset[ast.AST] = field(default_factory=frozenset)
    is_missed: bool = False

    def miss(self, node: ast.AST) -> None:
        """A check asks for a node that the text lacks, or that is none of this file's."""
        self.is_missed = self.is_missed or any(stands_in(node, function) for function in self.left_out)


def blanked(text: str, tree: ast.Module, seen: Set[str]) -> Blanked | None:
    """The file with the functions and classes `seen` (qualnames), and all code outside of functions.

    None where little would be left out. The statements keep their lines.
    """
    left_out = list(_unseen(tree.body, "", seen))
    spans = [(first_line(node) - 1, node.end_lineno or node.lineno) for node in left_out]
    lines = split_lines(text)
    if sum(end - start for start, end in spans) < _WORTHWHILE * len(lines):
        return None
    for start, end in spans:
        first = lines[start]
        indentation = first[: len(first) - len(first.lstrip())]
        lines[start:end] = [f"{indentation}pass", *[""] * (end - start - 1)]
    return Blanked("\n".join(lines), frozenset(left_out))


_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _unseen(body: Iterable[ast.stmt], prefix: str, seen: Set[str]) -> Iterator[_Function]:
    for node in body:
        if isinstance(node, _Function):
            name = prefix + node.name
            if not any(other == name or other.startswith(f"{name}.") for other in seen):
                yield node
        elif isinstance(node, ast.ClassDef) and prefix + node.name not in seen:
            yield from _unseen(node.body, f"{prefix}{node.name}.", seen)
