"""What the tests share: `--bless`, projects on disk, and made-up rules for the parts that know no library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perflint import cards, program

Write = Callable[[dict[str, str | bytes]], Path]

_CARD = """# {name} ({code})

```toml
code = "{code}"
name = "{name}"
severity = "warning"
fix = "safe"
since = "0.1.0"
default = {default}
[options]
{options}
```

## What it does

Reports what {name} stands for. It is made up.

## Why it is slow

It is not.

## Example

```python bad
slow()
```

## When it stays silent

Always.

## Fix safety

Safe.

## When not to use it

Never.
"""
_RULES = (
    ("PF001", "unused-suppression", "true", ""),
    ("PF002", "unknown-rule-in-suppression", "true", ""),
    ("PF101", "slow-call", "true", 'accessor = ""\nmax-rows = 100'),
    ("PF102", "slow-loop", "true", ""),
    ("PF201", "slow-page", "false", ""),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="write what perflint finds into the fixtures")


@pytest.fixture
def bless(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--bless"))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files, by their path below a new folder, and gives the folder."""

    def write(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write


@pytest.fixture
def made_up_rules(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Rules that belong to no library: PF101 slow-call, PF102 slow-loop, PF201 slow-page (off), and perflint's own."""
    folder = tmp_path_factory.mktemp("rules")
    for code, name, default, options in _RULES:
        text = _CARD.format(code=code, name=name, default=default, options=options)
        (folder / f"{code}-{name}.md").write_text(text)
    monkeypatch.setattr(program, "rules_directory", lambda: folder)
    cards.rules.cache_clear()
    yield folder
    cards.rules.cache_clear()
