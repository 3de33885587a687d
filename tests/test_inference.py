"""What the engine knows of small programs: loads and statements, where they happen and how often."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest

from perflint.analysis import Analysis
from perflint.config import Libraries, Settings
from perflint.project.symbols import Kind, Symbol
from perflint.project.whole import module_names
from perflint.semantics.events import Event, Load, Run
from perflint.semantics.file_analysis import analyse_file
from perflint.semantics.parameters import telling
from perflint.semantics.values import UNKNOWN, Const, DictOf, Either, Function, Proof

SQLALCHEMY = """
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import (
    DeclarativeBase, Mapped, Session, contains_eager, defaultload, joinedload, mapped_column, relationship, selectinload,
)

class Base(DeclarativeBase): ...

class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
    users: Mapped[list["User"]] = relationship(back_populates="team")

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    team: Mapped[Team] = relationship(back_populates="users")
    orders: Mapped[list["Order"]] = relationship(back_populates="user")

    @property
    def team_name(self): return self.team.id

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="orders")
    items: Mapped[list["Item"]] = relationship()

class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))

def helper(user):
    return [order.id for order in user.orders]

def task(s: Session, q, flag):
"""

DJANGO = """
from django.db import models
from django.db.models import Prefetch

class Author(models.Model):
    name = models.CharField(max_length=50)

class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    tags = models.ManyToManyField("Tag")

    def __str__(self): return self.author.name

class Tag(models.Model):
    name = models.CharField(max_length=50)

