"""Module-level definitions that a rewrite brings: where they go, once, and when they are refused."""

from __future__ import annotations

import libcst as cst
import pytest
from test_rewriting import calls, faster

from perflint.codemods.definitions import add_definitions
from perflint.codemods.rewriting import UnsoundError, apply, refusal
from perflint.codemods.tree import Tree
from perflint.rewrites import Import

CONTEXT = "_CONTEXT = ssl.create_default_context()\n"
CLIENT = "def client():\n    return _client\n"


def added(text: str, *definitions: str) -> str:
    return add_definitions(cst.parse_module(text), definitions).code


ADDED = {
    "a constant behind the imports": (
        "import ssl\n\nlog = 1\n",
        CONTEXT,
        f"import ssl\n\n{CONTEXT}\nlog = 1\n",
    ),
    "a constant in front of a function": (
        "import ssl\n\n\ndef f():\n    pass\n",
        CONTEXT,
        f"import ssl\n\n{CONTEXT}\n\ndef f():\n    pass\n",
    ),
    "a function behind the imports": (
        "import ssl\n\nlog = 1\n",
        CLIENT,
        f"import ssl\n\n\n{CLIENT}\n\nlog = 1\n",
    ),
    "behind imports under a condition": (
        "import ssl\n\nif TYPE_CHECKING:\n    import re\n\n\ndef f():\n    pass\n",
        CONTEXT,
        f"import ssl\n\nif TYPE_CHECKING:\n    import re\n\n{CONTEXT}\n\ndef f():\n    pass\n",
    ),
    "behind what it reads at once": (
        "import x\n\nengine = x.make()\nlog = 1\n",
        "session = x.maker(engine)\n",
        "import x\n\nengine = x.make()\n\nsession = x.maker(engine)\n\nlog = 1\n",
    ),
    "behind a function that it calls at once": (
        "import x\n\n\ndef make():\n    pass\n\n\nlog = 1\n",
        "engine = make()\n",
        "import x\n\n\ndef make():\n    pass\n\n\nengine = make()\n\n\nlog = 1\n",
    ),
    "not behind what its body reads": (
        "import x\n\n\ndef make():\n    pass\n",
        "def client():\n    return make()\n",
        "import x\n\n\ndef client():\n    return make()\n\n\ndef make():\n    pass\n",
    ),
    "without imports": (
        '"""Doc."""\n\n\ndef f():\n    pass\n',
        "_A = 1\n",
        '"""Doc."""\n\n_A = 1\n\n\ndef f():\n    pass\n',
    ),
    "in an empty head": ("def f():\n    pass\n", "_A = 1\n", "_A = 1\n\n\ndef f():\n    pass\n"),
    "with its comment": ("import x\n", "# One for all.\n_A = 1\n", "import x\n\n# One for all.\n_A = 1\n"),
    "with the file's tabs and line ends": (
        "import x\r\n\r\n\r\ndef f():\r\n\tpass\r\n",
        "def g():\n    pass\n",
        "import x\r\n\r\n\r\ndef g():\r\n\tpass\r\n\r\n\r\ndef f():\r\n\tpass\r\n",
    ),
}


@pytest.mark.parametrize("case", ADDED)
def test_a_definition_finds_its_place(case: str) -> None:
    before, definition, after = ADDED[case]
    assert added(before, definition) == after


def test_definitions_keep_their_order() -> None:
    assert added("import x\n", "_A = 1\n", "_B = 2\n") == "import x\n\n_A = 1\n\n_B = 2\n"


def test_a_definition_that_is_there_is_not_repeated() -> None:
    text = "import ssl\n\n# Shared.\n_CONTEXT = ssl.create_default_context( )  # costly\n"
    assert added(text, CONTEXT) == text


def test_two_rewrites_share_a_definition_and_its_import() -> None:
    module = cst.parse_module("def f():\n    slow(1)\n    slow(2)\n")
    rewrites = [faster(call, imports=(Import("ssl"),), definitions=(CONTEXT,)) for call in calls(module)]
    after = apply(module, rewrites).code
    assert after == f"import ssl\n\n{CONTEXT}\n\ndef f():\n    fast(1)\n    fast(2)\n"


REFUSED = {
    "another constant": "_CONTEXT = None\ndef f():\n    slow()\n",
    "a function": "def _CONTEXT():\n    pass\ndef f():\n    slow()\n",
    "an import": "from x import _CONTEXT\ndef f():\n    slow()\n",
    "a local variable": "def f():\n    _CONTEXT = 1\n    slow()\n",
    "bound twice": f"{CONTEXT}_CONTEXT = 1\ndef f():\n    slow()\n",
    "code that runs before it": "import x\nx.y = slow()\nimport z\n",
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_definition_whose_name_is_something_else_is_refused(case: str) -> None:
    module = cst.parse_module(REFUSED[case])
    (call,) = calls(module)
    assert refusal(Tree.of(module), faster(call, definitions=(CONTEXT,)))


def test_a_definition_is_one_statement() -> None:
    with pytest.raises(ValueError, match="one statement"):
        added("x = 1\n", "_A = 1\n_B = 2\n")


def test_a_definition_that_is_no_python_is_the_rewrite_s_fault() -> None:
    module = cst.parse_module("slow()\n")
    (call,) = calls(module)
    with pytest.raises(UnsoundError, match="ParserSyntaxError"):
        refusal(Tree.of(module), faster(call, definitions=("_A =\n",)))
