"""The README says what is so: its commands print what it shows, and its settings are settings."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from perflint.config import KEYS, Libraries, kebab

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
SHOWN = re.compile(r"(?<=^```console\n)\$ perflint (.*)\n((?:.*\n)*?)(?=```$)", re.MULTILINE)


@pytest.mark.parametrize("command", [found[1] for found in SHOWN.finditer(TEXT)])
def test_a_command_prints_what_is_shown(command: str, bless: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    line = [sys.executable, "-m", "perflint", *shlex.split(command)]
    done = subprocess.run(line, capture_output=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode == 1, done.stderr
    if bless:
        shown = f"$ perflint {command}\n"
        text = SHOWN.sub(lambda found: shown + done.stdout if found[1] == command else found[0], TEXT)
        README.write_text(text, encoding="utf-8")
    assert f"$ perflint {command}\n{done.stdout}```\n" in README.read_text(encoding="utf-8")


def test_something_is_shown() -> None:
    assert SHOWN.search(TEXT)


def test_every_setting_is_shown_and_is_one() -> None:
    (block,) = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    shown = tomllib.loads(block)["tool"]["perflint"]
    assert set(shown) == {*KEYS, "extend"}
    assert set(shown["libraries"]) == {kebab(name) for name in Libraries.__slots__}
