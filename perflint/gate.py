"""The relevance gate: which checks have something to see in a file, and in which of its functions.

Parsing by LibCST costs more than all that comes before it, so only the code that can give a finding is parsed. A check
names the events that it can report (`visits(…, wants=…)`); what has none of them is left out. The gate may not hide a
finding: `python -m benchmarks.equality` compares runs with and without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from perflint.semantics.events import Event, is_costly

if TYPE_CHECKING:
    from perflint.cards import Rule
    from perflint.project.symbols import Symbol
    from perflint.semantics.exposure import Exposures
    from perflint.semantics.file_analysis import FileAnalysis, Owned

Checks = Sequence[tuple["Rule", Any]]


@dataclass(frozen=True, slots=True)
class Passed:
    """The checks that are to see a file, and the functions that they are to see; \"\" stands for the module itself.

    `events` are those that each check wants, by the code of its rule, as far as that has been asked.
    """

    checks: Checks
    functions: frozenset[str]
    events: Mapping[str, Sequence[Owned]] = field(default_factory=dict)


def costs_nothing(analysis: FileAnalysis) -> bool:
    """Whether nothing at all happens in a file that a check could report."""
    return not any(is_costly(event) for _, event in analysis.events)


def passed(checks: Checks, analysis: FileAnalysis, exposures: Exposures) -> Passed:
    """What of a file has to be checked."""
    events: dict[str, Sequence[Owned]] = {}
    crashed = False
    for rule, check in checks:
        try:
            events[rule.code] = wanted(check, analysis, exposures)
        except Exception:  # asked again where a crash loses that check alone, and is told
            crashed = True
    functions = frozenset(symbol.name for owned in events.values() for symbol, _ in owned)
    seeing = [(rule, check) for rule, check in checks if events.get(rule.code, True)]
    return Passed(seeing, functions | {""} if crashed else functions, events)


def wanted(check: Any, analysis: FileAnalysis, exposures: Exposures) -> Sequence[Owned]:
    """The events of a file that a check wants."""
    wants = check.wants or _is_costly
    return [(symbol, event) for symbol, event in analysis.events if wants(event, symbol, exposures)]


def _is_costly(event: Event, function: Symbol, exposures: Exposures) -> bool:
    return is_costly(event)
