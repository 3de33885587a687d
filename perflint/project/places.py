"""Places: what a file is for, as far as its dotted path tells."""

from __future__ import annotations

import re
from enum import StrEnum


class Place(StrEnum):
    """The part of a project that a file belongs to."""

    APP = "app"
    COMMANDS = "commands"
    SCRIPTS = "scripts"
    MIGRATIONS = "migrations"
    TESTS = "tests"


_TEST_FOLDERS = frozenset({"tests", "test", "testing", "e2e", "integration_tests", "unit_tests", "functional_tests"})
_TEST_FILE = re.compile(r"(test_.*|.*_tests?|tests?|conftest|locustfile\w*)\Z")
_SCRIPTS = frozenset({"scripts", "script", "bin"})
_SCRIPT_FILES = frozenset({"setup", "manage", "noxfile", "fabfile", "dodo"})


def place_of(module: str) -> Place:
    """The place of a module by its dotted name (`backend.tests.test_orders`)."""
    *folders, name = module.split(".")
    if not _TEST_FOLDERS.isdisjoint(folders) or _TEST_FILE.match(name):
        return Place.TESTS
    if "migrations" in folders or ("versions" in folders and ("alembic" in module or "migration" in module)):
        return Place.MIGRATIONS
    if "management" in folders and "commands" in folders:
        return Place.COMMANDS
    if not _SCRIPTS.isdisjoint(folders) or name in _SCRIPT_FILES:
        return Place.SCRIPTS
    return Place.APP
