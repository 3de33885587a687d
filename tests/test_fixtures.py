"""The fixtures: every mark is found, nothing else is, and the fixes give what stands beside.

`pytest --bless` writes marks and fixed texts as they come out; read the difference before you commit it.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from marks import Marked, copy_unmarked, findings, fixed, marked, rewrite

from perflint.source import read

FIXTURES = Path(__file__).parent.parent / "fixtures"
_FIXED = ".fixed.py"


@dataclass(frozen=True, slots=True)
class Fixture:
    """A file, or a folder that is a whole project."""

    path: Path

    @property
    def must_show_its_fixes(self) -> bool:
        return any(parent.name.startswith("PF") for parent in self.path.parents)

    def sources(self) -> dict[str, Path]:
        """The Python files that perflint is to see, by their path in the project."""
        if self.path.is_file():
            return {self.path.name: self.path}
        files = {path.relative_to(self.path).as_posix(): path for path in sorted(self.path.rglob("*.py"))}
        return {name: path for name, path in files.items() if not name.endswith(_FIXED)}

    def copied(self, folder: Path) -> dict[str, Marked]:
        """Write the project into `folder` without its marks."""
        if self.path.is_dir():
            ignored = shutil.ignore_patterns("*.py", "__pycache__")
            shutil.copytree(self.path, folder, ignore=ignored, dirs_exist_ok=True)
        return {name: copy_unmarked(path, folder / name) for name, path in self.sources().items()}


def _fixtures() -> list[Fixture]:
    rules = [path for folder in sorted(FIXTURES.glob("PF*")) for path in sorted(folder.iterdir())]
    projects = sorted((FIXTURES / "projects").iterdir())
    documents = sorted((FIXTURES / "documents").rglob("*.py"))
    wanted = [path for path in (*rules, *projects, *documents) if not path.name.endswith(_FIXED)]
    return [Fixture(path) for path in wanted if path.suffix == ".py" or (path.is_dir() and path.name[0] not in "._")]


def _name(fixture: Fixture) -> str:
    return fixture.path.relative_to(FIXTURES).as_posix()


@pytest.mark.parametrize("fixture", _fixtures(), ids=_name)
def test_what_is_marked_is_found_and_nothing_else(fixture: Fixture, tmp_path: Path, bless: bool) -> None:
    copies = fixture.copied(tmp_path)
    found = findings(tmp_path)
    results = {
        name: marked(clean, [finding for finding in found if finding.path == tmp_path / name])
        for name, clean in copies.items()
    }
    if bless:
        for name, path in fixture.sources().items():
            rewrite(path, results[name], like=path)
    assert results == {name: read(path).text for name, path in fixture.sources().items()}


@pytest.mark.parametrize("fixture", _fixtures(), ids=_name)
def test_the_fixes_give_what_stands_beside(fixture: Fixture, tmp_path: Path, bless: bool) -> None:
    copies = fixture.copied(tmp_path)
    results = fixed(tmp_path)
    changed = {name: text for name, text in results.items() if text != copies[name].text}
    beside = {name: path.with_name(path.stem + _FIXED) for name, path in fixture.sources().items()}
    if not fixture.must_show_its_fixes:
        changed = {name: text for name, text in changed.items() if beside[name].exists()}
    if bless:
        for name, path in beside.items():
            if name in changed:
                rewrite(path, changed[name], like=fixture.sources()[name])
            else:
                path.unlink(missing_ok=True)
    assert changed == {name: read(path).text for name, path in beside.items() if path.exists()}
    for name, text in changed.items():
        compile(text, name, "exec", dont_inherit=True)
