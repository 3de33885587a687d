"""The cache: what was kept is what a fresh run says, and nothing that is kept outlives what it was found in."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pytest
from project_builder import CLIENT_PER_REQUEST

from perflint import cached, engine
from perflint.analysis import Analysis
from perflint.cache import Cache, key
from perflint.config import Settings
from perflint.findings import Finding, Problem
from perflint.project.facts import FileFacts
from perflint.records import decoded, encoded
from perflint.source import read

_PROJECTS = sorted(path for path in Path("fixtures/projects").resolve().iterdir() if path.is_dir())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'rates'\n")
    (tmp_path / "app.py").write_text(CLIENT_PER_REQUEST)
    return tmp_path


def check(project: Path, **fields: object) -> Sequence[Finding]:
    return engine.check([project], Settings(root=project, **fields)).findings  # type: ignore[arg-type]


def forbid_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise AssertionError("analysed again")

    monkeypatch.setattr("perflint.analysis.analyse", forbidden)


def test_what_has_not_changed_is_not_analysed_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = check(project)
    assert [finding.code for finding in fresh] == ["PF401"]
    forbid_analysis(monkeypatch)
    assert check(project) == fresh


@pytest.mark.parametrize("folder", _PROJECTS, ids=lambda folder: folder.name)
def test_a_cached_run_says_what_a_fresh_one_says(folder: Path, tmp_path: Path) -> None:
    kept = {"cache_dir": str(tmp_path)}
    fresh = check(folder, unproven=True, cache_dir="")
    assert fresh
    assert check(folder, unproven=True, **kept) == fresh == check(folder, unproven=True, **kept)


def test_facts_are_the_same_after_keeping(tmp_path: Path) -> None:
    sources = [read(path) for folder in _PROJECTS for path in sorted(folder.rglob("*.py"))]
    settings = Settings()
    fresh = Analysis.of(sources, settings).facts
    assert any(isinstance(facts, FileFacts) and facts.functions and facts.classes for facts in fresh.values())
    for _ in range(2):
        assert Analysis.of(sources, settings, Cache(tmp_path)).facts == fresh


def _sibling(project: Path) -> None:
    (project / "other.py").write_text("import app\n")


def _edit(project: Path) -> None:
    (project / "app.py").write_text(CLIENT_PER_REQUEST.replace("/rates", "/prices"))


def _requirement(project: Path) -> None:
    (project / "requirements.txt").write_text("aiohttp>=3.9\n")


@pytest.mark.parametrize("change", [_sibling, _edit, _requirement])
def test_any_change_of_the_project_counts(project: Path, monkeypatch: pytest.MonkeyPatch, change: object) -> None:
    check(project)
    change(project)  # type: ignore[operator]
    forbid_analysis(monkeypatch)
    with pytest.raises(AssertionError, match="analysed again"):
        check(project)


def test_other_settings_are_another_run(project: Path) -> None:
    assert len(check(project)) == 1
    assert check(project, ignore=("PF401",)) == ()
    assert check(project, per_file_ignores={"app.py": ("PF401",)}) == ()


def test_another_program_is_another_run(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(project)
    monkeypatch.setattr(cached, "program", lambda: "a later one")
    forbid_analysis(monkeypatch)
    with pytest.raises(AssertionError, match="analysed again"):
        check(project)


@pytest.mark.parametrize(
    "value", ["", "{", "[[1]]", "[[true, []]]", "[[true, [1, 2, 3]]]", "null", '{"a": 1}', "[[false, [null]]]"]
)
def test_what_was_not_written_by_perflint_is_not_believed(project: Path, value: str) -> None:
    fresh = check(project)
    with sqlite3.connect(project / ".perflint_cache" / "results.sqlite3") as database:
        assert database.execute("UPDATE entries SET value = ?", [value]).rowcount == 6
    found = check(project)
    assert found == fresh


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_file_is_as_good_as_none(project: Path, content: bytes) -> None:
    fresh = check(project)
    database = project / ".perflint_cache" / "results.sqlite3"
    database.write_bytes(content)
    assert check(project) == fresh
    assert check(project) == fresh
    with sqlite3.connect(database) as made:
        assert made.execute("SELECT count(*) FROM entries").fetchone() == (6,)


def test_a_folder_that_cannot_be_made_is_as_good_as_none(project: Path) -> None:
    (project / ".perflint_cache").write_text("a file stands here")
    assert len(check(project)) == 1


def test_nothing_is_kept_where_the_settings_say_so(project: Path) -> None:
    check(project, cache_dir="")
    assert not (project / ".perflint_cache").exists()


def test_the_folder_is_ignored_by_git(project: Path) -> None:
    check(project)
    assert (project / ".perflint_cache" / ".gitignore").read_text() == "*\n"


def test_clean_removes_the_cache_and_nothing_else(project: Path) -> None:
    command = [sys.executable, "-m", "perflint", "clean", str(project)]
    (project / ".perflint_cache").mkdir()
    assert "Nothing to remove" in subprocess.run(command, capture_output=True, text=True, check=True).stderr
    check(project)
    assert "Removed" in subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert sorted(path.name for path in project.iterdir()) == ["app.py", "pyproject.toml"]


def test_a_cached_run_imports_neither_libcst_nor_a_check(project: Path) -> None:
    check(project)
    code = (
        "import sys\nfrom perflint.cli import main\n"
        f"try:\n    main(['check', {str(project)!r}, '--output-format', 'concise'])\n"
        "except SystemExit as end:\n    assert end.code == 1, end.code\n"
        "loaded = [name for name in sys.modules if name == 'libcst' or name.startswith('perflint.checks')]\n"
        "assert not loaded, loaded\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_project_that_touches_no_library_never_imports_libcst(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def double(x: int) -> int:\n    return 2 * x\n")
    code = (
        "import sys\nfrom perflint.cli import main\n"
        f"try:\n    main(['check', '--no-cache', {str(tmp_path)!r}])\nexcept SystemExit as end:\n    assert not end.code\n"
        "assert 'libcst' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_the_older_half_goes_when_there_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path)
    monkeypatch.setattr("perflint.cache.time.time", lambda: 1.0)
    cache.put({key("old"): "x"})
    monkeypatch.setattr("perflint.cache.time.time", lambda: 2.0)
    monkeypatch.setattr("perflint.cache._LARGEST", 1)
    cache.put({key("new"): "y"})
    assert cache.get([key("old"), key("new")]) == {key("new"): "y"}


@pytest.mark.parametrize("kind", get_args(Finding | Problem))
def test_a_record_comes_back_as_it_was(kind: type, project: Path) -> None:
    (project / "broken.py").write_text("def (:\n")
    outcome = engine.check([project], Settings(root=project))
    records = [record for record in (*outcome.findings, *outcome.problems) if isinstance(record, kind)]
    assert records
    for record in records:
        assert decoded(kind, json.loads(json.dumps(encoded(record)))) == record


def test_parts_of_a_key_do_not_run_together() -> None:
    assert key("ab", "c") != key("a", "bc") != key("abc")
