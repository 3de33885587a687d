"""Files are looked at behind those that they import."""

from __future__ import annotations

from itertools import pairwise

from project_builder import facts

from perflint.project.ordering import imported_first


def _order(**sources: str) -> list[str]:
    files = {name: facts(f"{name.replace('__', '/')}.py", source) for name, source in sources.items()}
    return imported_first({fact.module: fact for fact in files.values()})


def test_what_is_imported_comes_first() -> None:
    assert _order(a="import b", b="from shop.c import f", shop__c="import os") == ["shop.c", "b", "a"]


def test_a_circle_ends() -> None:
    assert _order(a="import b", b="import c", c="import a\nimport d", d="import d") == ["d", "c", "b", "a"]


def test_files_that_import_nothing_of_each_other_keep_their_order() -> None:
    assert _order(b="import json", a="", c="import elsewhere.a") == ["b", "a", "c"]


def test_a_long_chain_of_imports() -> None:
    names = [f"m{number}" for number in range(3000)]
    chain = {name: f"import {other}" for name, other in pairwise(names)} | {names[-1]: ""}
    assert _order(**chain) == names[::-1]
