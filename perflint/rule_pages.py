"""`perflint rule`: a card in the terminal, the table of all, and both as JSON."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

import click

from perflint import program
from perflint.cards import Card, card_paths, read_card
from perflint.console import is_colored
from perflint.selection import nearest_rule


def page(name: str, output_format: str) -> str:
    """The card of the rule with this code or name."""
    cards = _cards()
    card = next((card for card in cards if name in (card.rule.code, card.rule.name)), None)
    if card is None:
        close = nearest_rule(name, [card.rule for card in cards])
        raise click.UsageError(f"no rule is called {name}" + (f"; did you mean {close}?" if close else ""))
    if output_format == "json":
        return json.dumps(_as_object(card) | {"sections": dict(card.sections)}, indent=2)
    return _rendered(card.text) if is_colored(sys.stdout, os.environ) else card.text.rstrip("\n")


def table(output_format: str) -> str:
    """All rules, a line each."""
    cards = _cards()
    if output_format == "json":
        return json.dumps([_as_object(card) for card in cards], indent=2)
    width = max(len(card.rule.name) for card in cards)
    return "\n".join(
        f"{card.rule.code}  {card.rule.name:<{width}}  {card.rule.fix:<7}  {'on ' if card.rule.default else 'off'}  "
        f"{_first_sentence(card)}"
        for card in cards
    )


def _cards() -> list[Card]:
    return [read_card(path) for path in card_paths(program.rules_directory())]


def _as_object(card: Card) -> dict[str, Any]:
    rule = card.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "fix": rule.fix,
        "default": rule.default,
        "since": rule.since,
        "evidence": rule.evidence,
        "options": dict(rule.options),
        "summary": _first_sentence(card),
    }


def _first_sentence(card: Card) -> str:
    paragraph = " ".join(card.sections["What it does"].split("\n\n")[0].split())
    return re.split(r"(?<=\.)\s", paragraph, maxsplit=1)[0].rstrip(".")


def _rendered(text: str) -> str:
    from rich.console import Console
    from rich.markdown import Markdown

    terminal = Console(force_terminal=True, color_system="standard")
    with terminal.capture() as capture:
        terminal.print(Markdown(text))
    return capture.get().rstrip("\n")
