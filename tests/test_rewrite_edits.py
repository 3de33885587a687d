"""A rewrite as text edits: applied to the text they give what the rewrite gives, and nothing else changes."""

from __future__ import annotations

import ast

import libcst as cst
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rewriting import calls, faster

from perflint.codemods.carrying import carried
from perflint.codemods.edits import edits_of, edits_of_each
from perflint.codemods.rewriting import apply
from perflint.codemods.splicing import Source, row_of
from perflint.codemods.tree import Tree
from perflint.edits import apply_edits
from perflint.rewrites import Import
from perflint.semantics.walk import align, visit

IMPORT = Import("speed", "fast")
DEFINITION = "_SPEED = 9\n"

# How long an example takes says nothing here.
law = settings(deadline=None)

_LINES = (
    *("import os", "from speed import pace", '"""Doc."""', "# comment", "", "x = slow(1)", "x = slow(1, slow(2))"),
    *(
        "def f():\n\tslow()",
        "class A:\n    def f(self):\n        return [slow(x) for x in y]  # end",
        "if x:\n  slow()",
    ),
    *(
        "x = '''a\n  b'''",
        "y = (slow(1),\n     2 )",
        "\f",
        "   ",
        "slow() ; slow(2)",
        "# é 漢 \U0001f40d",
        "slow('é', slow())",
    ),
)
_NESTED = (
    "class A:\n\n    # first\n    x = 1\n    pass\n\n    @slow()\n    def f(self):\n        import a\n        slow()",
    "@(\n  slow())\ndef f():\n    if x:\n        a = 1\n\n        # why\n        b = slow(2)\n    # end\n  # further",
    "def f():\n    for x in y: slow(x)\n    with slow() as a:\n        b = a; c = slow()\n    return slow(b)",
)
_ENDS = ("\n", "\r\n", "\r")


@st.composite
def files(draw: st.DrawFn, of: tuple[str, ...] = _LINES) -> str:
    """Files with calls of `slow`, of all sorts of layout: tabs, form feeds, no line end at the end, other line ends."""
    end = draw(st.sampled_from(_ENDS))
    lines = draw(st.lists(st.sampled_from(of), min_size=1, max_size=8))
    last = draw(st.sampled_from(("", end, end * 3, end + "   ")))
    return draw(st.sampled_from(("", "\f"))) + "\n".join(lines).replace("\n", end) + last


@law
@given(files(), st.booleans(), st.booleans())
def test_edits_give_what_the_rewrite_gives(text: str, imports: bool, defines: bool) -> None:
    module = cst.parse_module(text)
    for call in calls(module):
        rewrite = faster(call, imports=(IMPORT,) * imports, definitions=(DEFINITION,) * defines)
        assert apply_edits(module.code, edits_of(module, rewrite)) == apply(module, [rewrite]).code


@law
@given(files((*_LINES, *_NESTED)), st.booleans(), st.booleans())
def test_edits_are_the_same_whether_the_source_is_given(text: str, imports: bool, defines: bool) -> None:
    module = cst.parse_module(text)
    try:
        pairs = align(visit(module), ast.parse(text))
    except SyntaxError:
        return  # Python takes a form feed for the beginning of a line, which LibCST does not
    tree = Tree.of(module)
    for call in calls(module):
        rewrite = faster(call, imports=(IMPORT,) * imports, definitions=(DEFINITION,) * defines)
        source = Source(text, lambda statement: row_of(statement, pairs))
        assert next(edits_of_each(tree, [rewrite], source)) == edits_of(module, rewrite)


@law
@given(files())
def test_edits_touch_the_changed_columns_only(text: str) -> None:
    module = cst.parse_module(text)
    for call in calls(module):
        (edit,) = edits_of(module, faster(call))
        start, end = edit.span.start, edit.span.end
        assert (edit.content, end.row - start.row, end.column - start.column) == ("fast", 0, 4)


@law
@given(files())
def test_edits_of_what_is_printed_fit_what_was_read(text: str) -> None:
    module = cst.parse_module(text)
    for call in calls(module):
        edits = carried(module.code, text, edits_of(module, faster(call, imports=(IMPORT,))))
        assert edits is not None
        after = apply_edits(text, edits)
        assert cst.parse_module(after).code == apply(module, [faster(call, imports=(IMPORT,))]).code
