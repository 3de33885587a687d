"""A finding while it is still tied to its LibCST tree, and the change that would mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from perflint.findings import Applicability, Confidence, Severity, TraceStep

Replacement = cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """`from module import name as alias`, or `import module` where name is empty."""

    module: str
    name: str = ""
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Nodes of the checked tree and what takes their place.

    `definitions` are module-level statements (source text) that go after the imports, each
    unless a statement binding the same name stands there already.
    """

    title: str
    applicability: Applicability
    replacements: tuple[tuple[cst.CSTNode, Replacement], ...]
    imports: tuple[Import, ...] = ()
    definitions: tuple[str, ...] = ()
    # A safe rewrite for runs that apply no unsafe fix.
    instead: Rewrite | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a check yields: the node at fault and what to say about it.

    `severity` empty means the card's; the engine lowers it by context.
    """

    node: cst.CSTNode
    message: str
    cost: str = ""
    hotness: str = ""
    confidence: Confidence = Confidence.PROVEN
    severity: Severity | None = None
    trace: Sequence[TraceStep] = ()
    rewrite: Rewrite | None = None
    function: str = ""  # qualified name of the enclosing function
