"""A file without the functions that no check has to see: parsing costs LibCST far more than all else."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from perflint.project.facts import first_line
from perflint.semantics.trees import stands_in
from perflint.source import split_lines

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_WORTHWHILE = 0.15  # of the lines


@dataclass(slots=True)
class Blanked:
    """A text in which some functions are a `def` of nothing and empty lines, and the names of those functions by node.

    `missed` are those that a check has asked for; `is_missed` once it has asked for all of the file.
    """

    text: str
    left_out: Mapping[_Function, str] = field(default_factory=dict)
    missed: set[str] = field(default_factory=set)
    is_missed: bool = False

    @property
    def rows(self) -> list[tuple[int, int]]:
        """The first and last rows of the functions that are left out."""
        return [(first_line(node), node.end_lineno or node.lineno) for node in self.left_out]

    def miss(self, node: ast.AST) -> None:
        """A check asks for a node that the text lacks, or that is none of this file's."""
        self.missed |= {name for function, name in self.left_out.items() if stands_in(node, function)}


def blanked(text: str, tree: ast.Module, seen: Set[str]) -> Blanked | None:
    """The file with the functions and classes `seen` (qualnames), and all code outside of functions.

    None where little would be left out. The statements keep their lines.
    """
    left_out = dict(_unseen(tree.body, "", seen))
    spans = [(first_line(node) - 1, node.end_lineno or node.lineno, node.name) for node in left_out]
    lines = split_lines(text)
    if sum(end - start for start, end, _ in spans) < _WORTHWHILE * len(lines):
        return None
    for start, end, name in spans:
        first = lines[start]
        indentation = first[: len(first) - len(first.lstrip())]
        lines[start:end] = [f"{indentation}def {name}(): pass", *[""] * (end - start - 1)]
    return Blanked("\n".join(lines), left_out)


def _unseen(body: Iterable[ast.stmt], prefix: str, seen: Set[str]) -> Iterator[tuple[_Function, str]]:
    for node in body:
        if isinstance(node, _Function):
            name = prefix + node.name
            if not any(other == name or other.startswith(f"{name}.") for other in seen):
                yield node, name
        elif isinstance(node, ast.ClassDef) and prefix + node.name not in seen:
            yield from _unseen(node.body, f"{prefix}{node.name}.", seen)
