"""Which files are found, and what kind of code each path holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from conftest import Write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from perflint.config import Settings
from perflint.contexts import context_of
from perflint.discovery import common_folder, discover, project_root
from perflint.ignoring import Patterns


def names(root: Path, *paths: str, **settings: Any) -> list[str]:
    found = discover([root / path for path in paths] or [root], Settings(root=root, **settings))
    assert not found.problems
    return [path.relative_to(root).as_posix() for path in found.files]


def tree(*names: str) -> dict[str, str | bytes]:
    return dict.fromkeys(names, "")


def test_python_files_and_stubs_are_found_in_order(write: Write) -> None:
    root = write(tree("b.py", "a/c.pyi", "a/d.py", "e.txt", "f.pyc", "g", "h.ipynb"))
    assert names(root) == ["a/c.pyi", "a/d.py", "b.py"]


def test_what_no_one_wants_is_excluded(write: Write) -> None:
    root = write(tree("a.py", ".venv/b.py", "node_modules/c/d.py", "x/site-packages/e.py", "x/dist/f.py", ".git/g.py"))
    assert names(root) == ["a.py"]


def test_hidden_folders_are_no_different(write: Write) -> None:
    assert names(write(tree(".deploy/a.py"))) == [".deploy/a.py"]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("old", ["a.py", "x/y.py"]),
        ("x/old", ["a.py", "old/b.py", "x/y.py"]),
        ("/old", ["a.py", "x/old/c.py", "x/y.py"]),
        ("old/", ["a.py", "x/y.py"]),
        ("*.py", []),
        ("x/*.py", ["a.py", "old/b.py", "x/old/c.py"]),
        ("x/**/c.py", ["a.py", "old/b.py", "x/y.py"]),
    ],
)
def test_excludes_are_gitignore_patterns(write: Write, pattern: str, left: list[str]) -> None:
    root = write(tree("a.py", "old/b.py", "x/old/c.py", "x/y.py"))
    assert names(root, exclude=(pattern,)) == left
    assert names(root, extend_exclude=(pattern,)) == left


_NAMES = ("a", "venv", "build", "x.pyc", "y.py", ".venv", "é", "a b", "#c", " #a")
_PATTERNS = (
    *("a", "venv", "build/", "*.pyc", "*.py", "é", ".venv", "*", "*~", "**/a", "a/**", "*a", "x?", "[xy]*", "*/"),
    *(
        "/a",
        "/a/",
        "/venv",
        "/*.py",
        "*.py[co]",
        "*[ab]",
        "*.[!a]",
        "[a-z]",
        "*$a",
        "a$",
        "*.egg-info/",
        "/",
        "//a",
        "*[a]/",
    ),
    *("/a", "a/b", "a/venv", "!a", "!*.py", "# a", " #a", "#a", "\\#c", "", "  ", "a ", " a"),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(_PATTERNS), max_size=5),
    st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4),
    st.booleans(),
)
def test_patterns_mean_what_git_means_by_them(lines: list[str], parts: list[str], is_folder: bool) -> None:
    expected = GitIgnoreSpec.from_lines(lines).check_file("/".join(parts) + "/" * is_folder).include
    assert Patterns.of(lines).verdict(os.path.join(*parts), is_folder) == expected


def test_excludes_hold_in_a_folder_that_is_named(write: Write) -> None:
    root = write(tree("x/old/c.py", "x/y.py"))
    assert names(root, "x", exclude=("x/old",)) == ["x/y.py"]


def test_a_file_that_is_named_is_taken_whatever_excludes_it(write: Write) -> None:
    root = write({**tree("venv/a.py", "b"), ".gitignore": "venv\n"})
    assert names(root, "venv/a.py", "b") == ["b", "venv/a.py"]


def test_an_excluded_folder_that_is_named_is_taken(write: Write) -> None:
    root = write({**tree("dist/a.py", "dist/.venv/b.py", "dist/c/d.py"), ".gitignore": "dist\n"})
    assert names(root, "dist") == ["dist/a.py", "dist/c/d.py"]


def test_gitignore_is_respected_at_every_level(write: Write) -> None:
    files = tree("a.py", "made.py", "x/made.py", "x/b.py", "x/kept.py", "x/y/kept.py", ".git/config")
    root = write({**files, ".gitignore": "made.py\nkept.py\n", "x/.gitignore": "/b.py\n!/kept.py\n"})
    assert names(root) == ["a.py", "x/kept.py"]
    assert names(root, "x") == ["x/kept.py"]
    assert len(names(root, respect_gitignore=False)) == 6


def test_an_ignored_folder_is_not_entered(write: Write) -> None:
    root = write({**tree("made/a.py", "b.py"), ".gitignore": "made/\n", "made/.gitignore": "!a.py\n"})
    assert names(root) == ["b.py"]


def test_gitignore_above_the_repository_does_not_count(write: Write) -> None:
    root = write({**tree("repo/.git/config", "repo/x/a.py"), ".gitignore": "*.py\n"})
    assert names(root, "repo/x") == ["repo/x/a.py"]


def test_what_the_repository_alone_excludes_is_respected(write: Write) -> None:
    assert names(write({**tree("a.py", "b.py"), ".git/info/exclude": "b.py\n"})) == ["a.py"]


def test_gitignore_cannot_take_back_an_exclude(write: Write) -> None:
    assert names(write({**tree("a.py", "venv/b.py"), ".gitignore": "!venv\n"})) == ["a.py"]


def test_a_file_is_found_once(write: Write) -> None:
    root = write(tree("x/a.py"))
    assert names(root, "x", "x/a.py", ".", "x/../x/a.py") == ["x/a.py"]


def test_a_link_to_a_file_that_is_there_is_not_a_second_file(write: Write) -> None:
    root = write(tree("a.py"))
    (root / "b.py").symlink_to("a.py")
    assert names(root) == ["a.py"]
    assert names(root, "b.py") == ["b.py"]


def test_links_to_folders_are_not_followed(write: Write) -> None:
    root = write(tree("x/a.py"))
    (root / "x" / "loop").symlink_to(root)
    (root / "y.py").symlink_to("x")
    found = discover([root], Settings(root=root))
    assert [path.name for path in found.files] == ["a.py"]
    (note,) = found.notes
    assert (note.path, note.message) == (
        root / "y.py",
        "is a directory, not a Python file; the link is not followed",
    )


def test_what_does_not_exist_is_a_problem(write: Write) -> None:
    root = write(tree("a.py"))
    (problem,) = discover([root / "b.py"], Settings(root=root)).problems
    assert (problem.path, problem.message) == (root / "b.py", "no such file or directory")


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("app/models.py", "app"),
        ("app/testing.py", "app"),
        ("app/latest.py", "app"),
        ("app/contest/a.py", "app"),
        ("app/test/a.py", "tests"),
        ("test/a.py", "tests"),
        ("tests/a.py", "tests"),
        ("app/tests/a.py", "tests"),
        ("app/tests.py", "tests"),
        ("app/test_a.py", "tests"),
        ("app/a_test.py", "tests"),
        ("conftest.py", "tests"),
        ("scripts/test_a.py", "tests"),
        ("app/migrations/0001_initial.py", "migrations"),
        ("app/migrations/versions/abc_add.py", "migrations"),
        ("alembic/versions/abc_add.py", "migrations"),
        ("alembic/env.py", "migrations"),
        ("app/db_migrations/versions/abc.py", "migrations"),
        ("app/versions/a.py", "app"),
        ("app/migrations.py", "app"),
        ("app/management/commands/seed.py", "commands"),
        ("app/commands/seed.py", "app"),
        ("scripts/seed.py", "scripts"),
        ("setup.py", "scripts"),
        ("docs/conf.py", "docs"),
        ("app/docs.py", "app"),
    ],
)
def test_a_path_says_what_kind_of_code_it_holds(name: str, context: str) -> None:
    root = Path("/tests/docs/scripts/project")
    assert context_of(root / name, root) == context


def test_the_project_is_the_nearest_folder_with_a_project_file(write: Write) -> None:
    root = write({**tree("pyproject.toml", "app/x/a.py", "app/y/b.py", "lib/setup.cfg", "lib/c.py"), ".git/config": ""})
    assert project_root([root / "app/x/a.py", root / "app/y"]) == root
    assert project_root([root / "lib/c.py"]) == root / "lib"
    assert common_folder([root / "app/x/a.py", root / "app/y"]) == root / "app"
