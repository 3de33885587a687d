"""The trees that the speed benchmark runs over, made from packages of a few files."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.speed.rivals import configure
from benchmarks.speed.trees import copied, edit, line_count, mixed, spaced

LINES = 10


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    """Two packages, each with folders of modules of ten lines."""
    for package in ("shop", "blog"):
        for folder in ("", "models", "views", "views/api"):
            place = tmp_path / package / package / folder
            place.mkdir(parents=True, exist_ok=True)
            (place / "__init__.py").write_text("x = 1\n" * LINES)
            for name in ("a", "b", "c"):
                (place / f"{name}.py").write_text(f"{name} = 1\n" * LINES)
        (tmp_path / package / package / "page.html").write_text("<p>\n")
    return [tmp_path / "shop", tmp_path / "blog"]


def paths(tree: Path) -> set[Path]:
    return {path.relative_to(tree) for path in tree.rglob("*") if path.is_file()}


def test_a_copy_has_all_files(sources: list[Path], tmp_path: Path) -> None:
    target = copied("shop", sources[0], tmp_path / "speed")
    assert paths(target.tree) == paths(sources[0])
    assert (target.files, target.lines) == (16, 16 * LINES)


def test_a_copy_holds_nothing_of_an_earlier_one(sources: list[Path], tmp_path: Path) -> None:
    first = copied("shop", sources[0], tmp_path / "speed")
    edit(first.tree / "shop" / "a.py")
    first.cache.mkdir()
    again = copied("shop", sources[0], tmp_path / "speed")
    assert line_count(again.tree / "shop" / "a.py") == LINES
    assert not again.cache.exists()


def test_a_mixed_tree_has_whole_files_up_to_the_size(sources: list[Path], tmp_path: Path) -> None:
    target = mixed("some", sources, 95, tmp_path / "speed")
    assert (target.files, target.lines) == (10, 100)
    assert all(line_count(path) == LINES for path in target.tree.rglob("*.py"))


def test_a_small_mixed_tree_is_part_of_a_large_one(sources: list[Path], tmp_path: Path) -> None:
    small, large = (mixed(str(size), sources, size, tmp_path / "speed") for size in (60, 200))
    assert paths(small.tree) < paths(large.tree)


def test_all_of_the_packages_can_be_mixed(sources: list[Path], tmp_path: Path) -> None:
    target = mixed("all", sources, 10_000, tmp_path / "speed")
    assert paths(target.tree) == {path for source in sources for path in paths(source) if path.suffix == ".py"}


@pytest.mark.parametrize("lines", range(10, 330, 20))
def test_each_module_has_the_packages_above_it(sources: list[Path], tmp_path: Path, lines: int) -> None:
    tree = mixed("some", sources, lines, tmp_path / "speed").tree
    for path in tree.rglob("*.py"):
        assert all((folder / "__init__.py").exists() for folder in path.parents if tree in folder.parents)


def test_files_are_spread_over_the_tree(sources: list[Path]) -> None:
    found = spaced(sources[0], 4, shortest=LINES)
    assert len(found) == len({path.parent for path in found}) == 4


def test_a_tree_with_few_files_gives_them_all(sources: list[Path]) -> None:
    assert len(spaced(sources[0], 100, shortest=LINES)) == 16


def test_short_files_are_left_out(sources: list[Path]) -> None:
    assert spaced(sources[0], 4, shortest=LINES + 1) == []


@pytest.mark.parametrize("text", ["a = 1\n", "a = 1"], ids=["newline", "no newline"])
def test_an_edit_adds_a_line_each_time(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.py"
    file.write_text(text)
    edit(file)
    once = file.read_text()
    edit(file)
    assert once.startswith("a = 1\nedited = ")
    assert file.read_text().startswith(once + "edited = ")
    assert once.splitlines()[-1] != file.read_text().splitlines()[-1]


def test_a_tree_ends_the_search_for_settings(sources: list[Path], tmp_path: Path) -> None:
    target = copied("shop", sources[0], tmp_path / "speed")
    configure(target, cached=False)
    assert (target.tree / "perflint.toml").read_text() == ""
    configure(target, cached=True)
    assert str(target.cache) in (target.tree / "perflint.toml").read_text()