def task(flag):
"""


def events(head: str, body: str) -> Sequence[Event]:
    """The events of `task` with this body."""
    path = Path("/project/app.py")
    text = head + textwrap.indent(textwrap.dedent(body).strip(), "    ") + "\n"
    analysis = Analysis({path: text}, Settings())
    assert not isinstance(analysis.facts[path], tuple)
    found = analyse_file(analysis.interpreter, analysis.project.modules[path]).events
    return [event for symbol, event in found if symbol.name.startswith("task")]


def loads(head: str, body: str) -> set[str]:
    """Paths of relations that are loaded for each row of a loop."""
    return {
        ".".join(event.path)
        for event in events(head, body)
        if isinstance(event, Load) and event.entity.many and event.loop is not None
    }


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("for u in s.query(User): u.orders", {"orders"}),
        ("for u in s.scalars(select(User)): u.team", {"team"}),
        ("for u in s.query(User).all():\n    for o in u.orders: o.items", {"orders", "orders.items"}),
        ("for u in s.query(User): u.team_name", {"team"}),
        ("for u in s.query(User): helper(u)", {"orders"}),
        ("for i, u in enumerate(s.query(User)): u.team", {"team"}),
        ("for u, x in zip(s.query(User), q): u.team", {"team"}),
        ("sorted(s.query(User), key=lambda u: u.team.id)", {"team"}),
        ("return {u.id: u.team for u in s.query(User)}", {"team"}),
        ("list(map(lambda u: u.team, s.query(User)))", {"team"}),
        ("for u in s.query(User):\n    a = u\n    b = a\n    b.orders", {"orders"}),
        ("for u in s.query(User).join(User.team): u.team", {"team"}),
        ("return [f'{u.team.id}' for u in s.query(User)]", {"team"}),
        ("for u in s.query(User): getattr(u, 'team')", {"team"}),
        ("rows = []\nfor u in s.query(User): rows.append(u)\nfor r in rows: r.team", {"team"}),
    ],
)
def test_lazy_loads_are_seen(body: str, wanted: set[str]) -> None:
    assert loads(SQLALCHEMY, body) == wanted


@pytest.mark.parametrize(
    "body",
    [
        "for u in s.query(User).options(selectinload(User.orders)): u.orders",
        "for u in s.query(User).options(selectinload('*')): u.orders",
        "for u in s.query(User).options(joinedload(User.orders).joinedload(Order.items)):\n    for o in u.orders: o.items",
        "for u in s.query(User).join(User.team).options(contains_eager(User.team)): u.team",
        "u = s.get(User, 1)\nfor o in u.orders: o.id",
        "for u in s.query(User).options(selectinload(User.orders)):\n    for o in u.orders: o.user",
        "for u, t in s.query(User, Team).join(User.team): u.team",
        "for u in s.query(User): u.team_id",
        "for r in s.query(User.id, User.name).all(): r.orders",
        "query = s.query(User)\nquery = query.options(selectinload(User.team))\nfor u in query: u.team",
        "for u in q: u.team",
    ],
)
def test_what_is_loaded_or_unknown_is_silent(body: str) -> None:
    assert loads(SQLALCHEMY, body) == set()


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("for b in Book.objects.all(): b.author", {"author"}),
        ("for a in Author.objects.filter(name='x'):\n    for b in a.books.all(): b.tags.all()", {"books"}),
        ("for a in Author.objects.all():\n    for b in a.books.all():\n        for t in b.tags.all(): t", {"books", "books.tags"}),
        ("for a in Author.objects.all(): a.books.count()", {"books"}),
        ("for b in Book.objects.all(): print(b)", {"author"}),
        ("for a in Author.objects.all():\n    for b in a.books.select_related('author'): b.author", set()),
        ("for a in Author.objects.all():\n    for b in a.books.filter(id=1): b.author", set()),
        ("for b in Book.objects.select_related('author'): b.author", set()),
        ("for a in Author.objects.prefetch_related('books__tags'):\n    for b in a.books.all():\n        for t in b.tags.all(): t", set()),
        ("for a in Author.objects.prefetch_related(Prefetch('books', queryset=Book.objects.all())): list(a.books.all())", set()),
        ("books = Book.objects.all()\nbooks = books.select_related('author')\nfor b in books: b.author", set()),
        ("for b in Book.objects.all(): b.author_id", set()),
        ("for row in Book.objects.values('author'): row.author", set()),
    ],
)  # fmt: skip
def test_django_loads(body: str, wanted: set[str]) -> None:
    assert loads(DJANGO, body) == wanted


def test_an_option_that_is_chosen_on_one_way_only_leaves_doubt() -> None:
    body = "query = s.query(User)\nif flag:\n    query = query.options(selectinload(User.team))\nfor u in query: u.team"
    (load,) = [event for event in events(SQLALCHEMY, body) if isinstance(event, Load)]
    assert load.proof.name == "PROBABLE"


def test_an_unknown_way_of_loading_leaves_doubt() -> None:
    body = "for u in s.query(User).options(defaultload(User.orders).selectinload(Order.items)):\n    for o in u.orders: o.items"
    assert {event.proof.name for event in events(SQLALCHEMY, body) if isinstance(event, Load)} == {"PROBABLE"}


@pytest.mark.parametrize(
    ("loop", "reason"),
    [
        ("for i in range(0, len(q), 100)", "chunks"),
        ("for part in batched(q, 100)", "chunks"),
        ("for model in (User, Team)", "a few written-out elements"),
        ("for name in NAMES", "a constant"),
        ("for message in consumer.listen()", "a stream of messages"),
        ("while True", "while"),
        ("for i in q", ""),
        ("for i in range(len(q))", ""),
        ("for k, v in q.items()", ""),
    ],
)
def test_loops_that_do_not_multiply(loop: str, reason: str) -> None:
    (run,) = [event for event in events(SQLALCHEMY, f"{loop}:\n    s.get(User, 1)") if isinstance(event, Run)]
    assert run.loop is not None
    assert (run.loop.reason, run.loop.multiplies) == (reason, not reason)


def test_a_retry_is_no_loop_over_rows() -> None:
    body = "for attempt in range(q):\n    try:\n        return s.get(User, 1)\n    except OSError:\n        pass"
    (run,) = [event for event in events(SQLALCHEMY, body) if isinstance(event, Run)]
    assert run.loop is not None
    assert run.loop.reason == "retry"


@pytest.mark.parametrize(
    ("body", "dependent"),
    [
        ("for i in q: s.get(User, i)", True),
        ("for i in q: s.get(User, flag)", False),
        (
            "for i in q:\n    key = i.strip()\n    statement = select(User).where(User.name == key)\n    s.scalars(statement)",
            True,
        ),
    ],
)
def test_dependence_on_the_round(body: str, dependent: bool) -> None:
    (run,) = [event for event in events(SQLALCHEMY, body) if isinstance(event, Run)]
    assert run.dependent is dependent


def test_a_session_by_another_name_is_known_from_the_settings() -> None:
    models, _, _ = SQLALCHEMY.partition("def task")
    path = Path("/project/app.py")
    text = models + "from wrappers import Db\n\ndef task(db: Db):\n    for i in range(len(x)): db.execute(f(i))\n"
    wrapper = Path("/project/wrappers.py")
    texts = {path: text, wrapper: "Db = make()\n"}
    known = Settings(libraries=Libraries(sqlalchemy_sessions=("wrappers.Db",)))
    for settings, wanted in ((Settings(), 0), (known, 1)):
        analysis = Analysis(texts, settings)
        found = analyse_file(analysis.interpreter, analysis.project.modules[path]).events
        assert len([event for _, event in found if isinstance(event, Run)]) == wanted


def test_imports_start_from_the_source_roots() -> None:
    paths = [Path("/project/src/app/models.py"), Path("/project/tests/test_app.py")]
    names = module_names(paths, Path("/project"), [Path("/project/src")])
    assert list(names.values()) == ["app.models", "tests.test_app"]


def test_what_a_call_leaves_switched_off_is_not_run() -> None:
    head = SQLALCHEMY.replace("def task(", "def find(s: Session, key, name=None, deep=False):\n"
                              "    if not deep: return None\n    if name is not None: s.get(User, name)\n"
                              "    return s.get(Team, key)\n\ndef task(")  # fmt: skip
    assert [event for event in events(head, "for i in q: find(s, i)") if isinstance(event, Run)] == []
    found = [event for event in events(head, "for i in q: find(s, i, deep=True)") if isinstance(event, Run)]
    assert [event.query.entities[0].name for event in found if event.query and event.query.entities[0]] == ["Team"]
    assert len([event for event in events(head, "for i in q: find(s, i, **flag)") if isinstance(event, Run)]) == 2


def test_a_variable_that_a_loop_sets_decides_nothing() -> None:
    body = "last = None\nfor i in q:\n    if last: s.get(User, i)\n    last = i"
    assert len([event for event in events(SQLALCHEMY, body) if isinstance(event, Run)]) == 1


def test_an_argument_that_is_one_of_several_tells_what_one_of_them_tells() -> None:
    function = Function(Symbol(Kind.FUNCTION, "publish", "app"))
    text, switch = Const("name", "str"), Const(True, "bool")
    silent, telltale = Either((text, DictOf(UNKNOWN, UNKNOWN))), Either((text, switch))
    assert telling(function, (("data", silent), ("deep", telltale)), None) == (("deep", telltale),)


def test_a_file_that_uses_up_its_budget_leaves_one_for_what_checks_ask() -> None:
    path = Path("/project/app.py")
    nexts = {number: [(number * step + 1) % 400 for step in (1, 2, 3)] for number in range(400)}
    bodies = {number: " or ".join(f"f{other}(x)" for other in others) for number, others in nexts.items()}
    analysis = Analysis({path: "".join(f"def f{n}(x):\n    return {body}\n" for n, body in bodies.items())}, Settings())
    interpreter = analysis.interpreter
    module = analysis.project.modules[path]
    analyse_file(interpreter, module)
    assert interpreter.analyse(Function(Symbol(Kind.FUNCTION, "f0", module)), None) is not None


def test_what_a_method_costs_is_known_no_better_than_whose_it_is(tmp_path: Path) -> None:
    program = """
    class Directory:
        def __init__(self, session: Session): self.session = session
        def paying_members(self): return self.session.scalars(select(Member)).all()

    class Member(Base):
        __tablename__ = "members"
        id: Mapped[int] = mapped_column(primary_key=True)
        def renew(self, session: Session): session.scalars(select(Team)).all()

    def by_guess(directory, session: Session):
        for member in directory.paying_members():
            member.renew(session)

    def for_sure(directory: Directory, session: Session):
        for member in directory.paying_members():
            member.renew(session)
    """
    path = tmp_path / "app.py"
    analysis = Analysis({path: SQLALCHEMY.split("def helper")[0] + textwrap.dedent(program)}, Settings(root=tmp_path))
    events = analyse_file(analysis.interpreter, "app").events
    known = {
        name: {event.proof for function, event in events if function.name == name and event.trace}
        for name in ("by_guess", "for_sure")
    }
    assert known == {"by_guess": {Proof.PROBABLE}, "for_sure": {Proof.PROVEN}}
