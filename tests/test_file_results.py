"""After an edit: what is taken from the cache is what a fresh run would say, and no more is done again than must be."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.equality import edits
from perflint import engine
from perflint.analysis import Analysis
from perflint.config import Settings
from perflint.file_results import FileResults
from perflint.findings import Finding
from perflint.project.links import Links, ModuleLinks
from perflint.source import read

_MODELS = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy import ForeignKey

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    lines: Mapped[list["Line"]] = relationship()

class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
"""
_REPOSITORY = """
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from models import Order

def all_orders(session: Session) -> list[Order]:
    return list(session.scalars(select(Order)))

def titles() -> list[str]:
    return ["a"]
"""
_SERVICE = """
from sqlalchemy.orm import Session
from repository import all_orders

def totals(session: Session) -> list[int]:
    return [len(order.lines) for order in all_orders(session)]
"""
_API = """
from fastapi import FastAPI
from service import totals

app = FastAPI()

@app.get("/totals")
def read_totals():
    return totals(None)
"""
_OTHER = """
def double(x: int) -> int:
    return 2 * x
"""
_METHOD = """
    def all_orders_of(self, session: Session) -> list[Order]:
        return list(session.scalars(select(Order)))
"""
_FILES = {"models": _MODELS, "repository": _REPOSITORY, "service": _SERVICE, "api": _API, "other": _OTHER}


class Project:
    """A project on disk; says which files the last run took from the cache."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.taken: set[str] = set()
        known = FileResults.known

        def noted(results: FileResults, paths: object) -> Mapping[Path, object]:
            found = known(results, paths)  # type: ignore[arg-type]
            self.taken = {path.stem for path in found}
            return found

        monkeypatch.setattr(FileResults, "known", noted)
        (folder / "pyproject.toml").touch()
        for name, text in _FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.py").write_text(text)

    def run(self) -> tuple[Finding, ...]:
        """What the cache helps to say; it is what is said without one."""
        self.taken = set()
        settings = Settings(root=self.folder, unproven=True)
        fresh = engine.check([self.folder], replace(settings, cache_dir="")).findings
        assert engine.check([self.folder], settings).findings == fresh
        return fresh


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = Project(tmp_path, monkeypatch)
    assert [(one.path.stem, one.code, one.hotness) for one in made.run() if one.code == "PF101"] == [
        ("service", "PF101", "GET /totals → read_totals → totals")
    ]
    return made


def test_an_edit_that_concerns_no_other_file_leaves_them_alone(project: Project) -> None:
    project.write("other", _OTHER.replace("2 * x", "x + x"))
    project.run()
    assert project.taken == {"models", "repository", "service", "api"}


def test_a_body_that_was_read_on_the_way_counts(project: Project) -> None:
    project.write("repository", _REPOSITORY.replace("list(session.scalars(select(Order)))", "[]"))
    assert not [one for one in project.run() if one.code == "PF101"]
    assert "service" not in project.taken
    assert {"models", "other"} <= project.taken


_HELPERS = """
from models import Order

def one_order(session, key):
    return session.get(Order, key)

def titles():
    return ["a"]
"""
_ASKING = """
from sqlalchemy.orm import Session
from repository import one_order

def totals(session: Session, keys: list[int]):
    return [one_order(session, key) for key in keys]
"""


def test_another_function_beside_the_one_that_was_run_does_not_count(project: Project) -> None:
    project.write("repository", _HELPERS)
    project.write("service", _ASKING)
    before = [one for one in project.run() if one.code == "PF102"]
    assert [one.path.stem for one in before] == ["service"]
    for code in ('["b"]', "list(map(str, titles()))"):
        project.write("repository", _HELPERS.replace('["a"]', code))
        project.run()
        assert project.taken == set(_FILES) - {"repository"}
    project.write("repository", _HELPERS.replace("session.get(Order, key)", "key"))
    assert not [one for one in project.run() if one.code == "PF102"]
    project.write("repository", "# moved\n" + _HELPERS)
    assert [one for one in project.run() if one.code == "PF102"] != before
    assert project.taken == {"models", "other"}


def test_a_method_of_rows_that_come_by_a_relation_counts(project: Project) -> None:
    """Nothing but the relation is named where the method runs."""
    products = """
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    product: Mapped["Product"] = relationship()
    @property
    def weight(self):
        return 1

