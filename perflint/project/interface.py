"""What other files can see of a file, name by name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from hashlib import blake2b

from perflint.project.facts import AssignFact, FileFacts
from perflint.project.namesakes import is_telling

_WORD = re.compile(r"\w+")


def interface(facts: FileFacts) -> str:
    """A digest of names, signatures, classes and their values.

    Left out are line numbers, what functions do, and what only tables of the whole project are made of.
    """
    return _digest([facts.star_imports, list(_shown(facts).items())])


def flow(facts: FileFacts) -> str:
    """A digest of what functions bind and return, by which objects are followed through them."""
    return _digest([(fact.qualname, fact.binds, fact.returned) for fact in facts.functions])


def changed_names(before: FileFacts, after: FileFacts, lines: Sequence[str] | None = None) -> frozenset[str] | None:
    """The names by which other files may find something else in a module than before.

    These are names at its top whose definitions have changed, and those whose definitions, or what they return, mention
    one; and the methods of such classes that may be found by their name alone. None: it may be any name.

    With the module's `lines` what functions do counts as well, and where they stand.
    """
    if before.star_imports != after.star_imports:
        return None
    old, new = _shown(before), _shown(after)
    flows = ((fact.qualname, (fact.binds, fact.returned)) for fact in after.functions)
    words = {name: set(_WORD.findall(repr(parts))) for name, parts in _joined(new, flows).items()}
    if lines is not None:
        old, new = _joined(old, _codes(before)), _joined(new, _codes(after))
        for top in after.tops:
            words[top.name].update(_WORD.findall("\n".join(lines[top.start - 1 : top.end])))
    changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    known = changed
    while True:
        known = known.union(*(_methods(facts, changed) for facts in (before, after)))
        reached = {name for name in words if name not in changed and not known.isdisjoint(words[name])}
        if not reached:
            return frozenset(known)
        changed |= reached
        known = known | reached


def _methods(facts: FileFacts, owners: Set[str]) -> Iterator[str]:
    """The methods of these classes that a call on an unknown object may be taken for."""
    for kind in facts.classes:
        if _top(kind.qualname) in owners:
            yield from filter(is_telling, kind.methods)


def _shown(facts: FileFacts) -> Mapping[str, list[object]]:
    """What is shown by the first part of its name."""
    found: dict[str, list[object]] = defaultdict(list)
    for local in facts.imports:
        found[local.local].append((local.local, local.target))
    for assign in facts.assigns:
        found[_top(assign.name)].append(_bound([assign]))
    for kind in facts.classes:
        head = (kind.qualname, kind.bases, kind.keywords, kind.decorators)
        found[_top(kind.qualname)].append((*head, kind.methods, _bound(kind.assigns)))
    for fact in facts.functions:
        signature = (fact.qualname, fact.is_async, fact.is_generator, fact.params, fact.returns, fact.decorators)
        found[_top(fact.qualname)].append((*signature, fact.parent, fact.is_method, fact.declares))
    return found


def _codes(facts: FileFacts) -> Iterator[tuple[str, object]]:
    return ((top.name, top.digest) for top in facts.tops)


def _joined(shown: Mapping[str, list[object]], more: Iterable[tuple[str, object]]) -> Mapping[str, list[object]]:
    """With more parts by qualified name."""
    found = {name: list(parts) for name, parts in shown.items()}
    for name, part in more:
        found.setdefault(_top(name), []).append(part)
    return found


def _top(name: str) -> str:
    return name.partition(".")[0]


def _digest(parts: object) -> str:
    return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _bound(assigns: Iterable[AssignFact]) -> list[tuple[str, str, str]]:
    return [(assign.name, assign.value, assign.annotation) for assign in assigns]
