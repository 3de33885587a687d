"""Outcomes that are kept by the state of files: nothing is read while nothing was touched, and any touch is noticed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import Write
from project_builder import CLIENT_PER_REQUEST

from perflint import judging, outcomes
from perflint.config import Settings
from perflint.engine import check
from perflint.findings import Outcome
from perflint.outcomes import state_of
from perflint.records import to_json

_BROKEN = "def (:\n"
_TASKS = "from celery import Celery\n"
_FILES: dict[str, str | bytes] = {
    ".git/config": "",
    "shop/pyproject.toml": "[project]\nname = 'shop'\n",
    "shop/requirements.txt": "aiohttp==3.9.0\n",
    "shop/app.py": CLIENT_PER_REQUEST,
    "shop/broken.py": _BROKEN,
    "shop/tasks.py": _TASKS,
    "shop/tests/test_app.py": b"\xff",
}


@pytest.fixture
def shop(write: Write) -> Path:
    return write(_FILES) / "shop"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A word for each run that reads the sources."""
    noted: list[str] = []

    def noting(*given: object) -> judging.Sources:
        noted.append("read")
        return whole(*given)  # type: ignore[arg-type]

    whole = judging.read_all
    monkeypatch.setattr(judging, "read_all", noting)
    return noted


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if all files were old."""
    monkeypatch.setattr(outcomes, "_TICK", -(10**12))


def outcome(folder: Path, **fields: object) -> Outcome:
    settings = Settings(root=folder, **fields)  # type: ignore[arg-type]
    return replace(check([folder], settings), seconds=0.0)


@pytest.mark.usefixtures("settled")
def test_what_nobody_touched_is_not_read_again(shop: Path, reads: list[str]) -> None:
    fresh = outcome(shop, cache_dir="")
    assert fresh.findings and fresh.problems and fresh.notes and fresh.lines
    assert [outcome(shop) for _ in range(3)] == [fresh] * 3
    assert reads == ["read"] * 2


def test_what_was_touched_just_now_is_read_again(shop: Path, reads: list[str]) -> None:
    outcome(shop)
    outcome(shop)
    assert reads == ["read"] * 2


def test_a_change_that_the_clock_of_the_file_system_does_not_show_is_noticed(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system may give the same times to two versions of a file that follow each other quickly."""
    app = shop / "app.py"
    before = app.stat()
    outcome(shop)
    app.write_text(CLIENT_PER_REQUEST.replace("ClientSession", "ClientSes5ion"))
    # The same in all that is looked at, as if the clock had not ticked, nor given another file.
    same = SimpleNamespace(stat=lambda path: before if path == str(app) else os.stat(path))
    monkeypatch.setattr(outcomes, "os", same)
    assert outcome(shop) == outcome(shop, cache_dir="")
    assert not outcome(shop).findings


def _rewritten(path: Path, text: str) -> None:
    """Another text of the same size, with the times of the old one as far as programs can set them."""
    before = path.stat()
    assert len(text) == before.st_size
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _edited(shop: Path) -> None:
    (shop / "app.py").write_text(CLIENT_PER_REQUEST + "\n")


def _edited_quietly(shop: Path) -> None:
    _rewritten(shop / "app.py", CLIENT_PER_REQUEST.replace("ClientSession", "ClientSes5ion"))


