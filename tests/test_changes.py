"""What a file shows otherwise than before, and whom that may concern."""

from __future__ import annotations

from pathlib import Path

import pytest
from project_builder import facts

from perflint.cache import Cache
from perflint.changes import Changes
from perflint.gathering import Facts, gather, name_of_facts
from perflint.project.facts import FileFacts
from perflint.project.interface import changed_names

_BEFORE = '''
from lib import Session
LIMIT = 10

class Order:
    limit = LIMIT
    def total(self) -> int:
        """The total."""
        return 1
    def total_of(self): ...

def orders(session: Session) -> "list[Order]":
    return []

def first(session):
    return orders(session)

def other():
    pass
'''


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("", "", set()),
        ("return 1", "return 2", set()),  # what a function does is not shown
        ("pass", "x = 1\n    pass", set()),
        ('"""The total."""', '"""Another."""', set()),
        ("def other():", "\n\ndef other():", set()),
        ("def other():", "def another():", {"other", "another"}),
        ("def other():", "async def other():", {"other"}),
        ("def first(session):", "def first(session, key=None):", {"first"}),
        ("def total(self)", "def total(self, tax)", {"Order", "total_of", "orders", "first"}),
        ("class Order:", "class Order(Base):", {"Order", "total_of", "orders", "first"}),
        ("LIMIT = 10", "LIMIT = 20", {"LIMIT", "Order", "total_of", "orders", "first"}),
        ("from lib import Session", "from library import Session", {"Session", "orders", "first"}),
        ("def other():", "added = 1\ndef other():", {"added"}),
        ("from lib", "from os import *\nfrom lib", None),
    ],
)
def test_a_change_is_told_by_the_names_that_may_mean_something_else(
    old: str, new: str, changed: set[str] | None
) -> None:
    assert old in _BEFORE
    before, after = facts("app.py", _BEFORE), facts("app.py", _BEFORE.replace(old, new, 1))
    assert changed_names(before, after) == changed
    assert (before.interface == after.interface) is (changed == set())


_CODE = """
def low():
    return 1

def middle():
    return low()

class Books:
    shared = None
    def by_title(self):
        return 1
    def all(self):
        return middle()

def other():
    return 1

shelf = Books()
"""


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("shelf = Books()", "shelf = Books()\nadded = 1", {"added"}),
        ("shelf = Books()", "# a comment\nshelf = Books()", set()),
        ("def other():\n    return 1", "def other():\n    return 2", {"other"}),
        ("def other():", "\ndef other():", {"other"}),  # its rows are others
        ("def low():\n    return 1", "def low():\n    return 2", {"low", "middle", "Books", "by_title", "shelf"}),
        ("        return middle()", "        return low()", {"Books", "by_title", "shelf"}),
        ("    shared = None", "    shared = other", {"Books", "by_title", "shelf"}),
    ],
)
def test_whoever_runs_functions_is_led_to_what_they_do(old: str, new: str, changed: set[str]) -> None:
    assert _CODE.count(old) == 1
    text = _CODE.replace(old, new)
    before, after = facts("app.py", _CODE), facts("app.py", text)
    assert changed_names(before, after, text.split("\n")) == changed
    assert (before.tops == after.tops) is (changed <= {"added"})


class Runs:
    """Runs over the same files, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.cache = Cache(folder)
        self.files: dict[str, str] = {}

    def changes(self, **texts: str) -> Changes:
        """What has changed by these texts."""
        self.files.update(texts)
        by_path = {Path(f"/{module}.py"): text for module, text in self.files.items()}
        modules = {path: path.stem for path in by_path}
        digests = {path: str(hash(text)) for path, text in by_path.items()}
        gathered: dict[Path, Facts] = gather(by_path, modules, 1, self.cache, digests)
        files = {facts.module: facts for facts in gathered.values() if isinstance(facts, FileFacts)}
        names = {path.stem: name_of_facts(path, path.stem, digests[path]) for path in by_path}
        return Changes(self.cache, files, names, self.files, {"mapped": {"Order"}})


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    made = Runs(tmp_path / "cache")
    made.changes(
        a="x = 1\n",
        word="from a import y\n",
        text="def f(v: 'dict[str, y]'): ...\n",
        said='"""Whether (y) is."""\nz = "not a y!"\n',
        none="from a import x\n",
    ).keep(5)
    return made


def test_nothing_is_known_of_a_first_run(tmp_path: Path) -> None:
    assert Runs(tmp_path).changes(a="x = 1\n").before("a") is None


def test_a_file_that_is_the_same_has_not_changed(runs: Runs) -> None:
    changes = runs.changes(a="x = 1\n")
    assert changes.before("a") is None
    assert changes.before("nowhere") is None


def test_those_are_concerned_that_have_a_name_as_a_word_or_in_a_type(runs: Runs) -> None:
    changes = runs.changes(a="x = 1\ny = 2\n")
    before = changes.before("a")
    assert before is not None
    assert [assign.name for assign in before.assigns] == ["x"]
    assert {name for name in runs.files if changes.concern("a", [name])} == {"word", "text"}


def test_what_functions_do_concerns_those_who_may_run_them(runs: Runs) -> None:
    runs.changes(a="def x(): return 1\ndef y(): return 1\n").keep(5)
    changes = runs.changes(a="def x(): return 1\ndef y(): return 2\n")
    assert not any(changes.concern("a", [name]) for name in runs.files)
    assert {name for name in runs.files if changes.concern("a", [name], code=True)} == {"word", "text"}


def test_objects_of_a_mapped_class_may_come_to_anybody(runs: Runs) -> None:
    runs.changes(mapped="def f(): return 1\nclass Order:\n    pass\n").keep(5)
    changes = runs.changes(mapped="def f(): return 2\nclass Order:\n    pass\n")
    assert not changes.concern("mapped", ["none"], code=True)
    changes.keep(5)
    changes = runs.changes(mapped="def f(): return 2\nclass Order:\n    def __str__(self): ...\n")
    assert changes.concern("mapped", ["none"], code=True)


def test_a_row_that_nobody_has_written_tells_nothing(runs: Runs) -> None:
    changes = runs.changes(a="x = 1\ny = 2\n")
    runs.cache.put({changes._place: '[["a"],["no digest"],5]'})
    assert changes.before("a") is None


def test_any_name_may_come_by_a_star(runs: Runs) -> None:
    assert runs.changes(a="from os import *\nx = 1\n").concern("a", ["none"])


def test_a_run_over_fewer_files_is_nothing_to_compare_with(runs: Runs) -> None:
    runs.changes(a="x = 1\ny = 2\n").keep(1)
    assert runs.changes().before("a") is not None
    runs.changes().keep(5)
    assert runs.changes().before("a") is None


def test_functions_that_are_damaged_in_the_cache_are_read_anew(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.changes(a="def f(): ...\n")
    path = Path("/a.py")
    digests = {path: str(hash(runs.files["a"]))}
    name = name_of_facts(path, "a", digests[path])
    head = runs.cache.get([name])[name].partition("\n")[0]
    runs.cache.put({name: f"{head}\n[[1]]"})
    found = gather({path: runs.files["a"]}, {path: "a"}, 1, runs.cache, digests)[path]
    assert isinstance(found, FileFacts)
    assert [fact.name for fact in found.functions] == ["f"]
