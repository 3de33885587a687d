"""Rewrites of one module: what they leave as it is, which go together, and which are refused."""

from __future__ import annotations

from typing import Any

import libcst as cst
import pytest

from perflint.codemods.rewriting import UnsoundError, apply, refusal
from perflint.codemods.tree import Tree
from perflint.findings import Applicability
from perflint.rewrites import Import, Replacement, Rewrite

FAST = Import("speed", "fast")


def find(module: cst.Module, code: str) -> cst.CSTNode:
    """The first, outermost statement or expression that prints as `code`."""
    kinds = (cst.BaseExpression, cst.BaseStatement)
    nodes = (node for node in Tree.of(module).parents if isinstance(node, kinds))
    return next(node for node in nodes if module.code_for_node(without_lines(node)).strip() == code)


def without_lines(node: cst.CSTNode) -> cst.CSTNode:
    return node.with_changes(leading_lines=()) if hasattr(node, "leading_lines") else node


def rewrite(*pairs: tuple[cst.CSTNode, Replacement], **more: Any) -> Rewrite:
    return Rewrite("call `fast`", Applicability.SAFE, pairs, **more)


def expression(code: str) -> cst.BaseExpression:
    return cst.parse_expression(code)


def statement(code: str) -> cst.BaseStatement:
    return cst.parse_statement(code)


def replaced(text: str, old: str, new: Replacement, **more: Any) -> str:
    module = cst.parse_module(text)
    return apply(module, [rewrite((find(module, old), new), **more)]).code


EXPRESSIONS = {
    "as it is": ("x = slow()\n", "slow()", "fast()", "x = fast()\n"),
    "its parentheses stay": ("return_ = (slow())\n", "(slow())", "fast", "return_ = (fast)\n"),
    "no blank before its parentheses": (
        "def f():\n    return(slow())\n",
        "(slow())",
        "fast",
        "def f():\n    return(fast)\n",
    ),
    "an operator below an attribute": ("x = slow().y\n", "slow()", "a or b", "x = (a or b).y\n"),
    "an operator as a value": ("x = slow()\n", "slow()", "a or b", "x = a or b\n"),
    "an operator as an argument": ("f(slow(), 1)\n", "slow()", "a or b", "f(a or b, 1)\n"),
    "an operator behind another": ("x = 2 * slow()\n", "slow()", "a + b", "x = 2 * (a + b)\n"),
    "await below an attribute": ("x = slow().y\n", "slow()", "await fast()", "x = (await fast()).y\n"),
    "await for await": ("x = await slow() or 1\n", "await slow()", "await fast()", "x = await fast() or 1\n"),
    "a tuple's parentheses are its own": ("x = (a, b)\n", "(a, b)", "fast", "x = fast\n"),
    "one argument behind a star": ("f(*slow())\n", "slow()", "a or b", "f(*a or b)\n"),
    "an assignment as a condition": (
        "if slow():\n    pass\n",
        "slow()",
        "(x := fast())",
        "if (x := fast()):\n    pass\n",
    ),
    "a lambda in a comprehension": (
        "[x for x in slow()]\n",
        "slow()",
        "a if b else c",
        "[x for x in (a if b else c)]\n",
    ),
}


@pytest.mark.parametrize("case", EXPRESSIONS)
def test_an_expression_takes_the_place_of_another(case: str) -> None:
    text, old, new, expected = EXPRESSIONS[case]
    after = replaced(text, old, expression(new))
    assert after == expected
    cst.parse_module(after)


def test_an_assignment_expression_gets_parentheses() -> None:
    bare = cst.NamedExpr(cst.Name("x"), cst.Name("y"))
    assert replaced("f(slow())\n", "slow()", bare) == "f((x := y))\n"


LOOP = """\
def f(rows):
    # Each row.

    for row in rows:  # slow
        slow(row)
    # The end.
    return rows
"""


def test_several_statements_take_the_place_of_one() -> None:
    new = cst.FlattenSentinel([statement("ids = rows"), statement("fast(ids)")])
    assert replaced(LOOP, "for row in rows:  # slow\n    slow(row)", new) == (
        "def f(rows):\n    # Each row.\n\n    ids = rows\n    fast(ids)\n    # The end.\n    return rows\n"
    )


def test_the_comment_above_goes_to_the_first_of_several_statements() -> None:
    module = cst.parse_module("x = 1\n# Why.\nslow()\n")
    old = module.body[1]
    new = cst.FlattenSentinel([statement("prepare()"), old.with_changes(body=[cst.Expr(expression("fast()"))])])
    assert apply(module, [rewrite((old, new))]).code == "x = 1\n# Why.\nprepare()\nfast()\n"


