"""Reading the facts of a file off its tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from perflint.project.facts import (
    AssignFact,
    BindFact,
    CallFact,
    ClassFact,
    FileFacts,
    FunctionFact,
    ImportFact,
    ParamFact,
    TopFact,
    callee_of,
    dotted,
    first_line,
    source_of,
)
from perflint.project.interface import flow, interface
from perflint.project.later import Later
from perflint.project.nodes import below, children, has_body, parts
from perflint.project.shapes import (
    annotations_and_defaults,
    first_text,
    given_names,
    is_main_guard,
    last_return,
    loaded_names,
)
from perflint.project.words import Words


def extract(path: Path, module: str, text: str, tree: ast.Module) -> FileFacts:
    """Read the facts of a parsed file."""
    facts = _Extractor(path, module, text).run(tree)
    return replace(facts, interface=interface(facts), flow=flow(facts))


_LOOPS = {ast.For, ast.AsyncFor, ast.While}
_COMPREHENSIONS = {ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BRANCHES = (ast.If, ast.Try)
_YIELDS = (ast.Yield, ast.YieldFrom)
_LISTENS = (".connect", "listen", "reversion.register", "auditlog.register")
_LISTENERS = ("receiver(", "listens_for(")
_LOADERS = re.compile(r"(?i)prefetch|select_related|(joined|selectin|subquery|immediate|eager)_?load|contains_eager")


@lru_cache(maxsize=1024)
def _loads(name: str) -> bool:
    """Whether a call, class attribute or constant of that name says which relations are loaded with the rows."""
    return _LOADERS.search(name) is not None


class _Scope:
    """The calls of one function or of the module, while its body is read."""

    __slots__ = ("binds", "calls", "is_generator", "loop_depth", "qualname", "returned")

    def __init__(self, qualname: str) -> None:
        self.qualname = qualname
        self.calls: list[CallFact] = []
        self.binds: list[BindFact] = []
        self.returned: dict[str, None] = {}
        self.loop_depth = 0
        self.is_generator = False


class _Extractor:
    def __init__(self, path: Path, module: str, text: str) -> None:
        self.path = path
        self.module = module
        self.is_package = path.stem == "__init__"
        self.source = text.encode("utf-8", "surrogatepass").split(b"\n")
        self.imports: list[ImportFact] = []
        self.stars: list[str] = []
        self.classes: list[ClassFact] = []
        self.functions: list[FunctionFact] = []
        self.tops: list[TopFact] = []
        self.assigns: list[AssignFact] = []
        self.named: set[str] = set()  # words used as the name of what is called or imported
        self.values: set[str] = set()  # words used otherwise
        self.strings: set[str] = set()
        self.listening: list[str] = []
        self.loaded: set[str] = set()

    def run(self, tree: ast.Module) -> FileFacts:
        scope, main = _Scope(""), _Scope("")
        for statement in tree.body:
            inside = main if is_main_guard(statement) else scope
            self._statement(statement, inside, "")
            self._bind(statement, self.assigns)
        return FileFacts(
            path=self.path,
            module=self.module,
            is_package=self.is_package,
            lines=len(self.source),
            imports=tuple(self.imports),
            star_imports=tuple(self.stars),
            classes=tuple(self.classes),
            defined=Words.in_order(dict.fromkeys(fact.qualname for fact in self.functions)),
            functions_later=Later.of(tuple(self.functions)),
            tops=tuple(self.tops),
            assigns=tuple(self.assigns),
            calls=tuple(scope.calls),
            main_calls=tuple(main.calls),
            words=Words.of(self.named | self.values),
            called=Words.of(self.named - self.values),
            strings=tuple(sorted(self.strings)),
            listening=tuple(self.listening),
            loaded=frozenset(self.loaded),
        )

    def text(self, node: ast.AST | None) -> str:
        """The node's source text; columns of `ast` count UTF-8 bytes."""
        if node is None:
            return ""
        row: int = node.lineno - 1  # type: ignore[attr-defined]
        end: int = node.end_lineno - 1  # type: ignore[attr-defined]
        left, right = node.col_offset, node.end_col_offset  # type: ignore[attr-defined]
        if row == end:
            return self.source[row][left:right].decode("utf-8", "surrogatepass")
        middle = self.source[row + 1 : end]
        return b"\n".join([self.source[row][left:], *middle, self.source[end][:right]]).decode("utf-8", "surrogatepass")

    def _statement(self, node: ast.AST, scope: _Scope, prefix: str) -> None:
        """Read a statement; a handler or case is read as one."""
        kind = node.__class__
        if kind in _DEFINITIONS:
            _DEFINITIONS[kind](self, node, scope, prefix)
            return
        if kind in _LOCALS and scope.qualname:
            _LOCALS[kind](self, node, scope)
        loops = kind in _LOOPS
        scope.loop_depth += loops
        self._expressions(parts(node), scope)
        if has_body(node):
            for statement in below(node):
                self._statement(statement, scope, prefix)
        scope.loop_depth -= loops

    def _assigned(self, node: ast.Assign, scope: _Scope) -> None:
        if len(node.targets) == 1 and (source := source_of(node.value)) and (name := dotted(node.targets[0])):
            scope.binds.append(BindFact(name, source))

    def _annotated(self, node: ast.AnnAssign, scope: _Scope) -> None:
        if name := dotted(node.target):
            scope.binds.append(BindFact(name, source_of(node.value), self.text(node.annotation)))

    def _entered(self, node: ast.With | ast.AsyncWith, scope: _Scope) -> None:
        for item in node.items:
            if (name := dotted(item.optional_vars)) and (source := source_of(item.context_expr)):
                scope.binds.append(BindFact(name, source))

    def _given_back(self, node: ast.Return | ast.Yield, scope: _Scope) -> None:
        if node.value is not None:
            scope.returned[source_of(node.value) or "?"] = None

    def _expressions(self, found: list[ast.AST], scope: _Scope) -> None:
        """Read expressions and all below, in their order."""
        values, strings = self.values, self.strings
        waiting = found[::-1]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Name):
                values.add(node.id)
            elif isinstance(node, ast.Constant):
                if isinstance(node.value, str) and len(node.value) < 200 and "." in node.value:
                    strings.add(node.value)
            elif isinstance(node, ast.Attribute):
                values.add(node.attr)
                waiting.append(node.value)
            elif isinstance(node, ast.Call):
                waiting += reversed(self._call(node, scope))
            elif node.__class__ in _COMPREHENSIONS:
                scope.loop_depth += 1
                self._expressions(children(node), scope)
                scope.loop_depth -= 1
            else:
                if isinstance(node, _YIELDS):
                    self._yield(node, scope)
                waiting += reversed(children(node))

    def _yield(self, node: ast.Yield | ast.YieldFrom, scope: _Scope) -> None:
        scope.is_generator = True
        if isinstance(node, ast.Yield):
            self._given_back(node, scope)

    def _call(self, node: ast.Call, scope: _Scope) -> list[ast.expr]:
        """Note a call; gives what is to be read of it."""
        func = node.func
        values = [*node.args, *[keyword.value for keyword in node.keywords]] if node.keywords else node.args
        refs = tuple(given_names(values))
        callee = callee_of(func)
        if callee or refs:
            scope.calls.append(CallFact(callee, node.lineno, refs, scope.loop_depth > 0, first_text(node)))
            if callee.endswith(_LISTENS):
                self.listening.append(self.text(node))
        if isinstance(func, ast.Name):
            name, rest = func.id, values
        elif isinstance(func, ast.Attribute):
            name, rest = func.attr, [func.value, *values]
        else:
            return [func, *values]
        self.named.add(name)
        if _loads(name):
            self.loaded.update(word for value in values for word in loaded_names(value))
        return rest

    def _import(self, node: ast.Import, _scope: _Scope, _prefix: str) -> None:
        for alias in node.names:
            local = alias.asname or alias.name.partition(".")[0]
            target = alias.name if alias.asname else local
            self.imports.append(ImportFact(local, target, node.lineno))

    def _import_from(self, node: ast.ImportFrom, _scope: _Scope, _prefix: str) -> None:
        base = self._absolute(node.module or "", node.level)
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(base)
            else:
                self.imports.append(ImportFact(alias.asname or alias.name, f"{base}.{alias.name}", node.lineno))
                self.named.add(alias.name)

    def _absolute(self, module: str, level: int) -> str:
        """The absolute name of a relative import; a leading part is lost beyond the root."""
        if not level:
            return module
        parts = self.module.split(".")
        keep = len(parts) - level + self.is_package
        return ".".join([*parts[: max(keep, 0)], *filter(None, [module])])

    def _class(self, node: ast.ClassDef, scope: _Scope, prefix: str) -> None:
        qualname = prefix + node.name
        if not prefix:
            self._top(node)
        assigns: list[AssignFact] = []
        methods: list[str] = []
        for statement in node.body:
            if isinstance(statement, _FUNCTIONS):
                methods.append(statement.name)
                self._function(statement, scope, qualname + ".", is_method=True)
            else:
                self._bind(statement, assigns)
                self._statement(statement, scope, qualname + ".")
        self._expressions([*node.bases, *node.decorator_list, *(keyword.value for keyword in node.keywords)], scope)
        self.classes.append(
            ClassFact(
                qualname=qualname,
                line=node.lineno,
                end_line=node.end_lineno or node.lineno,
                bases=tuple(map(self.text, node.bases)),
                keywords=tuple((keyword.arg or "**", self.text(keyword.value)) for keyword in node.keywords),
                decorators=tuple(map(self.text, node.decorator_list)),
                assigns=tuple(assigns),
                methods=tuple(methods),
            )
        )

    def _bind(self, node: ast.stmt, into: list[AssignFact]) -> None:
        """Names bound by a statement, also those under a top-level `if` or `try`."""
        if isinstance(node, ast.Assign):
            names = [name for target in node.targets if (name := dotted(target))]
            if any(map(_loads, names)):
                self.loaded.update(loaded_names(node.value))
            into.extend(AssignFact(name, self.text(node.value), "", node.lineno) for name in names)
        elif isinstance(node, ast.AnnAssign) and (name := dotted(node.target)):
            into.append(AssignFact(name, self.text(node.value), self.text(node.annotation), node.lineno))
        elif isinstance(node, _BRANCHES):
            for field in ("body", "orelse", "finalbody"):
                for child in getattr(node, field, []):
                    self._bind(child, into)

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, outer: _Scope, prefix: str, *, is_method: bool = False
    ) -> None:
        qualname = prefix + node.name
        if not prefix:
            self._top(node)
        self._expressions([*node.decorator_list, *annotations_and_defaults(node.args)], outer)
        if node.returns is not None:
            self._expressions([node.returns], outer)
        scope = _Scope(qualname)
        for statement in node.body:
            self._statement(statement, scope, qualname + ".")
        decorators = tuple(map(self.text, node.decorator_list))
        self.listening.extend(text for text in decorators if any(name in text for name in _LISTENERS))
        declares = any("declared_attr" in decorator for decorator in decorators)
        self.functions.append(
            FunctionFact(
                qualname=qualname,
                line=node.lineno,
                end_line=node.end_lineno or node.lineno,
                is_async=isinstance(node, ast.AsyncFunctionDef),
                is_generator=scope.is_generator,
                params=tuple(self._params(node.args)),
                returns=self.text(node.returns),
                decorators=decorators,
                calls=tuple(scope.calls),
                parent=prefix[:-1],
                is_method=is_method,
                binds=tuple(scope.binds),
                returned=tuple(scope.returned),
                declares=self.text(last_return(node.body)) if declares else "",
                start=first_line(node),
            )
        )

    def _top(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        start, end = first_line(node), node.end_lineno or node.lineno
        code = b"\n".join(self.source[start - 1 : end])
        digest = blake2b(code, digest_size=8, key=str(start).encode()).hexdigest()
        self.tops.append(TopFact(node.name, start, end, digest))

    def _params(self, args: ast.arguments) -> list[ParamFact]:
        normal = [*args.posonlyargs, *args.args]
        defaults = [None] * (len(normal) - len(args.defaults)) + list(args.defaults)
        params = [self._param(arg, default, "normal") for arg, default in zip(normal, defaults, strict=True)]
        if args.vararg:
            params.append(self._param(args.vararg, None, "star"))
        for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            params.append(self._param(arg, default, "keyword"))
        if args.kwarg:
            params.append(self._param(args.kwarg, None, "starstar"))
        return params

    def _param(self, arg: ast.arg, default: ast.expr | None, kind: str) -> ParamFact:
        return ParamFact(arg.arg, self.text(arg.annotation), self.text(default), kind)


_DEFINITIONS: Mapping[type[ast.AST], Callable[[_Extractor, Any, _Scope, str], None]] = {
    ast.FunctionDef: _Extractor._function,
    ast.AsyncFunctionDef: _Extractor._function,
    ast.ClassDef: _Extractor._class,
    ast.Import: _Extractor._import,
    ast.ImportFrom: _Extractor._import_from,
}
# What a statement of a function binds or returns.
_LOCALS: Mapping[type[ast.AST], Callable[[_Extractor, Any, _Scope], None]] = {
    ast.Assign: _Extractor._assigned,
    ast.AnnAssign: _Extractor._annotated,
    ast.With: _Extractor._entered,
    ast.AsyncWith: _Extractor._entered,
    ast.Return: _Extractor._given_back,
}
