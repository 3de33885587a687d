"""What the rewrites of a file's drafts change in its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from perflint.findings import Edit
from perflint.rewrites import Draft, Rewrite
from perflint.semantics.blanking import Blanked

if TYPE_CHECKING:
    from perflint.cards import Rule
    from perflint.codemods.splicing import Source

Edits = Mapping[int, tuple[Edit, ...]]  # by the index of the draft
Drafted = Sequence[tuple["Rule", Draft]]


def changes_code(rewrite: Rewrite | None) -> bool:
    """Whether there is anything to be edited."""
    return rewrite is not None and bool(rewrite.replacements or rewrite.imports or rewrite.definitions)


def edits_by_draft(
    module: cst.Module, drafts: Drafted, source: Source | None, failed: Callable[[Rule, str], None]
) -> Edits:
    """The edits of each draft's rewrite; none for one that is refused, or unsound in itself: `failed` is told why."""
    from perflint.codemods.edits import edits_of
    from perflint.codemods.rewriting import UnsoundError

    rewrites = _changing(drafts)
    if not rewrites:
        return {}
    try:
        return _edits(module, rewrites, source)
    except UnsoundError:
        pass  # one of them is at fault: ask for each by itself
    found: dict[int, tuple[Edit, ...]] = {}
    for index, rewrite in rewrites.items():
        try:
            found[index] = edits_of(module, rewrite)
        except UnsoundError as error:
            failed(drafts[index][0], str(error))
    return found


def edits_in_part(module: cst.Module, drafts: Drafted, source: Source, text: str, rest: Blanked) -> Edits | None:
    """The edits of a file's `text` by what is said of `rest` of it; None where all of it could tell otherwise."""
    from perflint.codemods.left_out import may_matter
    from perflint.codemods.rewriting import UnsoundError
    from perflint.codemods.splicing import LeftOut, LeftOutError

    rewrites = _changing(drafts)
    if may_matter(module, text, rewrites.values(), rest.left_out):
        return None
    try:
        return _edits(module, rewrites, replace(source, left_out=LeftOut(text, rest.rows)))
    except (LeftOutError, UnsoundError):
        return None


def _edits(module: cst.Module, rewrites: Mapping[int, Rewrite], source: Source | None) -> Edits:
    from perflint.codemods.edits import edits_of_each
    from perflint.codemods.tree import Tree

    return dict(zip(rewrites, edits_of_each(Tree.of(module), rewrites.values(), source), strict=True))


def _changing(drafts: Drafted) -> dict[int, Rewrite]:
    return {
        index: draft.rewrite
        for index, (_, draft) in enumerate(drafts)
        if draft.rewrite is not None and changes_code(draft.rewrite)
    }
