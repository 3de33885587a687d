"""Reading the facts of a file off its tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from perflint.project.excerpts import Excerpts
from perflint.project.expression_facts import Expressions, Scope, loads
from perflint.project.facts import (
    AssignFact,
    BindFact,
    ClassFact,
    FileFacts,
    FunctionFact,
    ImportFact,
    ParamFact,
    TopFact,
    dotted,
    first_line,
    source_of,
)
from perflint.project.interface import flow, interface
from perflint.project.later import Later
from perflint.project.nodes import below, has_body, parts
from perflint.project.shapes import (
    annotations_and_defaults,
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
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BRANCHES = (ast.If, ast.Try)
_LISTENERS = ("receiver(", "listens_for(")


class _Extractor:
    def __init__(self, path: Path, module: str, text: str) -> None:
        self.path = path
        self.module = module
        self.is_package = path.stem == "__init__"
        # Nothing here may lead back to this object: no garbage is collected, so such a circle would stay for good.
        self.excerpts = Excerpts(text)
        self.text = self.excerpts.of
        self.imports: list[ImportFact] = []
        self.stars: list[str] = []
        self.classes: list[ClassFact] = []
        self.functions: list[FunctionFact] = []
        self.tops: list[TopFact] = []
        self.assigns: list[AssignFact] = []
        self.expressions = Expressions(self.text)

    def run(self, tree: ast.Module) -> FileFacts:
        scope, main = Scope(""), Scope("")
        for statement in tree.body:
            inside = main if is_main_guard(statement) else scope
            self._statement(statement, inside, "")
            self._bind(statement, self.assigns)
        return FileFacts(
            path=self.path,
            module=self.module,
            is_package=self.is_package,
            lines=len(self.excerpts.rows),
            imports=tuple(self.imports),
            star_imports=tuple(self.stars),
            classes=tuple(self.classes),
            defined=Words.in_order(dict.fromkeys(fact.qualname for fact in self.functions)),
            functions_later=Later.of(tuple(self.functions)),
            tops=tuple(self.tops),
            assigns=tuple(self.assigns),
            calls=tuple(scope.calls),
            main_calls=tuple(main.calls),
            words=Words.of(self.expressions.named | self.expressions.values),
            called=Words.of(self.expressions.named - self.expressions.values),
            strings=tuple(sorted(self.expressions.strings)),
            listening=tuple(self.expressions.listening),
            loaded=frozenset(self.expressions.loaded),
        )

    def _statement(self, node: ast.AST, scope: Scope, prefix: str) -> None:
        """Read a statement; a handler or case is read as one."""
        kind = node.__class__
        if kind in _DEFINITIONS:
            _DEFINITIONS[kind](self, node, scope, prefix)
            return
        if kind in _LOCALS and scope.qualname:
            _LOCALS[kind](self, node, scope)
        loops = kind in _LOOPS
        scope.loop_depth += loops
        self.expressions.read(parts(node), scope)
        if has_body(node):
            for statement in below(node):
                self._statement(statement, scope, prefix)
        scope.loop_depth -= loops

    def _assigned(self, node: ast.Assign, scope: Scope) -> None:
        if len(node.targets) == 1 and (source := source_of(node.value)) and (name := dotted(node.targets[0])):
            scope.binds.append(BindFact(name, source))

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if name := dotted(node.target):
            scope.binds.append(BindFact(name, source_of(node.value), self.text(node.annotation)))

    def _entered(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in node.items:
            if (name := dotted(item.optional_vars)) and (source := source_of(item.context_expr)):
                scope.binds.append(BindFact(name, source))

    def _given_back(self, node: ast.Return, scope: Scope) -> None:
        scope.give(node.value)

    def _import(self, node: ast.Import, _scope: Scope, _prefix: str) -> None:
        for alias in node.names:
            local = alias.asname or alias.name.partition(".")[0]
            target = alias.name if alias.asname else local
            self.imports.append(ImportFact(local, target, node.lineno))

    def _import_from(self, node: ast.ImportFrom, _scope: Scope, _prefix: str) -> None:
        base = self._absolute(node.module or "", node.level)
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(base)
            else:
                self.imports.append(ImportFact(alias.asname or alias.name, f"{base}.{alias.name}", node.lineno))
                self.expressions.named.add(alias.name)

    def _absolute(self, module: str, level: int) -> str:
        """The absolute name of a relative import; a leading part is lost beyond the root."""
        if not level:
            return module
        parts = self.module.split(".")
        keep = len(parts) - level + self.is_package
        return ".".join([*parts[: max(keep, 0)], *filter(None, [module])])

    def _class(self, node: ast.ClassDef, scope: Scope, prefix: str) -> None:
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
        self.expressions.read([*node.bases, *node.decorator_list, *(keyword.value for keyword in node.keywords)], scope)
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
            if any(map(loads, names)):
                self.expressions.loaded.update(loaded_names(node.value))
            into.extend(AssignFact(name, self.text(node.value), "", node.lineno) for name in names)
        elif isinstance(node, ast.AnnAssign) and (name := dotted(node.target)):
            into.append(AssignFact(name, self.text(node.value), self.text(node.annotation), node.lineno))
        elif isinstance(node, _BRANCHES):
            for field in ("body", "orelse", "finalbody"):
                for child in getattr(node, field, []):
                    self._bind(child, into)

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, outer: Scope, prefix: str, *, is_method: bool = False
    ) -> None:
        qualname = prefix + node.name
        if not prefix:
            self._top(node)
        self.expressions.read([*node.decorator_list, *annotations_and_defaults(node.args)], outer)
        if node.returns is not None:
            self.expressions.read([node.returns], outer)
        scope = Scope(qualname)
        for statement in node.body:
            self._statement(statement, scope, qualname + ".")
        decorators = tuple(map(self.text, node.decorator_list))
        self.expressions.listening.extend(text for text in decorators if any(name in text for name in _LISTENERS))
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
        code = b"\n".join(self.excerpts.rows[start - 1 : end])
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


_DEFINITIONS: Mapping[type[ast.AST], Callable[[_Extractor, Any, Scope, str], None]] = {
    ast.FunctionDef: _Extractor._function,
    ast.AsyncFunctionDef: _Extractor._function,
    ast.ClassDef: _Extractor._class,
    ast.Import: _Extractor._import,
    ast.ImportFrom: _Extractor._import_from,
}
# What a statement of a function binds or returns.
_LOCALS: Mapping[type[ast.AST], Callable[[_Extractor, Any, Scope], None]] = {
    ast.Assign: _Extractor._assigned,
    ast.AnnAssign: _Extractor._annotated,
    ast.With: _Extractor._entered,
    ast.AsyncWith: _Extractor._entered,
    ast.Return: _Extractor._given_back,
}
