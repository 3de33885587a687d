"""The cards run: what they call bad fires, what they call fixed is what the fixer writes, what they call good is silent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest
from marks import findings, fixed

from perflint.cards import (
    Card,
    Example,
    card_paths,
    read_card,
    read_rule,
    rules,
    split_files,
)
from perflint.errors import CardError
from perflint.program import rules_directory

ROOT = Path(__file__).parent.parent
PATHS = card_paths(ROOT / "rules")


def _name(path: Path) -> str:
    return path.stem


def _cards() -> Iterator[Card]:
    for path in PATHS:
        # One of another form fails test_the_quick_reading_of_a_card_is_the_careful_one, and it alone.
        with suppress(CardError):
            yield read_card(path)


def _examples(kind: str) -> list[object]:
    pairs = [(card, example) for card in _cards() for example in card.examples if example.kind == kind]
    return [pytest.param(card, example, id=f"{card.path.stem}:{example.row}") for card, example in pairs]


def _written(files: Mapping[str, str], folder: Path) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("card", "example"), _examples("bad"))
def test_a_bad_example_fires(card: Card, example: Example, tmp_path: Path) -> None:
    codes = [finding.code for finding in findings(_written(example.files, tmp_path))]
    assert card.rule.code in codes


@pytest.mark.parametrize(("card", "example"), _examples("good"))
def test_a_good_example_is_silent(card: Card, example: Example, tmp_path: Path) -> None:
    assert [
        f"{finding.span.start.row}: {finding.code}" for finding in findings(_written(example.files, tmp_path))
    ] == []


@pytest.mark.parametrize(("card", "example"), _examples("fixed"))
def test_a_fixed_example_is_what_the_fixer_writes(card: Card, example: Example, tmp_path: Path, bless: bool) -> None:
    bad = card.examples[card.examples.index(example) - 1]
    assert bad.kind == "bad", "a fixed example follows the bad one that it is of"
    results = fixed(_written(bad.files, tmp_path))
    if bless:
        _bless(card, example, {name: results[name] for name in example.files})
    assert {**bad.files, **example.files} == results


def _bless(card: Card, example: Example, texts: Mapping[str, str]) -> None:
    # Read anew: another example of the card may have been blessed before.
    text = card.path.read_text(encoding="utf-8")
    old = "".join(_block(example.files))
    assert text.count(f"```python fixed\n{old}```") == 1
    new = "".join(_block(texts))
    card.path.write_text(text.replace(f"```python fixed\n{old}```", f"```python fixed\n{new}```"), encoding="utf-8")


def _block(files: Mapping[str, str]) -> list[str]:
    if list(files) == ["example.py"]:
        return list(files.values())
    return [f"# file: {name}\n{text}" for name, text in files.items()]


@pytest.mark.parametrize("path", PATHS, ids=_name)
def test_a_card_shows_a_bad_example_and_what_its_fix_makes_of_it(path: Path) -> None:
    card = read_card(path)
    kinds = {example.kind for example in card.examples}
    assert "bad" in kinds
    assert ("fixed" in kinds) == (card.rule.fix in ("safe", "unsafe"))


@pytest.mark.parametrize("path", PATHS, ids=_name)
def test_the_quick_reading_of_a_card_is_the_careful_one(path: Path) -> None:
    assert read_rule(path) == read_card(path).rule


@pytest.mark.parametrize("path", PATHS, ids=_name)
def test_a_card_has_its_check_and_its_fixtures(path: Path) -> None:
    rule = read_rule(path)
    if rule.module is None:  # perflint's own comments: no library, no check
        assert rule.code.startswith("PF0")
        return
    check = import_module(rule.module).check
    assert check.node_types
    assert list((ROOT / "fixtures" / rule.code).iterdir())


def test_codes_and_names_are_unique() -> None:
    words = [word for rule in rules() for word in (rule.code, rule.name)]
    assert len(words) == len(set(words)) == 2 * len(PATHS)


def test_the_cards_are_found_where_the_package_is() -> None:
    assert [path.name for path in card_paths(rules_directory())] == [path.name for path in PATHS]


CARD = (ROOT / "rules" / "PF001-unused-suppression.md").read_text(encoding="utf-8")
WRONG = {
    "no head": (CARD.replace("```toml", "```"), "no ```toml block"),
    "a head that is no TOML": (CARD.replace('fix = "safe"', "fix = "), "Invalid value"),
    "a key too many": (CARD.replace("since =", "until ="), "until"),
    "a key too few": (CARD.replace('since = "0.1.0"\n', ""), "since"),
    "an unknown severity": (CARD.replace('"warning"', '"bad"'), "severity"),
    "an unknown kind of fix": (CARD.replace('fix = "safe"', 'fix = "sure"'), "fix"),
    "another name than the file's": (CARD.replace('name = "unused', 'name = "idle'), "the head is that of PF001-idle"),
    "a section too few": (CARD.replace("## Fix safety", "### Fix safety"), "sections are"),
    "a section too many": (CARD + "\n## More\n", "sections are"),
    "sections in another order": (
        CARD.replace("## Example", "## x").replace("## When it stays silent", "## Example").replace("## x", "## When it stays silent"),
        "sections are",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_a_card_of_another_form_is_refused(tmp_path: Path, text: str, message: str) -> None:
    assert text != CARD
    path = tmp_path / "PF001-unused-suppression.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CardError, match=message.replace("`", "\\`")):
        read_card(path)


def test_a_heading_inside_an_example_is_a_comment(tmp_path: Path) -> None:
    path = tmp_path / "PF001-unused-suppression.md"
    path.write_text(CARD.replace("TIMEOUT = 5\n", "## Not a section\nTIMEOUT = 5\n"), encoding="utf-8")
    assert "## Not a section" in read_card(path).sections["Example"]


def test_an_example_may_have_several_files() -> None:
    assert split_files("x = 1\n") == {"example.py": "x = 1\n"}
    assert split_files("# file: a.py\nx = 1\n# file: b/c.py\ny = 2\n") == {"a.py": "x = 1\n", "b/c.py": "y = 2\n"}
