"""Small projects made of texts, for tests of everything that reads the project."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping
from pathlib import Path

from perflint.project.extraction import extract
from perflint.project.facts import FileFacts
from perflint.project.symbols import Symbols

CLIENT_PER_REQUEST = """
import aiohttp
from fastapi import FastAPI

app = FastAPI()


@app.get("/rates")
async def rates() -> int:
    async with aiohttp.ClientSession() as session:
        async with session.get("http://localhost/rates") as response:
            return response.status
"""


def facts(path: str, source: str) -> FileFacts:
    """The facts of one text, as if it were a file at `path`."""
    text = textwrap.dedent(source)
    parts = path.removesuffix(".py").split("/")
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return extract(Path(path), module, text, ast.parse(text))


def project(files: Mapping[str, str]) -> Symbols:
    """The names of a project whose files are given by path."""
    return Symbols(facts(path, source) for path, source in files.items())
