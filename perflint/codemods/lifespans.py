"""The lifespan of the application in a file: what it gives to requests, and what it closes when it ends.

https://www.starlette.io/lifespan/ and https://fastapi.tiangolo.com/advanced/events/.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from perflint.codemods.client_accessors import Construction
from perflint.project.symbols import Kind, Symbol
from perflint.rewrites import Replacement
from perflint.semantics.context import Context
from perflint.semantics.searches import text_symbol
from perflint.semantics.values import Ref
from perflint.semantics.walk import walk

_APPS = ("fastapi.FastAPI", "fastapi.applications.FastAPI", "starlette.applications.Starlette")
_IN_PROCESS = (text_symbol("TestClient"), text_symbol("ASGITransport"))
Replacements = tuple[tuple[cst.CSTNode, Replacement], ...]


@dataclass(frozen=True, slots=True)
class Lifespan:
    """An application, and the generator that it runs from start to end. `line` is that of the only `yield`."""

    app: str
    function: cst.FunctionDef
    block: cst.IndentedBlock
    line: cst.SimpleStatementLine
    value: cst.BaseExpression | None

    @property
    def parameter(self) -> str:
        """The name under which it is given the application."""
        return self.function.params.params[0].name.value if self.function.params.params else ""


def lifespan_of(ctx: Context) -> Lifespan | None:
    """The lifespan of the only application of the file."""
    apps = [(name, call) for name, call in _assigned_calls(ctx.outline) if _makes_app(call, ctx)]
    if len(apps) != 1:
        return None
    name, call = apps[0]
    value = next((each.value for each in call.args if each.keyword and each.keyword.value == "lifespan"), None)
    if not isinstance(value, cst.Name):
        return None
    named = value.value
    functions = [line for line in ctx.tree.body if isinstance(line, cst.FunctionDef) and line.name.value == named]
    return _read(name, functions[0], ctx) if len(functions) == 1 else None


def _assigned_calls(module: cst.Module) -> Iterator[tuple[str, cst.Call]]:
    for line in module.body:
        for part in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            match part:
                case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.Call() as call):
                    yield name, call
                case cst.AnnAssign(target=cst.Name(value=name), value=cst.Call() as call):
                    yield name, call


def _makes_app(call: cst.Call, ctx: Context) -> bool:
    value = ctx.value(call.func)
    return isinstance(value, Ref) and value.symbol.kind is Kind.EXTERNAL and value.symbol.name in _APPS


def _read(app: str, function: cst.FunctionDef, ctx: Context) -> Lifespan | None:
    """The parts of an asynchronous context manager with one `yield` that is a statement."""
    decorators = [ctx.code(part.decorator) for part in function.decorators]
    yields = [part for part in walk(function) if isinstance(part, cst.Yield)]
    if function.asynchronous is None or len(decorators) != 1 or len(yields) != 1:
        return None
    line = ctx.parents[ctx.parents[yields[0]]]
    block = ctx.parents[line]
    if not decorators[0].endswith("asynccontextmanager") or isinstance(yields[0].value, cst.From):
        return None
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1 or not isinstance(block, cst.IndentedBlock):
        return None
    return Lifespan(app, function, block, line, yields[0].value)


def always_runs(lifespan: Lifespan, ctx: Context) -> bool:
    """Whether nothing serves the application without its lifespan: no other one that it is mounted in, no test."""
    app = Symbol(Kind.VARIABLE, lifespan.app, ctx.module)
    if ctx.questions.found("mounting", app):
        return False
    return not any(_skips_lifespan(module, ctx) for module in ctx.questions.found("naming", *_IN_PROCESS))


def _skips_lifespan(module: str, ctx: Context) -> bool:
    """Whether a file calls an application through `TestClient(app)` outside of a `with`, or through a transport."""
    found = ctx.interpreter.trees.module(module)
    nodes = list(ast.walk(found.tree)) if found is not None else []
    entered = {id(item.context_expr) for node in nodes if isinstance(node, ast.With) for item in node.items}
    for node in nodes:
        name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if name == "ASGITransport" or (name == "TestClient" and id(node) not in entered):
            return True
    return False


def serving(lifespan: Lifespan, make: Construction, client: str, ctx: Context) -> tuple[str, Replacements] | None:
    """A client that lives as long as the application: the attribute of a request that gives it, and the changes."""
    known = _served(lifespan, make, ctx)
    if known is not None:
        return known, ()
    name = next((name for name in ("http", "http_client") if not _uses(lifespan.function, name)), "")
    if not name or not lifespan.parameter:
        return None
    by_state = lifespan.value is None or isinstance(lifespan.value, cst.Dict)
    head = make.line("async with ", f" as {name}:")
    made = cst.ensure_type(cst.parse_statement(f"{head}\n    pass\n"), cst.With)
    index = list(lifespan.block.body).index(lifespan.line)
    lines = [*_handing_over(lifespan, name, by_state), *lifespan.block.body[index + 1 :]]
    made = made.with_changes(leading_lines=lifespan.line.leading_lines, body=cst.IndentedBlock(lines))
    block = lifespan.block.with_changes(body=[*lifespan.block.body[:index], made])
    changes: list[tuple[cst.CSTNode, Replacement]] = [(lifespan.block, block)]
    if by_state:
        changes += _annotated(lifespan, client)
    return f"state.{name}" if by_state else f"app.state.{name}", tuple(changes)


def _handing_over(lifespan: Lifespan, name: str, by_state: bool) -> list[cst.SimpleStatementLine]:
    line = lifespan.line.with_changes(leading_lines=())
    if not by_state:
        assign = cst.ensure_type(
            cst.parse_statement(f"{lifespan.parameter}.state.{name} = {name}"), cst.SimpleStatementLine
        )
        return [assign, line]
    new = cst.DictElement(cst.SimpleString(f'"{name}"'), cst.Name(name))
    elements = list(lifespan.value.elements) if isinstance(lifespan.value, cst.Dict) else []
    if elements:
        elements[-1] = elements[-1].with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
    state = cst.Dict([*elements, new])
    return [line.with_changes(body=[cst.Expr(cst.Yield(state, whitespace_after_yield=cst.SimpleWhitespace(" ")))])]


def _annotated(lifespan: Lifespan, client: str) -> Iterator[tuple[cst.CSTNode, Replacement]]:
    """`AsyncIterator[None]` now gives a mapping."""
    returns = lifespan.function.returns
    annotation = returns.annotation if returns is not None else None
    if lifespan.value is None and isinstance(annotation, cst.Subscript):
        old = annotation.slice[0].slice
        if isinstance(old, cst.Index) and isinstance(old.value, cst.Name) and old.value.value == "None":
            yield old.value, cst.parse_expression(f"dict[str, {client}]")


def _served(lifespan: Lifespan, make: Construction, ctx: Context) -> str | None:
    """How requests get at a client that the lifespan makes just so already."""
    wanted = ast.dump(ast.parse(make.text, mode="eval").body)
    for part in walk(lifespan.function):
        if not isinstance(part, cst.WithItem) or part.asname is None:
            continue
        if _shape(ctx.code(part.item)) == wanted:
            name = ctx.code(part.asname.name)
            elements = lifespan.value.elements if isinstance(lifespan.value, cst.Dict) else ()
            for element in elements:
                if isinstance(element, cst.DictElement) and ctx.code(element.value) == name:
                    return f"state.{ctx.code(element.key)[1:-1]}"
            if f"{lifespan.parameter}.state.{name} = {name}" in ctx.code(lifespan.function):
                return f"app.state.{name}"
    return None


def _shape(text: str) -> str:
    return ast.dump(ast.parse(f"({text}\n)", mode="eval").body)


def _uses(function: cst.FunctionDef, name: str) -> bool:
    texts = (part.value for part in walk(function) if isinstance(part, cst.Name | cst.SimpleString))
    return any(text.strip("\"'") == name for text in texts)


def closing(lifespan: Lifespan, close: str) -> Replacements:
    """`await close()` when the application ends; nothing where that is done already."""
    if _uses(lifespan.function, close):
        return ()
    call = cst.ensure_type(cst.parse_statement(f"await {close}()"), cst.SimpleStatementLine)
    index = list(lifespan.block.body).index(lifespan.line) + 1
    body = [*lifespan.block.body[:index], call, *lifespan.block.body[index:]]
    return ((lifespan.block, lifespan.block.with_changes(body=body)),)