class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
    project.write("models", _MODELS + products)
    weighed = "[line.weight for order in all_orders(session) for line in order.lines]"
    project.write("service", _SERVICE.replace("[len(order.lines) for order in all_orders(session)]", weighed))
    before = project.run()
    project.write("models", _MODELS + products.replace("return 1", "return self.product.id"))
    assert project.run() != before
    assert "service" not in project.taken


def test_the_way_to_a_function_counts(project: Project) -> None:
    project.write("api", _API.replace("return totals(None)", "return []"))
    assert {one.hotness for one in project.run() if one.code == "PF101"} == {"unknown"}
    assert "service" not in project.taken


def test_what_a_class_is_mapped_to_counts_for_those_who_ask(project: Project) -> None:
    project.write("models", _MODELS.replace("relationship()", 'relationship(lazy="selectin")'))
    assert not [one for one in project.run() if one.code == "PF101"]
    assert project.taken == {"other"}


def test_a_relation_that_another_class_gives_to_a_model_counts(project: Project) -> None:
    given = """
from models import Base, Order
class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    order: Mapped[Order] = relationship(back_populates="notes", backref="remarks")
"""
    project.write("other", _MODELS.split("class Base")[0] + given)
    project.run()
    assert "service" not in project.taken


def test_lines_that_move_are_told_anew(project: Project) -> None:
    before = [one.trace for one in project.run() if one.code == "PF101"]
    project.write("repository", "\n\n" + _REPOSITORY)
    assert [one.trace for one in project.run() if one.code == "PF101"] == before  # the loop is in another file
    assert "other" in project.taken
    assert "service" not in project.taken


def test_a_new_caller_in_a_file_that_was_never_read_counts(project: Project) -> None:
    project.write("api", _API.replace("return totals(None)", "return []"))
    project.run()
    project.write("other", _API.replace("/totals", "/others"))
    assert {one.hotness for one in project.run() if one.code == "PF101"} == {"GET /others → read_totals → totals"}
    assert "service" not in project.taken
    assert "models" in project.taken


def test_a_new_name_counts_where_somebody_may_look_for_it(project: Project) -> None:
    project.write("other", _OTHER + "added = 1\n")
    project.run()
    assert project.taken == set(_FILES) - {"other"}
    project.write("models", _MODELS + "added = 1\n")
    project.run()
    assert project.taken == set(_FILES) - {"models"}
    project.write("models", _MODELS + "added = select = 1\n")  # a name that the repository has from elsewhere
    project.run()
    assert project.taken == {"other"}


def test_changes_are_told_from_what_was_last_seen(project: Project) -> None:
    for added in ("first = 1", "first = second = 1", "third = 1", ""):
        project.write("models", f"{_MODELS}\n{added}\n")
        project.run()
        assert project.taken == set(_FILES) - {"models"}


@pytest.mark.parametrize("change", ["from os import *", 'def all_orders() -> "Order": ...', "Orders = None"])
def test_a_name_that_means_something_else_counts(project: Project, change: str) -> None:
    project.write("service", _SERVICE.replace("from repository import", "from bridge import"))
    project.write("bridge", "from repository import all_orders\n")
    assert "service" in {one.path.stem for one in project.run() if one.code == "PF101"}
    project.write("bridge", f"from repository import all_orders\n\n{change}\n")
    project.run()
    is_asked_for = change != "Orders = None"
    assert ("service" in project.taken) is not is_asked_for


def test_a_new_module_counts_for_all(project: Project) -> None:
    project.write("added", "added = 1\n")
    project.run()
    assert project.taken == set()


def test_a_method_that_is_no_longer_the_only_one_of_its_name_counts(project: Project) -> None:
    project.write("books", f"{_REPOSITORY}\nclass Books:{_METHOD}")
    project.write("service", "def totals(books):\n    for _ in books:\n        books.all_orders_of(_)\n")
    assert "service" in {one.path.stem for one in project.run() if one.code == "PF102"}
    project.write("other", f"{_REPOSITORY}\nclass Others:{_METHOD}")
    assert "service" not in {one.path.stem for one in project.run() if one.code == "PF102"}
    assert {"models", "repository"} <= project.taken


