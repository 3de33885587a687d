"""Files are looked at behind those that they import."""

from __future__ import annotations

from itertools import pairwise

from project_builder import facts

from perflint.project.ordering import imported_first
from perflint.project.symbols import Symbols


def _order(**sources: str) -> list[str]:
    files = {each.module: each for each in (facts(f"{name.replace('__', '/')}.py", sources[name]) for name in sources)}
    return imported_first(files, Symbols(files.values()).imported)


def test_what_is_imported_comes_first() -> None:
    assert _order(a="import b", b="from shop.c import f", shop__c="import os") == ["shop.c", "b", "a"]


def test_roots_of_imports_are_found() -> None:
    assert _order(backend__app__a="from app.b import f", backend__app__b="") == ["backend.app.b", "backend.app.a"]


def test_a_circle_ends() -> None:
    assert _order(a="import b", b="import c", c="import a\nimport d", d="import d") == ["d", "c", "b", "a"]


def test_files_that_import_nothing_of_each_other_keep_their_order() -> None:
    assert _order(b="import json", a="", c="import elsewhere.a") == ["b", "a", "c"]


def test_a_long_chain_of_imports() -> None:
    names = [f"m{number}" for number in range(3000)]
    chain = {name: f"import {other}" for name, other in pairwise(names)} | {names[-1]: ""}
    assert _order(**chain) == names[::-1]
