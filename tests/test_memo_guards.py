"""Memo guards: which constructors run once because what they make is kept and asked for first."""

from __future__ import annotations

import ast
import textwrap

import pytest

from perflint.semantics.memo_guards import is_kept, replaced_parameter
from perflint.semantics.trees import FunctionNode

KEPT = {
    "a global": """
        def f():
            global x
            if x is None:
                x = Made()
    """,
    "an attribute that may be missing": """
        def f():
            if not hasattr(app.state, "x"):
                app.state.x = Made()
    """,
    "an item of a mapping": """
        def f(k):
            if k not in d:
                d[k] = Made()
            return d[k]
    """,
    "an item that is missing": """
        def f(k):
            try:
                return d[k]
            except KeyError:
                d[k] = Made()
    """,
    "a closed session": """
        async def f(self):
            if self._x is None or self._x.closed:
                self._x = Made()
            return self._x
    """,
    "a walrus": """
        def f(self):
            if (c := _c.get(loop)) is None:
                c = _c[loop] = Made()
            return c
    """,
    "a context variable": """
        def f():
            c = var.get(None)
            if c is None:
                c = Made()
                var.set(c)
            return c
    """,
    "a double check": """
        def f(self):
            if self._x is None:
                with lock:
                    if self._x is None:
                        self._x = Made()
    """,
    "a cache with methods": """
        def f(params):
            cached = store.get_cache(key)
            if cached:
                return cached
            if params:
                new = Made(**params)
            else:
                new = Made()
            store.set_cache(key=key, value=new)
            return new
    """,
    "a cache of the object's own": """
        def f(self):
            cached = self.get_cached(key)
            if cached:
                return cached
            inner = Made()
            client = Wrapper(inner)
            self.set_cached(key, client)
            return client
    """,
    "an early return": """
        def f(self):
            if self._x is not None:
                return self._x
            self._x = Made()
            return self._x
    """,
    "an early return from a loop": """
        def f():
            for one in known:
                if isinstance(one, Made):
                    return one
            new = Made()
            known.append(new)
            return new
    """,
    "a thread's own": """
        def f(self):
            try:
                return self._thread.session
            except AttributeError:
                session = Made()
                self._thread.session = session
                return session
    """,
    "what is fetched": """
        async def f(self):
            if self.token is None:
                async with Made() as c:
                    answer = await c.get()
                    self.token = answer.json()
            return self.token
    """,
    "a flag": """
        def f(self):
            if not self.running:
                self.running = True
                with Made() as c:
                    c.get()
    """,
    "an or": """
        def f(self):
            self._x = self._x or Made()
    """,
}
NOT_KEPT = {
    "a parameter": """
        def f(x=None):
            x = x or Made()
    """,
    "one of two": """
        def f(self):
            if self.proxy:
                self.c = Made(self.proxy)
    """,
    "setdefault, which makes one each time": """
        def f():
            x = cache.setdefault(1, Made())
    """,
    "a condition that says nothing of it": """
        def f(self):
            if self.enabled:
                c = Made()
                self.run(c)
    """,
    "nothing": """
        def f(self):
            with Made() as c:
                return c.get(self.u)
    """,
    "a fallback": """
        def f(self):
            if self._c is not None:
                return self._c
            return Made()
    """,
    "an item of what the caller gives": """
        def f(form):
            tools = form.get("tools")
            if tools is None:
                form["tools"] = Made()
    """,
    "a return that says nothing of it": """
        def f(self, form):
            if form.kind == "a":
                x = self.one()
                y = self.two(x)
                z = self.three(y)
                self.done = z
                form.count = 1
                return z
            self.done = Made()
    """,
    "a list of the function's own": """
        def f(urls):
            found = []
            if not found:
                with Made() as c:
                    found.append(c.get(urls))
            return found
    """,
}


def _parsed(source: str) -> tuple[FunctionNode, list[ast.expr]]:
    function = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Made"]
    assert calls
    return function, list(calls)


@pytest.mark.parametrize("source", KEPT.values(), ids=KEPT)
def test_kept(source: str) -> None:
    function, calls = _parsed(source)
    assert all(is_kept(function, call) for call in calls)


@pytest.mark.parametrize("source", NOT_KEPT.values(), ids=NOT_KEPT)
def test_not_kept(source: str) -> None:
    function, calls = _parsed(source)
    assert not any(is_kept(function, call) for call in calls)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("def f(x=None):\n    x = x or Made()", "x"),
        ("def f(x=None):\n    if x is None:\n        x = Made()", "x"),
        ("def f(*, x=None):\n    y = x if x is not None else Made()", "x"),
        ("def f(x):\n    x = x or Made()", ""),
        ("def f(x=None, y=None):\n    z = Made()", ""),
    ],
)
def test_the_optional_parameter_that_is_replaced(source: str, name: str) -> None:
    function, calls = _parsed(source)
    assert replaced_parameter(function, calls[0]) == name
