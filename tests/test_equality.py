"""The gate, the cache and more processes change no finding of the sample projects; the packages have a command."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.equality import SHORTCUTS, differences, fresh
from perflint.config import Settings
from perflint.gate import Passed

_FOLDERS = [
    *sorted(path for path in Path("fixtures/projects").resolve().iterdir() if path.is_dir()),
    Path("fixtures/documents").resolve(),
]


@pytest.fixture
def many_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perflint.parallel._WORTHWHILE", 0)


@pytest.mark.parametrize("name", SHORTCUTS)
@pytest.mark.parametrize("folder", _FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.usefixtures("many_processes")
def test_a_shortcut_changes_nothing(folder: Path, name: str, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    settings = Settings(root=tmp_path / "copy", unproven=True, unsafe_fixes=True)
    expected = fresh(tmp_path / "copy", settings)
    assert len(expected) > 3
    assert SHORTCUTS[name](tmp_path / "copy", settings) == expected


def test_what_differs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(_FOLDERS[0], tmp_path / "copy")
    monkeypatch.setattr("perflint.analysis.passed", lambda *_: Passed((), frozenset()))
    assert list(differences(tmp_path / "copy", 0, 1))[1:] == ["DIFFERENT without the gate"]


@pytest.mark.usefixtures("many_processes")
def test_several_processes_have_no_check_to_ask(tmp_path: Path) -> None:
    for name in ("app.py", "other.py"):
        (tmp_path / name).write_text("x = 1\n")
    assert fresh(tmp_path, Settings(root=tmp_path, select=("PF001",), workers=2)) == ()
