"""The call graph: which call leads to which function, through names, objects and subclasses."""

from __future__ import annotations

import pytest
from project_builder import project

from perflint.project.callgraph import CallGraph
from perflint.project.symbols import Kind, Symbol


def function(module: str, name: str) -> Symbol:
    return Symbol(Kind.FUNCTION, name, module)


def callees(files: dict[str, str], name: str, module: str = "app") -> set[str]:
    return {symbol.full for symbol in CallGraph(project(files)).callees(function(module, name))}


SERVICE = """
    class Repo:
        def add(self, row): ...

    class Service:
        repo: Repo
        def __init__(self, repo: Repo):
            self.backup = Repo()
            self.given = repo
        def place(self): self.given.add(1)
        def keep(self): self.backup.add(1)
        def declared(self): self.repo.add(1)
        @property
        def store(self) -> Repo: ...
        def through_property(self): self.store.add(1)

    service = Service(Repo())
    def get_service() -> Service: ...
    def make_service():
        return Service(Repo())
"""


@pytest.mark.parametrize(
    "body",
    [
        "def f(s: Service): s.place()",
        "def f(s: 'Service | None' = None): s.place()",
        "def f(s: Optional[Service]): s.place()",
        "def f(s: Annotated[Service, Depends(get_service)]): s.place()",
        "def f(s=Depends(get_service)): s.place()",
        "def f():\n    s = Service(1)\n    s.place()",
        "def f(): Service(1).place()",
        "def f(): get_service().place()",
        "def f(): make_service().place()",
        "def f(): service.place()",
        "def f():\n    with Service(1) as s:\n        s.place()",
        "async def f():\n    s = await get_service()\n    await s.place()",
        "Dep = Annotated[Service, Depends(get_service)]\ndef f(s: Dep): s.place()",
        "def f():\n    s: Service = unknown()\n    s.place()",
    ],
)
def test_receiver_is_known(body: str) -> None:
    head = "from services import Service, get_service, make_service, service\n"
    found = callees({"services.py": SERVICE, "app.py": head + body}, "f")
    assert "services.Service.place" in found


@pytest.mark.parametrize("method", ["place", "keep", "declared", "through_property"])
def test_attribute_of_self_is_known(method: str) -> None:
    assert callees({"app.py": SERVICE}, f"Service.{method}") == {"app.Repo.add"}


def test_receiver_bound_to_two_classes_is_unknown() -> None:
    source = """
        class A:
            def go(self): ...
        class B:
            def go(self): ...
        def f(flag):
            x = A()
            if flag:
                x = B()
            x.go()
    """
    assert callees({"app.py": source}, "f") == set()


@pytest.mark.parametrize(
    "call",
    ["map(g, xs)", "pool.submit(g, 1)", "gather(g())", "gather(*[g(x) for x in xs])", "run(target=g)", "run([g])"],
)
def test_function_that_is_passed_on(call: str) -> None:
    assert callees({"app.py": f"def g(): ...\ndef f(xs): {call}"}, "f") == {"app.g"}


def test_overriding_methods_may_run_in_place_of_the_named_one() -> None:
    source = """
        class Base:
            def run(self): self.step()
            def step(self): ...
        class Child(Base):
            def step(self): ...
        class Other:
            def step(self): ...
    """
    assert callees({"app.py": source}, "Base.run") == {"app.Base.step", "app.Child.step"}


def test_super_leads_above_the_class() -> None:
    source = """
        class Base:
            def run(self): ...
        class Child(Base):
            def run(self): super().run()
    """
    assert callees({"app.py": source}, "Child.run") == {"app.Base.run"}


def test_constructor_and_decorator() -> None:
    source = """
        def traced(f):
            def wrapper(): return f()
            return wrapper
        class Thing:
            def __init__(self): ...
        @traced
        def f(): Thing()
    """
    assert callees({"app.py": source}, "f") == {"app.Thing.__init__", "app.traced.wrapper"}


def test_guess_needs_one_owner_of_a_telling_name() -> None:
    source = """
        class Order:
            def compute_total(self): ...
            def save(self): ...
            def get_queryset(self): ...
        def f(x):
            x.compute_total()
            x.save()
            x.get_queryset()
    """
    graph = CallGraph(project({"app.py": source}))
    edges = graph.edges(function("app", "f"))
    assert [symbol.name for symbol in edges.guessed] == ["Order.compute_total"]
    assert edges.calls == ()


def test_no_guess_where_the_receiver_is_a_library_object() -> None:
    source = """
        import redis
        class Order:
            def compute_total(self): ...
        def f():
            client = redis.Redis()
            client.compute_total()
    """
    graph = CallGraph(project({"app.py": source}))
    assert graph.edges(function("app", "f")).guessed == ()


def test_callers_name_functions_and_modules() -> None:
    files = {"app.py": "def g(): ...\ndef f(): g()", "other.py": "from app import g\ng()"}
    callers = CallGraph(project(files)).callers(function("app", "g"))
    assert {symbol.full for symbol in callers} == {"app.f", "other"}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("from app import g\ndef h(): g()", False),
        ("from app import g\nhandlers = {'x': g}", True),
        ("from app import g\ndef h(): return g", True),
        ("def h(obj): obj.g()", True),
        ("def h(g): g()", True),
    ],
)
def test_reference_beside_the_known_calls(other: str, *, expected: bool) -> None:
    graph = CallGraph(project({"app.py": "def g(): ...\ndef f(): g()", "other.py": other}))
    assert graph.is_referenced_elsewhere(function("app", "g")) is expected


def test_an_object_asked_for_its_class_makes_none() -> None:
    source = """
        class Thing:
            def __init__(self): ...
        def f(x): return isinstance(x, Thing) or issubclass(x, (Thing, int))
    """
    assert callees({"app.py": source}, "f") == set()
