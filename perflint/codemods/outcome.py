"""The text of a file with rewrites applied, if it is one that can be written."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import libcst as cst

from perflint.codemods.carrying import carried
from perflint.codemods.edits import difference
from perflint.codemods.rewriting import UnsoundError, rewritten
from perflint.codemods.tree import Tree
from perflint.edits import apply_edits
from perflint.rewrites import Rewrite
from perflint.semantics.trees import parse

_UNPARSABLE = (cst.ParserSyntaxError, SyntaxError, ValueError, RecursionError, MemoryError)


def outcome(tree: Tree, text: str, rewrites: Sequence[Rewrite]) -> str:
    """`text`, from which `tree` was parsed, with all of `rewrites`; nothing else in it changes."""
    after = rewritten(tree, rewrites)
    edits = carried(tree.module.code, text, difference(tree.module, after))
    if edits is None:
        raise UnsoundError("touches blanks that LibCST does not keep")
    result = apply_edits(text, edits)
    require_program(text, result)
    return result


def require_program(before: str, after: str) -> None:
    """UnsoundError unless `after` parses, and compiles if `before` does."""
    if not (_does(cst.parse_module, after) and _does(parse, after)):
        raise UnsoundError("gives code that does not parse")
    # `await` outside of a coroutine and its like only show here. Nothing is run.
    if not _does(_compile, after) and _does(_compile, before):
        raise UnsoundError("gives code that does not compile")


def _compile(text: str) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(text, "<fixed>", "exec", dont_inherit=True)


def _does(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except _UNPARSABLE:
        return False
    return True
