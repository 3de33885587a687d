"""The rules, as their cards tell them: rules/PF101-lazy-load-in-loop.md and its like."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from perflint import program
from perflint.errors import CardError
from perflint.findings import Severity

# Every card has these, in this order; the starred ones may be left out.
SECTIONS = (
    "What it does",
    "Why it is slow",
    "Example",
    "When it stays silent",
    "Fix safety",
    "Options*",
    "When not to use it",
    "Known limits*",
    "See also*",
)
_HEADER = re.compile(r"^```toml\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```python (bad|fixed|good)[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^# file: (\S+)[ \t]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rule:
    """The head of a card: all that a run needs to know of a rule."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    code: str
    name: str
    severity: Severity
    fix: Literal["safe", "unsafe", "display", "none"]
    since: str
    default: bool = True
    # The figures that the rule's proof must reach, as the card words them.
    evidence: Any = None
    # Each option with its default value, whose type is the option's type.
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def module(self) -> str | None:
        """The check's module; PF0xx speak of perflint's own comments and have none."""
        return None if self.code.startswith("PF0") else f"perflint.checks.{self.name.replace('-', '_')}"


@dataclass(frozen=True, slots=True)
class Example:
    """A marked block of a card, as the files it consists of."""

    kind: Literal["bad", "fixed", "good"]
    row: int
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Card:
    """A whole card: the rule, and the text by section."""

    rule: Rule
    path: Path
    text: str
    sections: Mapping[str, str]
    examples: tuple[Example, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, by code. Trusts the cards' form, which `read_card` checks: every run pays for this."""
    return tuple(read_rule(path) for path in card_paths(program.rules_directory()))


def card_paths(directory: Path) -> list[Path]:
    return sorted(directory.glob("PF[0-9][0-9][0-9]-*.md"))


def read_rule(path: Path) -> Rule:
    """The head of the card at `path`, unchecked beyond what the types need."""
    head = _head(path, path.read_text(encoding="utf-8"))
    try:
        return Rule(**{**head, "severity": Severity(head["severity"])})
    except (KeyError, TypeError, ValueError) as error:
        raise CardError(f"{path}: {error}") from error


def read_card(path: Path) -> Card:
    """The whole card at `path`, checked: head, file name, sections and their order."""
    from pydantic import TypeAdapter, ValidationError

    text = path.read_text(encoding="utf-8")
    try:
        rule = TypeAdapter(Rule).validate_python(_head(path, text))
    except ValidationError as error:
        raise CardError(f"{path}: {error}") from error
    if path.name != f"{rule.code}-{rule.name}.md":
        raise CardError(f"{path}: the head is that of {rule.code}-{rule.name}.md")
    return Card(rule, path, text, _sections(path, text), tuple(_examples(text)))


def _head(path: Path, text: str) -> dict[str, Any]:
    found = _HEADER.search(text)
    if found is None:
        raise CardError(f"{path}: no ```toml block")
    try:
        return tomllib.loads(found[1])
    except tomllib.TOMLDecodeError as error:
        raise CardError(f"{path}: {error}") from error


def _sections(path: Path, text: str) -> dict[str, str]:
    # A heading inside a fenced block is a comment of the example.
    outside = re.sub(r"^```.*?^```", lambda block: block[0].replace("\n#", "\n\0"), text, flags=re.M | re.S)
    parts = re.split(r"^## +(.+?) *$", outside, flags=re.MULTILINE)
    titles = parts[1::2]
    expected = [name.rstrip("*") for name in SECTIONS if not name.endswith("*") or name.rstrip("*") in titles]
    if titles != expected:
        raise CardError(f"{path}: sections are {titles}, expected {expected}")
    return {title: body.replace("\n\0", "\n#").strip() for title, body in zip(titles, parts[2::2], strict=True)}


def _examples(text: str) -> list[Example]:
    return [
        Example(block[1], text.count("\n", 0, block.start()) + 1, split_files(block[2]))  # type: ignore[arg-type]
        for block in _FENCE.finditer(text)
    ]


def split_files(text: str, default: str = "example.py") -> dict[str, str]:
    """The files of a block: each begins after a line `# file: name`; without one, all is `default`."""
    parts = _FILE.split(text)
    named = dict(zip(parts[1::2], parts[2::2], strict=True))
    return named or {default: text}