def test_how_the_only_method_of_its_name_is_called_counts(project: Project) -> None:
    """Whether it is meant by a call on an unknown object depends on its parameters."""
    method = _METHOD.replace("session: Session", "session: Session, key")
    project.write("books", f"{_REPOSITORY}\nclass Books:{method}")
    project.write("service", "def totals(books):\n    for _ in books:\n        books.all_orders_of(_)\n")
    assert "service" not in {one.path.stem for one in project.run() if one.code == "PF102"}
    project.write("books", f"{_REPOSITORY}\nclass Books:{_METHOD}")
    assert "service" in {one.path.stem for one in project.run() if one.code == "PF102"}


@pytest.fixture
def adopted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The modules whose links were not found anew since the test began."""
    found: set[str] = set()
    adopt = Links.adopt

    def noted(links: Links, module: str, known: ModuleLinks) -> None:
        found.add(module)
        adopt(links, module, known)

    monkeypatch.setattr(Links, "adopt", noted)
    return found


def test_links_are_found_anew_where_an_edit_may_change_them(project: Project, adopted: set[str]) -> None:
    project.write("other", _OTHER.replace("2 * x", "x + x"))
    project.run()
    assert adopted == {"models", "repository", "service", "api"}
    adopted.clear()
    project.write("service", _SERVICE.replace("def totals", "count = totals = None\n\ndef others"))
    project.run()
    assert adopted == {"models", "repository", "other"}


def test_a_new_class_may_change_all_links(project: Project, adopted: set[str]) -> None:
    project.write("other", f"{_OTHER}\nclass Other:\n    pass\n")
    project.run()
    assert adopted == set()


_PROJECTS = sorted(path for path in Path("fixtures/projects").resolve().iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", _PROJECTS, ids=lambda folder: folder.name)
def test_any_edit_gives_what_a_fresh_run_gives(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "pyproject.toml").touch()
    settings = Settings(root=tmp_path, unproven=True, unsafe_fixes=True)
    assert engine.check([tmp_path], settings).findings
    for path, text in edits(tmp_path, random.Random(1), 25):
        before = path.read_text()
        path.write_text(text)
        cached = engine.check([tmp_path], settings).findings
        assert cached == engine.check([tmp_path], replace(settings, cache_dir="")).findings, path
        path.write_text(before)


def test_a_file_that_asked_about_all_files_is_done_again_after_any_edit(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    sources = [read(tmp_path / "a.py")]
    analysis = Analysis.of(sources, Settings(root=tmp_path))
    assert not analysis.answered(tmp_path / "a.py")[1].everything
    analysis.project.reads.start()
    assert analysis.project.celery
    assert analysis.project.reads.everything


_COUNTED = """
import sys
from pathlib import Path
from perflint import engine
from perflint.config import Settings
from perflint.file_results import FileResults

known = FileResults.known

def counted(results, paths):
    found = known(results, paths)
    print(len(found))
    return found

FileResults.known = counted
engine.check([Path(sys.argv[1])], Settings(root=Path(sys.argv[1])))
"""


def test_another_process_understands_what_one_has_kept(project: Project) -> None:
    (project.folder / ".perflint_cache" / "results.sqlite3").unlink()
    targets = "\n".join(f'    patch("service.totals{number}")' for number in range(20))
    project.write("test_totals", f"from unittest.mock import patch\n\ndef test_totals():\n{targets}\n")
    counts = []
    for seed in ("1", "2"):  # sets come in another order
        project.write("other", _OTHER + f"# {seed}\n")
        command = [sys.executable, "-c", _COUNTED, str(project.folder)]
        run = subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True)
        assert not run.returncode, run.stderr
        counts.append(int(run.stdout))
    assert counts == [0, len(_FILES) - 1]


def test_an_entry_that_asks_what_nobody_can_ask_is_not_believed(project: Project) -> None:
    database = sqlite3.connect(project.folder / ".perflint_cache" / "results.sqlite3")
    rows = database.execute("SELECT key, value FROM entries WHERE value LIKE '%\"hotness\"%'").fetchall()
    assert rows
    for name, value in rows:
        database.execute("UPDATE entries SET value = ? WHERE key = ?", [value.replace('"function"', '"fun"'), name])
    database.commit()
    database.close()
    project.write("other", _OTHER + "# edited\n")
    project.run()
