"""Quotes of new string literals."""

from __future__ import annotations

from perflint.semantics.context import Context


def quoted(text: str, ctx: Context) -> str:
    """The text in the quotes that the module prefers."""
    quote = "'" if ctx.text.count("'") > ctx.text.count('"') else '"'
    return f"{quote}{text}{quote}"
