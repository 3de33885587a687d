"""What other files can see of a file."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from perflint.project.facts import AssignFact, FileFacts


def interface(facts: FileFacts) -> str:
    """A digest of names, signatures, classes and their values.

    Left out are line numbers, what functions do, and what only tables of the whole project are made of.
    """
    parts: list[object] = [[(fact.local, fact.target) for fact in facts.imports], facts.star_imports]
    parts.append(_bound(facts.assigns))
    parts += [
        (kind.qualname, kind.bases, kind.keywords, kind.decorators, kind.methods, _bound(kind.assigns))
        for kind in facts.classes
    ]
    for fact in facts.functions:
        parts.append((fact.qualname, fact.is_async, fact.is_generator, fact.params, fact.returns, fact.decorators))
        parts.append((fact.parent, fact.is_method, fact.declares))
    return _digest(parts)


def flow(facts: FileFacts) -> str:
    """A digest of what functions bind and return, by which objects are followed through them."""
    return _digest([(fact.qualname, fact.binds, fact.returned) for fact in facts.functions])


def _digest(parts: object) -> str:
    return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _bound(assigns: Iterable[AssignFact]) -> list[tuple[str, str, str]]:
    return [(assign.name, assign.value, assign.annotation) for assign in assigns]
