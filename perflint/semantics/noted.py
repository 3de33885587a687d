"""Answers that are kept on the syntax tree's node that they are about, for as long as the node lives."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)
Answer = TypeVar("Answer")


def noted(function: Callable[[Node], Answer]) -> Callable[[Node], Answer]:
    """Ask a function of a node once. The answer may not hold the node itself: such a circle is never collected."""
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def answer(node: Node) -> Answer:
        kept = vars(node)
        if name not in kept:
            kept[name] = function(node)
        found: Answer = kept[name]
        return found

    return answer
