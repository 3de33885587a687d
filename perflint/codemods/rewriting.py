"""Rewrites of one module: which may be applied together, and applying them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import libcst as cst

from perflint.codemods import definitions
from perflint.codemods.expressions import fitted
from perflint.codemods.imports import add_import, import_index, is_at_hand, is_refused, local_name, origin
from perflint.codemods.statements import is_statement, left_comments, with_comments, with_lines_of
from perflint.codemods.tree import Tree
from perflint.rewrites import Import, Replacement, Rewrite


class UnsoundError(Exception):
    """Rewrites that cannot be applied as they are, or whose result is no program; the text says which."""


def apply(module: cst.Module, rewrites: Sequence[Rewrite]) -> cst.Module:
    """`module` with as many of the rewrites as fit together; the others have to be found again in the result."""
    tree = Tree.of(module)
    return rewritten(tree, chosen(tree, rewrites))


def refusal(tree: Tree, rewrite: Rewrite) -> str:
    """Why the rewrite cannot be applied here; empty if it can. UnsoundError for one that is wrong in itself."""
    with _blaming_the_rewrite():
        return _refusal(tree, rewrite)


def _refusal(tree: Tree, rewrite: Rewrite) -> str:
    places = _places(rewrite)
    if not all(place in tree.parents for place in places):
        raise UnsoundError("replaces a node of another tree")
    for wanted in rewrite.imports:
        if is_refused(tree, wanted, places):
            return f"`{local_name(wanted)}` is something else here"
        if not is_at_hand(tree, wanted, places) and _comes_late(tree, places, import_index(tree.module, wanted)):
            return f"`{local_name(wanted)}` would be imported too late"
    for text in rewrite.definitions:
        if definitions.is_refused(tree, text, places):
            return f"`{min(definitions.names_of(text))}` is something else here"
        if _comes_late(tree, places, definitions.definition_index(tree.module, text)):
            return f"`{min(definitions.names_of(text))}` would be defined too late"
    return ""


def chosen(tree: Tree, rewrites: Sequence[Rewrite]) -> list[Rewrite]:
    """Rewrites that do not meet: of two, one inside the other, the outer."""
    possible = [rewrite for rewrite in rewrites if not refusal(tree, rewrite)]
    replaced = {node for rewrite in possible for node in _places(rewrite)}
    order = {node: index for index, node in enumerate(tree.parents)}

    def rank(rewrite: Rewrite) -> tuple[bool, int]:
        is_inner = any(outer in replaced for node in _places(rewrite) for outer in tree.above(node))
        return is_inner, min(order[node] for node in _places(rewrite))

    taken = _Taken(tree)
    return [rewrite for rewrite in sorted(possible, key=rank) if taken.takes(rewrite)]


def rewritten(tree: Tree, rewrites: Sequence[Rewrite]) -> cst.Module:
    """The module with all of the rewrites, which must not meet; UnsoundError where one of them fits in nowhere."""
    with _blaming_the_rewrite():
        return _rewritten(tree, rewrites)


@contextmanager
def _blaming_the_rewrite() -> Iterator[None]:
    """A rewrite is a check's work: whatever goes wrong with it is the check's."""
    try:
        yield
    except UnsoundError:
        raise
    except Exception as error:
        raise UnsoundError(f"failed: {type(error).__name__}: {error}") from error


def _rewritten(tree: Tree, rewrites: Sequence[Rewrite]) -> cst.Module:
    module = tree.module.visit(_Replacing.of(tree, rewrites)) if rewrites else tree.module
    for wanted in sorted({wanted for rewrite in rewrites for wanted in _missing(tree, rewrite)}):
        module = add_import(module, wanted)
    texts = dict.fromkeys(text for rewrite in rewrites for text in rewrite.definitions)
    return definitions.add_definitions(module, list(texts))


def _places(rewrite: Rewrite) -> list[cst.CSTNode]:
    return [node for node, _ in rewrite.replacements]


def _missing(tree: Tree, rewrite: Rewrite) -> Iterator[Import]:
    return (wanted for wanted in rewrite.imports if not is_at_hand(tree, wanted, _places(rewrite)))


def _comes_late(tree: Tree, places: Sequence[cst.CSTNode], index: int) -> bool:
    """Whether one of `places` runs while the module is loaded, before its statement `index`."""
    return any(tree.top(place) < index and not _is_deferred(tree, place) for place in places)


def _is_deferred(tree: Tree, place: cst.CSTNode) -> bool:
    """Whether `place` stands in the body of a function, or is one."""
    if isinstance(place, cst.FunctionDef):
        return True
    steps = [place, *tree.above(place)]
    return any(isinstance(outer, cst.FunctionDef) and outer.body is step for step, outer in pairwise(steps))


@dataclass(slots=True)
class _Taken:
    """What the rewrites chosen so far replace and name."""

    tree: Tree
    nodes: set[cst.CSTNode] = field(default_factory=set)
    around: set[cst.CSTNode] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)

    def takes(self, rewrite: Rewrite) -> bool:
        """Choose `rewrite` unless it meets one chosen before."""
        places = set(_places(rewrite))
        above = {outer for place in places for outer in self.tree.above(place)}
        names = dict(_names(rewrite))
        is_same = all(self.names.get(name, what) == what for name, what in names.items())
        if not is_same or self.nodes & (places | above) or self.around & places:
            return False
        self.nodes |= places
        self.around |= above
        self.names |= names
        return True


def _names(rewrite: Rewrite) -> Iterator[tuple[str, str]]:
    """The module-level names that the rewrite brings, and what each stands for."""
    yield from ((local_name(wanted), origin(wanted)) for wanted in rewrite.imports)
    yield from ((name, text) for text in rewrite.definitions for name in definitions.names_of(text))


class _Replacing(cst.CSTTransformer):
    """Puts the new nodes in the place of the old ones; goes only where one is."""

    def __init__(
        self,
        replacements: Mapping[cst.CSTNode, Replacement],
        around: set[cst.CSTNode],
        comments: Mapping[cst.CSTNode, Sequence[cst.EmptyLine]],
    ) -> None:
        super().__init__()
        self.replacements = replacements
        self.around = around
        self.comments = comments

    @classmethod
    def of(cls, tree: Tree, rewrites: Sequence[Rewrite]) -> _Replacing:
        pairs = {old: new for rewrite in rewrites for old, new in rewrite.replacements}
        replacements = {old: _fitting(tree, old, new) for old, new in pairs.items()}
        around = {outer for old in pairs for outer in tree.above(old)}
        if around & pairs.keys():
            raise UnsoundError("replaces a node inside a node that it replaces")
        return cls(replacements, around, left_comments(tree, replacements))

    def on_visit(self, node: cst.CSTNode) -> bool:
        return node in self.around

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> Replacement:  # type: ignore[override]
        new = self.replacements.get(original_node, updated_node)
        comments = self.comments.get(original_node)
        return with_comments(new, comments) if comments else new


def _fitting(tree: Tree, old: cst.CSTNode, new: Replacement) -> Replacement:
    return with_lines_of(old, new) if is_statement(old) else fitted(old, new, tree.parents[old])