def test_a_statement_made_from_the_old_one_keeps_its_comments_once() -> None:
    module = cst.parse_module("x = 1\n# Why.\nslow()  # now\n")
    old = module.body[1]
    new = old.with_changes(body=[cst.Expr(expression("fast()"))])
    assert apply(module, [rewrite((old, new))]).code == "x = 1\n# Why.\nfast()  # now\n"


def test_a_removed_statement_leaves_the_comment_above() -> None:
    text = "def f():\n    # Why.\n    slow()  # now\n    return 1\n"
    assert replaced(text, "slow()  # now", cst.RemoveFromParent()) == "def f():\n    # Why.\n    return 1\n"


def test_the_last_statement_removed_leaves_the_comment_in_the_block() -> None:
    text = "def f():\n    x()\n    # Why.\n    slow()\ny()\n"
    assert replaced(text, "slow()", cst.RemoveFromParent()) == "def f():\n    x()\n    # Why.\ny()\n"


def test_a_block_that_loses_its_only_statement_passes() -> None:
    text = "def f():\n    slow()\n"
    assert replaced(text, "slow()", cst.RemoveFromParent()) == "def f():\n    pass\n"


def test_tabs_and_carriage_returns_are_those_of_the_file() -> None:
    text = "def f():\r\n\tslow()\r\n"
    new = statement("if x:\n    fast()\n")
    assert replaced(text, "slow()", new) == "def f():\r\n\tif x:\r\n\t\tfast()\r\n"


def calls(module: cst.Module, name: str = "slow") -> list[cst.Call]:
    return [
        node
        for node in Tree.of(module).parents
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == name
    ]


def faster(call: cst.Call, **more: Any) -> Rewrite:
    return rewrite((call, call.with_changes(func=cst.Name("fast"))), **more)


def test_of_two_rewrites_the_outer_comes_first() -> None:
    module = cst.parse_module("slow(1, slow(2))\n")
    outer, inner = calls(module)
    for order in ([outer, inner], [inner, outer]):
        assert apply(module, [faster(call) for call in order]).code == "fast(1, slow(2))\n"


def test_a_rewrite_is_applied_whole_or_not_at_all() -> None:
    module = cst.parse_module("slow(slow(2))\nslow(3)\n")
    outer, inner, other = calls(module)
    both = rewrite(*((call, call.with_changes(func=cst.Name("fast"))) for call in (inner, other)))
    assert apply(module, [both, faster(outer)]).code == "fast(slow(2))\nslow(3)\n"
    assert apply(module, [both]).code == "slow(fast(2))\nfast(3)\n"


def test_two_rewrites_around_each_other_are_not_both_left() -> None:
    module = cst.parse_module("slow(slow(1))\nslow(slow(2))\n")
    first, in_first, second, in_second = calls(module)
    one, two = (
        rewrite(*((call, call.with_changes(func=cst.Name("fast"))) for call in pair))
        for pair in ((first, in_second), (second, in_first))
    )
    assert apply(module, [one, two]).code == "fast(slow(1))\nslow(fast(2))\n"


def test_of_two_rewrites_of_one_node_one_is_left() -> None:
    module = cst.parse_module("slow()\n")
    (call,) = calls(module)
    assert apply(module, [rewrite((call, expression("a()"))), rewrite((call, expression("b()")))]).code == "a()\n"


def test_two_rewrites_that_want_the_same_import_get_it_once() -> None:
    module = cst.parse_module("import os\n\nslow(1)\nslow(2)\n")
    after = apply(module, [faster(call, imports=(FAST,)) for call in calls(module)]).code
    assert after == "import os\n\nfrom speed import fast\n\nfast(1)\nfast(2)\n"


def test_two_rewrites_that_want_one_name_for_two_things_do_not_go_together() -> None:
    module = cst.parse_module("slow(1)\nslow(2)\n")
    one, two = calls(module)
    rewrites = [faster(one, imports=(FAST,)), faster(two, imports=(Import("pace", "fast"),))]
    assert apply(module, rewrites).code == "from speed import fast\n\nfast(1)\nslow(2)\n"


def test_a_node_of_another_tree_is_an_error() -> None:
    module = cst.parse_module("slow()\n")
    (stranger,) = calls(cst.parse_module("slow()\n"))
    with pytest.raises(UnsoundError, match="another tree"):
        apply(module, [faster(stranger)])


def test_a_node_inside_another_of_the_same_rewrite_is_an_error() -> None:
    module = cst.parse_module("slow(slow())\n")
    pairs = [(call, call.with_changes(func=cst.Name("fast"))) for call in calls(module)]
    with pytest.raises(UnsoundError, match="inside"):
        apply(module, [rewrite(*pairs)])


