"""PF601: how far the fix may be trusted, and what the finding says."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from perflint.config import Settings
from perflint.engine import check
from perflint.findings import Applicability, Confidence, Finding

APP = "from celery import Celery\napp = Celery('shop', broker='redis://h/0', backend='redis://h/1')\n"
TASK = APP + "@app.task\ndef send(): ...\n"
DISPATCHED = TASK + "def f(): send.delay()\n"


def findings(folder: Path, files: dict[str, str], asked: str = ".", *, unproven: bool = False) -> list[Finding]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    settings = Settings(select=("PF601",), unproven=unproven)
    return list(check([folder / asked], settings).findings)


def finding(folder: Path, files: dict[str, str], asked: str = ".", *, unproven: bool = False) -> Finding:
    found = findings(folder, files, asked, unproven=unproven)
    assert len(found) == 1
    return found[0]


SAFE = {
    "dropped": {"t.py": DISPATCHED},
    "scheduled": {"t.py": TASK + "app.conf.beat_schedule = {'x': {'task': 't.send', 'schedule': 60}}"},
    "in a chain": {"t.py": TASK + "from celery import chain\ndef f(): chain(send.si(), send.si()).delay()"},
}


@pytest.mark.parametrize("case", SAFE)
def test_safe_where_all_is_seen(tmp_path: Path, case: str) -> None:
    fix = finding(tmp_path, SAFE[case]).fix
    assert fix is not None
    assert (fix.applicability, fix.title) == (Applicability.SAFE, "let send ignore its result")


UNSAFE = {
    "nothing here dispatches the task": {"t.py": TASK},
    "the task returns a value": {"t.py": DISPATCHED.replace("...", "return 1")},
    "the task has a name of its own, by which others may call it": {"t.py": DISPATCHED.replace("@app.task", "@app.task(name='send')")},
    "the app or some of its settings are made elsewhere": {"t.py": DISPATCHED + "app.config_from_envvar('CELERY')"},
    "x.later is dispatched, its result kept at t.py:6, and may be any task": {"t.py": DISPATCHED + "def g(x): return x.later.delay()"},
    "Flower can look results up": {"t.py": DISPATCHED, "requirements.txt": "flower==2.0.1\n"},
    "not all files of the repository were read": {"t.py": DISPATCHED, "old.py": "print 'no Python'\n"},
}  # fmt: skip


@pytest.mark.parametrize("reason", UNSAFE)
def test_unsafe_where_somebody_else_may_read(tmp_path: Path, reason: str) -> None:
    fix = finding(tmp_path, UNSAFE[reason]).fix
    assert fix is not None
    assert fix.applicability is Applicability.UNSAFE
    assert fix.title == f"let send ignore its result; assumes that nobody elsewhere reads it ({reason})"


def test_a_part_of_a_repository_is_not_all_of_it(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    files = {"worker/pyproject.toml": "", "worker/t.py": DISPATCHED, "web/w.py": "def f(): ..."}
    for asked, expected in (("worker", Applicability.UNSAFE), (".", Applicability.SAFE)):
        fix = finding(tmp_path, files, asked).fix
        assert fix is not None and fix.applicability is expected


def test_one_file_of_a_folder_is_not_all_of_it(tmp_path: Path) -> None:
    fix = finding(tmp_path, {"t.py": DISPATCHED, "w.py": "def f(): ..."}, "t.py").fix
    assert fix is not None and fix.applicability is Applicability.UNSAFE


def test_one_file_of_a_project_is_judged_with_the_others(tmp_path: Path) -> None:
    files = {"pyproject.toml": "", "t.py": DISPATCHED, "w.py": "from t import send\ndef f(): return send.delay().get()"}
    assert findings(tmp_path, files, "t.py") == []


def test_shown_only_where_results_are_read_by_id(tmp_path: Path) -> None:
    reader = "from celery.result import AsyncResult\ndef state(pk): return AsyncResult(pk).state\n"
    found = finding(tmp_path, {"t.py": DISPATCHED, "w.py": reader})
    assert found.fix is not None and found.fix.applicability is Applicability.DISPLAY
    assert found.fix.title == (
        "let send ignore its result; assumes that nobody asks for it at w.py:2, where AsyncResult reads results by id"
    )


def test_the_way_leads_to_the_dispatches_and_readers(tmp_path: Path) -> None:
    reader = "def state(app, pk): return app.AsyncResult(pk).state\n"
    found = finding(tmp_path, {"t.py": DISPATCHED, "w.py": reader})
    assert [(step.path.name, step.position.row, step.message) for step in found.trace] == [
        ("t.py", 5, "dispatches send and drops the result"),
        ("w.py", 1, "AsyncResult reads results by id"),
    ]


UNPROVEN = {
    "the result is returned": DISPATCHED + "def g(): return send.delay()",
    "the result backend is not known": DISPATCHED.replace("'redis://h/1'", "BACKEND"),
    "its options are not all written out": DISPATCHED.replace("@app.task", "@app.task(**options)"),
    "calls self.update_state": DISPATCHED.replace("task\n", "task(bind=True)\n").replace("(): ...", "(self): self.update_state(state='X')"),
    "nothing here is known to dispatch it": TASK + "@app.task(ignore_result=True)\ndef other(): ...\ndef f(): other.delay()",
    "it returns a value, and nothing here dispatches it": TASK.replace("...", "return 1"),
}  # fmt: skip


@pytest.mark.parametrize("doubt", UNPROVEN)
def test_what_is_not_known_is_held_back(tmp_path: Path, doubt: str) -> None:
    files = {"t.py": UNPROVEN[doubt]}
    assert findings(tmp_path, files) == []
    found = finding(tmp_path, files, unproven=True)
    assert found.message == f"each run of send may store a result that nothing reads ({doubt})"
    assert found.confidence is Confidence.UNPROVEN and found.fix is None


@pytest.mark.parametrize(
    "text",
    [
        DISPATCHED.replace(", backend='redis://h/1'", ""),
        DISPATCHED + "def g(): return send.delay().get()",
        DISPATCHED + "app.conf.task_ignore_result = True",
        DISPATCHED.replace("'redis://h/1'", "BACKEND") + "def g(): return send.delay()",
    ],
)
def test_what_is_known_to_be_right_is_never_shown(tmp_path: Path, text: str) -> None:
    assert findings(tmp_path, {"t.py": text}, unproven=True) == []
