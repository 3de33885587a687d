"""Keyword arguments that are added to calls."""

from __future__ import annotations

import libcst as cst
import pytest

from perflint.codemods.arguments import with_keyword

CASES = {
    "none": ("f()", "f(x=True)"),
    "one": ("f(a)", "f(a, x=True)"),
    "keywords": ("f(a=1, b=2)", "f(a=1, b=2, x=True)"),
    "no spaces": ("f(a,b)", "f(a,b, x=True)"),
    "trailing comma": ("f(a, b,)", "f(a, b, x=True,)"),
    "one a line": ("f(\n    a,\n    b,\n)", "f(\n    a,\n    b,\n    x=True,\n)"),
    "one alone": ("f(\n    a,\n)", "f(\n    a,\n    x=True,\n)"),
    "one alone, no trailing comma": ("f(\n    a\n)", "f(\n    a,\n    x=True\n)"),
    "no trailing comma": ("f(\n    a,\n    b\n)", "f(\n    a,\n    b,\n    x=True\n)"),
    "all on one line": ("f(\n    a, b\n)", "f(\n    a, b, x=True\n)"),
    "all on one line, trailing comma": ("f(\n    a, b,\n)", "f(\n    a, b,\n    x=True,\n)"),
    "hanging": ("f(a,\n  b)", "f(a,\n  b,\n  x=True)"),
    "comments": (
        "f(\n    a,  # one\n    b,  # two\n    # three\n)",
        "f(\n    a,  # one\n    b,  # two\n    # three\n    x=True,\n)",
    ),
    "comment before": ("f(  # zero\n    a,\n)", "f(  # zero\n    a,\n    x=True,\n)"),
    "comment behind, no comma": ("f(\n    a,\n    b  # two\n)", "f(\n    a,\n    b,  # two\n    x=True\n)"),
    "nested": ("f(\n    a=[\n        1,\n    ],\n)", "f(\n    a=[\n        1,\n    ],\n    x=True,\n)"),
}


@pytest.mark.parametrize("case", CASES)
def test_keyword_follows_the_layout(case: str) -> None:
    before, after = CASES[case]
    for indent in ("", "    "):
        text = before if not indent else f"class C:\n    {before}"
        module = cst.parse_module(text)
        expected = after if not indent else f"class C:\n    {after}"
        call = _call(module)
        changed = module.deep_replace(call, with_keyword(call, "x", cst.Name("True")))
        assert changed.code == expected


def _call(module: cst.Module) -> cst.Call:
    found: list[cst.Call] = []

    class Visitor(cst.CSTVisitor):
        def visit_Call(self, node: cst.Call) -> None:
            found.append(node)

    module.visit(Visitor())
    return found[0]