def _replaced(shop: Path) -> None:
    before = (shop / "app.py").stat()
    other = shop / "other"
    other.write_text(CLIENT_PER_REQUEST.replace("ClientSession", "ClientSes5ion"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    os.replace(other, shop / "app.py")


def _touched(shop: Path) -> None:
    os.utime(shop / "app.py")


def _added(shop: Path) -> None:
    (shop / "more.py").write_text(CLIENT_PER_REQUEST)


def _removed(shop: Path) -> None:
    (shop / "broken.py").unlink()


def _renamed(shop: Path) -> None:
    (shop / "app.py").rename(shop / "main.py")


def _ignored(shop: Path) -> None:
    (shop / ".gitignore").write_text("app.py\n")


def _folder_with_a_name_of_a_file(shop: Path) -> None:
    (shop / "more.py").mkdir()


def _requirement(shop: Path) -> None:
    _rewritten(shop / "requirements.txt", "aiohttp==3.8.0\n")


def _more_requirements(shop: Path) -> None:
    (shop / "requirements").mkdir()
    (shop / "requirements" / "base.txt").write_text("sqlalchemy\n")


def _file_of_the_repository(shop: Path) -> None:
    (shop.parent / "other.py").write_text("")


_SETS_BACK_TIMES = pytest.mark.skipif(sys.platform == "win32", reason="keeps no time of change")


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    "change",
    [
        _edited,
        pytest.param(_edited_quietly, marks=_SETS_BACK_TIMES),
        _replaced,
        _touched,
        _added,
        _removed,
        _renamed,
        _ignored,
        _folder_with_a_name_of_a_file,
        pytest.param(_requirement, marks=_SETS_BACK_TIMES),
        _more_requirements,
        _file_of_the_repository,
    ],
)
def test_any_touch_is_noticed(shop: Path, reads: list[str], change: Callable[[Path], None]) -> None:
    outcome(shop)
    outcome(shop)
    assert reads == ["read"]
    change(shop)
    found = outcome(shop)
    assert reads == ["read"] * 2
    assert found == outcome(shop, cache_dir="")


@pytest.mark.usefixtures("settled")
def test_the_repository_counts_only_where_it_is_asked_for(shop: Path, reads: list[str]) -> None:
    (shop / "tasks.py").unlink()
    outcome(shop)
    _file_of_the_repository(shop)
    outcome(shop)
    assert reads == ["read"]


@pytest.mark.usefixtures("settled")
def test_another_root_of_the_project_is_noticed(write: Write) -> None:
    """The kind of code that a file holds is told by its path below the root."""
    root = write({"pyproject.toml": "", "docs/shop/app.py": CLIENT_PER_REQUEST})
    assert not outcome(root / "docs" / "shop", cache_dir=str(root / "cache")).findings
    (root / "docs" / "shop" / "setup.cfg").touch()
    assert outcome(root / "docs" / "shop", cache_dir=str(root / "cache")).findings


@pytest.mark.usefixtures("settled")
def test_each_run_has_an_outcome_of_its_own(shop: Path) -> None:
    for fields in ({}, {"ignore": ("PF401",)}, {"contexts": ("tests",)}, {"unproven": True}):
        for _ in range(2):
            assert outcome(shop, **fields) == outcome(shop, cache_dir="", **fields)
    for path in (shop / "app.py", shop / "broken.py"):
        found = [replace(check([path], Settings(root=shop)), seconds=0.0) for _ in range(2)]
        assert found == [replace(check([path], Settings(root=shop, cache_dir="")), seconds=0.0)] * 2


@pytest.mark.usefixtures("settled")
def test_how_to_print_is_no_other_run(shop: Path, reads: list[str]) -> None:
    assert outcome(shop) == outcome(shop, output_format="json", workers=1)
    assert reads == ["read"]


@pytest.mark.usefixtures("settled")
def test_another_program_keeps_another_outcome(shop: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    outcome(shop)
    monkeypatch.setattr(outcomes, "program", lambda: "a later one")
    outcome(shop)
    assert reads == ["read"] * 2


@pytest.mark.usefixtures("settled")
def test_what_perflint_fails_at_is_tried_again(shop: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("perflint.analysis.analyse_file", lambda *_: 1 / 0)
        assert any("crashed" in problem.message for problem in outcome(shop).problems)
    assert not any("crashed" in problem.message for problem in outcome(shop).problems)
    assert reads == ["read"] * 2


@pytest.mark.usefixtures("settled")
def test_what_has_no_state_is_read(shop: Path, reads: list[str]) -> None:
    (shop / "link.py").symlink_to("nowhere.py")
    assert outcome(shop) == outcome(shop)
    assert reads == ["read"] * 2


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("text", ["", "{", "null", "[]", "[1, 2, 3]", '[["a", true], ["b", false, ["c", true]], []]'])
def test_what_was_not_written_by_perflint_is_not_believed(
    shop: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    fresh = outcome(shop, cache_dir="")
    with monkeypatch.context() as broken:
        broken.setattr(outcomes, "to_json", lambda record: text)
        assert outcome(shop) == fresh
    assert outcome(shop) == fresh


def test_a_state_is_settled_when_a_change_would_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("")
    written = (tmp_path / "a.py").stat().st_ctime_ns
    for seconds, is_settled in ((0, False), (1.9, False), (2.1, True)):
        now = written + int(seconds * 1e9)
        monkeypatch.setattr(outcomes, "time", SimpleNamespace(time_ns=lambda now=now: now))
        state = state_of([str(tmp_path / "a.py")])
        assert state is not None and state.is_settled is is_settled
    assert state_of([str(tmp_path / "b.py")]) is None


def test_states_are_told_apart(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("")
    a, b = (str(tmp_path / name) for name in ("a.py", "b.py"))
    states = [state_of([]), state_of([a]), state_of([b]), state_of([a, b]), state_of([a], ["b"]), state_of([], [a])]
    assert len({to_json(state) for state in states}) == len(states)
