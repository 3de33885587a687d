"""The other linters: each in a virtual environment of its own, at pinned versions."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).with_name("tools")
_OURS = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}  # variables for this process alone


class ToolError(Exception):
    """A tool cannot be had; the text says why."""


@dataclass(frozen=True, slots=True)
class Tool:
    """What to install, and what runs afterwards; what is installed may hold more than one linter."""

    name: str
    packages: tuple[str, ...]
    program: str


TOOLS = (
    Tool("fixit", ("fixit",), "fixit"),
    Tool("semgrep", ("semgrep",), "semgrep"),
    # The plugin's command is pylint with the plugin's rules alone. Its package is called perflint, like ours.
    Tool("pylint", ("pylint", "perflint"), "perflint"),
    Tool("ruff", ("ruff",), "ruff"),
)


def installed(tool: Tool, cache: Path, pins: Path = PINS) -> Path:
    """The program; makes its environment anew when the pins have changed, or the Python that all of this runs on."""
    constraints = pins / f"{tool.name}.txt"
    folder = cache / "tools" / tool.name
    used = folder / "made-of.txt"
    wanted = f"{sys.base_prefix} {sys.version}\n{constraints.read_text(encoding='utf-8')}"
    if not used.is_file() or used.read_text(encoding="utf-8") != wanted:
        _install(tool, constraints, folder)
        used.write_text(wanted, encoding="utf-8")
    return folder / "bin" / tool.program


def _install(tool: Tool, constraints: Path, folder: Path) -> None:
    venv.create(folder, clear=True, with_pip=True)
    python = str(folder / "bin" / "python")
    command = [python, "-m", "pip", "install", "--quiet", "--constraint", str(constraints)]
    done = subprocess.run([*command, *tool.packages], capture_output=True, text=True, env=environment({}))
    if done.returncode:
        raise ToolError(f"{tool.name}: pip could not install it: {done.stderr.strip().rpartition(chr(10))[2]}")


def version(tool: Tool, pins: Path = PINS) -> str:
    """Pinned version of what was asked for."""
    pinned = dict(line.split("==") for line in (pins / f"{tool.name}.txt").read_text().splitlines() if "==" in line)
    return " with ".join(f"{name} {pinned[name]}" for name in tool.packages)


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Of this process, without what would lead a tool to packages that are not its own, or have it compile itself."""
    return {name: value for name, value in os.environ.items() if name not in _OURS} | dict(more)