def test_a_node_that_does_not_fit_is_an_error() -> None:
    module = cst.parse_module("x = slow()\n")
    (call,) = calls(module)
    with pytest.raises(UnsoundError, match="TypeError"):
        apply(module, [rewrite((call, cst.RemoveFromParent()))])


REFUSED = {
    "a variable of the module": "fast = 1\ndef f():\n    slow()\n",
    "a function of the module": "def fast():\n    pass\ndef f():\n    slow()\n",
    "another import": "from pace import fast\ndef f():\n    slow()\n",
    "a fallback": "try:\n    from speed import fast\nexcept ImportError:\n    fast = None\ndef f():\n    slow()\n",
    "a parameter": "def f(fast):\n    slow()\n",
    "a local variable": "def f():\n    slow()\n    fast = 1\n",
    "a variable of the function around": "def g():\n    fast = 1\n    def f():\n        slow()\n",
    "a loop's variable": "def f():\n    for fast in x:\n        slow()\n",
    "a comprehension's variable": "def f():\n    [slow() for fast in x]\n",
    "a with statement's variable": "def f():\n    with x as (a, fast):\n        slow()\n",
    "an exception": "def f():\n    try:\n        slow()\n    except E as fast:\n        pass\n",
    "a pattern": "def f(x):\n    match x:\n        case [fast, *_]:\n            slow()\n",
    "a walrus": "def f():\n    slow() if (fast := 1) else 2\n",
    "a nested function": "def f():\n    slow()\n    def fast():\n        pass\n",
    "a global statement": "def g():\n    global fast\n    fast = 1\ndef f():\n    slow()\n",
    "a class attribute, in the class": "class A:\n    fast = 1\n    x = slow()\n",
    "deleted": "from speed import fast\ndel fast\ndef f():\n    slow()\n",
    "imported here, but later": "def f():\n    slow()\n    from speed import fast\n",
    "imported here, but in a branch": "def f():\n    if x:\n        from speed import fast\n    slow()\n",
    "read from nowhere": "def f():\n    slow()\ndef g():\n    fast(1)\n",
    "read from a star": "from x import *\ndef f():\n    slow()\n\nfast(1)\n",
    "inside what is replaced": "slow(lambda: 1)\nfast = 2\n",
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_rewrite_whose_import_clashes_is_refused(case: str) -> None:
    module = cst.parse_module(REFUSED[case])
    (call,) = calls(module)
    change = faster(call, imports=(FAST,))
    assert refusal(Tree.of(module), change)
    assert apply(module, [change]).code == module.code


ALLOWED = {
    "the same import": "from speed import fast\ndef f():\n    slow()\n",
    "the same import for type checkers": "if TYPE_CHECKING:\n    from speed import fast\ndef f():\n    slow()\n",
    "a parameter elsewhere": "def g(fast):\n    fast()\ndef f():\n    slow()\n",
    "a variable elsewhere": "def g():\n    fast = 1\n    fast()\ndef f():\n    slow()\n",
    "a method": "class A:\n    def fast(self):\n        slow()\n",
    "an attribute": "def f(x):\n    slow(x.fast)\n",
    "an argument's name": "def f(x):\n    slow(fast=x)\n",
}


@pytest.mark.parametrize("case", ALLOWED)
def test_a_name_that_is_the_same_or_elsewhere_is_no_clash(case: str) -> None:
    module = cst.parse_module(ALLOWED[case])
    (call,) = calls(module)
    after = apply(module, [faster(call, imports=(FAST,))]).code
    assert "slow(" not in after
    assert after.count("from speed import fast") == 1 + ("for type" in case)


def test_an_import_that_the_function_makes_is_enough() -> None:
    text = "def f():\n    from speed import fast\n    slow()\n"
    module = cst.parse_module(text)
    (call,) = calls(module)
    assert apply(module, [faster(call, imports=(FAST,))]).code == text.replace("slow", "fast")


def test_code_that_runs_before_the_imports_is_refused() -> None:
    module = cst.parse_module("x = slow()\nimport os\nimport speed.x\n")
    (call,) = calls(module)
    assert "too late" in refusal(Tree.of(module), faster(call, imports=(FAST,)))


def test_a_function_that_is_replaced_as_a_whole_is_looked_into() -> None:
    module = cst.parse_module("def f(fast):\n    slow()\n")
    (function,) = module.body
    assert refusal(Tree.of(module), rewrite((function, function), imports=(FAST,)))
