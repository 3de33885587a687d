"""One run over a project: what an earlier one found, where nothing was touched since; or read, analyse, and keep it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.config import Settings
from perflint.discovery import absolute
from perflint.findings import Outcome
from perflint.outcomes import Outcomes
from perflint.scope import Scope, scope_of

if TYPE_CHECKING:
    from perflint.judging import Analyse


def check(
    paths: Sequence[Path], settings: Settings, overlay: Mapping[Path, str] | None = None, analyse: Analyse | None = None
) -> Outcome:
    """Check `paths` within their project; `overlay` gives texts that stand for a file's content."""
    start = time.perf_counter()
    texts = {absolute(path): text for path, text in (overlay or {}).items()}
    scope = scope_of(paths, settings, texts)
    # What is not on disk has no state there, and another analysis may say something else of what is.
    kept = Outcomes.of(scope, settings) if not texts and analyse is None else None
    outcome = (kept.known() if kept else None) or _made(scope, settings, texts, analyse or _analyse(), kept)
    return replace(outcome, seconds=time.perf_counter() - start)


def _made(
    scope: Scope, settings: Settings, texts: Mapping[Path, str], analyse: Analyse, kept: Outcomes | None
) -> Outcome:
    # Imported here: a run that is known has no use for it.
    from perflint.judging import outcome_of, read_all

    sources = read_all(scope, texts)
    beside = kept.beside(sources.texts) if kept else None
    outcome = outcome_of(scope, sources, settings, analyse)
    if kept:
        kept.keep(outcome, beside)
    return outcome


def _analyse() -> Analyse:
    # Imported here: standard input and the fixes have analyses of their own.
    from perflint.cached import analyse

    return analyse


__all__ = ["Outcome", "check"]
