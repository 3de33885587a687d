"""Code for a later Python is read by an earlier one, and its two trees still correspond."""

import ast

import libcst as cst
import pytest

from perflint.semantics.lowering import lowered
from perflint.semantics.trees import parse_any
from perflint.semantics.walk import align, visit, walk

LATER = {
    "type parameters": "class Box[T]:\n    def get[S: int](self, a: T) -> S:\n        return a.b(self)\n",
    "type statement": "type Ids = list[int]\nx = f(1)\n",
    "nested quotes": "def f(user):\n    return f\"{user.tags['a']} {', '.join(t.name for t in user.tags)}\" 'tail'\n",
    "same quotes": 'def f(d):\n    return f"{d["key"]:>{d["width"]}} {g(d)!r}"\n',
    "lines inside": 'x = f"""{\n    call(\n        1\n    )\n}"""\ny = g(2)\n',
    "except without parentheses": "try:\n    f()\nexcept ValueError, KeyError:\n    g()\n",
}


@pytest.mark.parametrize("text", LATER.values(), ids=LATER)
def test_both_trees_have_the_same_expressions(text: str) -> None:
    older = lowered(text)
    assert older is not None
    pairs = align(visit(cst.parse_module(text)), ast.parse(older))
    names = [node for node in walk(cst.parse_module(text)) if isinstance(node, cst.Name | cst.Call | cst.Attribute)]
    assert len([node for node in pairs if isinstance(node, cst.Name | cst.Call | cst.Attribute)]) == len(names) > 0
    assert all(node.value == other.id for node, other in pairs.items() if isinstance(node, cst.Name))


def test_what_no_grammar_knows_is_still_a_syntax_error() -> None:
    with pytest.raises(SyntaxError):
        parse_any("def f(:\n")
