"""Which rules a run reports and fixes: codes, names and prefixes against the cards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from perflint.findings import Applicability, Finding, Fix

if TYPE_CHECKING:
    from pathlib import Path

    from pathspec import GitIgnoreSpec

    from perflint.cards import Rule
    from perflint.config import Settings

_PREFIX = re.compile(r"PF\d{0,3}")
_EXACT = 9


def strength(selector: str, rule: Rule) -> int:
    """How closely `selector` names `rule`: 0 not at all, more the longer the prefix, most when exactly."""
    if selector in (rule.code, rule.name):
        return _EXACT
    if selector == "ALL":
        return 1
    return len(selector) if _PREFIX.fullmatch(selector) and rule.code.startswith(selector) else 0


def names_a_rule(selector: str, rules: Iterable[Rule]) -> bool:
    return any(strength(selector, rule) for rule in rules)


def nearest_rule(selector: str, rules: Iterable[Rule]) -> str:
    """The code or name most like `selector`, or an empty string."""
    from difflib import get_close_matches

    known = [word for rule in rules for word in (rule.code, rule.name)]
    close = get_close_matches(selector, known, 1) or get_close_matches(selector.lower(), known, 1)
    return close[0] if close else ""


def selected(settings: Settings, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules of this run; where `select` and `ignore` both name a rule, the closer word decides."""
    return tuple(rule for rule in rules if _wanted(settings, rule) > _strongest(settings.ignore, rule))


def not_ignored(chosen: Sequence[Rule], path: Path, settings: Settings) -> tuple[Rule, ...]:
    """`chosen` less what `per-file-ignores` takes from the file at `path`."""
    ignored = [
        selector
        for pattern, selectors in settings.per_file_ignores.items()
        if matches(pattern, path, settings.root)
        for selector in selectors
    ]
    return tuple(rule for rule in chosen if not _strongest(ignored, rule))


def matches(pattern: str, path: Path, root: Path) -> bool:
    """Whether a gitignore-like `pattern`, relative to `root`, names `path`; `!pattern` names all others."""
    name = str(path.relative_to(root)) if path.is_relative_to(root) else path.name
    return _spec(pattern.removeprefix("!")).match_file(name) != pattern.startswith("!")


@cache
def _spec(pattern: str) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines([pattern])


def _wanted(settings: Settings, rule: Rule) -> int:
    by_default = 1 if rule.default and not settings.select else 0
    return max(by_default, _strongest((*settings.select, *settings.extend_select), rule))


def _strongest(selectors: Iterable[str], rule: Rule) -> int:
    return max((strength(selector, rule) for selector in selectors), default=0)


def applicability(fix: Fix, rule: Rule, settings: Settings) -> Applicability:
    """The fix's own, as `fixable`, `extend-safe-fixes` and their like move it; display is never raised."""
    unfixable = _strongest(settings.unfixable, rule) >= _strongest(settings.fixable, rule)
    if unfixable or fix.applicability is Applicability.DISPLAY:
        return Applicability.DISPLAY
    safe = _strongest(settings.extend_safe_fixes, rule)
    unsafe = _strongest(settings.extend_unsafe_fixes, rule)
    if safe == unsafe:
        return fix.applicability
    return Applicability.SAFE if safe > unsafe else Applicability.UNSAFE


def with_settled_fix(finding: Finding, rule: Rule, settings: Settings) -> Finding:
    """`finding` with its fix's applicability as the settings want it."""
    if finding.fix is None:
        return finding
    settled = applicability(finding.fix, rule, settings)
    if settled is finding.fix.applicability:
        return finding
    return replace(finding, fix=replace(finding.fix, applicability=settled))
