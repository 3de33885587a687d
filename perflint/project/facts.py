"""Facts of one file: small plain data, everything the project needs without the file's tree.

Expressions are kept as source text and parsed again only where a question needs them
(`expression`); most never are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from perflint.project.words import Words


@dataclass(frozen=True, slots=True)
class ImportFact:
    """A local name and the absolute dotted name that it stands for."""

    local: str
    target: str
    line: int


@dataclass(frozen=True, slots=True)
class CallFact:
    """A call by dotted name; `make().run` stands for a method of what another call gives.

    `refs` are the dotted names given as arguments, also inside lists and other displays;
    `first` is the first argument when it is a short string.
    """

    callee: str
    line: int
    refs: tuple[str, ...] = ()
    in_loop: bool = False
    first: str = ""
    text: str = ""  # the whole call, kept only where listeners are registered


@dataclass(frozen=True, slots=True)
class BindFact:
    """A name, or `self.x`, bound in a function. `source` is a dotted name, or `make()` for a call's result."""

    name: str
    source: str
    annotation: str = ""


@dataclass(frozen=True, slots=True)
class ParamFact:
    """One parameter; annotation and default are source text, empty when absent."""

    name: str
    annotation: str = ""
    default: str = ""
    kind: str = "normal"  # normal, keyword, star, starstar


@dataclass(frozen=True, slots=True)
class FunctionFact:
    """A function's signature and what it calls, its nested functions apart."""

    qualname: str
    line: int
    end_line: int
    is_async: bool
    is_generator: bool
    params: tuple[ParamFact, ...]
    returns: str
    decorators: tuple[str, ...]
    calls: tuple[CallFact, ...]
    parent: str = ""  # qualname of the enclosing class or function
    is_method: bool = False
    binds: tuple[BindFact, ...] = ()
    returned: tuple[str, ...] = ()  # what `return` and `yield` give, written as in BindFact; "?" for the rest
    declares: str = ""  # the source text that a SQLAlchemy `declared_attr` method returns
    start: int = 0  # the line of the first decorator, or of the `def`

    @property
    def name(self) -> str:
        return self.qualname.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class AssignFact:
    """A name bound in a class body or at module level. `value` and `annotation` are source text."""

    name: str
    value: str
    annotation: str
    line: int


@dataclass(frozen=True, slots=True)
class ClassFact:
    """A class statement. Nested classes (Django's Meta) have their outer class in `qualname`."""

    qualname: str
    line: int
    end_line: int
    bases: tuple[str, ...]
    keywords: tuple[tuple[str, str], ...]
    decorators: tuple[str, ...]
    assigns: tuple[AssignFact, ...]
    methods: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.qualname.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file tells the project."""

    path: Path
    module: str
    is_package: bool
    lines: int
    imports: tuple[ImportFact, ...]
    star_imports: tuple[str, ...]
    classes: tuple[ClassFact, ...]
    functions: tuple[FunctionFact, ...]
    assigns: tuple[AssignFact, ...]
    calls: tuple[CallFact, ...]  # at module level, `if __name__ == "__main__"` apart
    main_calls: tuple[CallFact, ...]
    words: Words  # every name and attribute of the file
    called: Words  # words that the file uses only to call them
    interface: str  # a digest of all that other files can see of this one, what its functions do apart
    strings: tuple[str, ...]  # dotted string literals, as mock.patch and send_task take
    loaded: frozenset[str] = frozenset()  # names of relations that the file loads eagerly


@lru_cache(maxsize=8192)
def expression(text: str) -> ast.expr | None:
    """The tree of an expression kept as text; None when it is none by itself."""
    try:
        return ast.parse(f"({text}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def dotted(node: ast.expr | None) -> str:
    """`a.b.c` of a chain of names, else the empty string."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    parts.append(node.id)
    return ".".join(reversed(parts))


def source_of(node: ast.expr | None) -> str:
    """A value as BindFact writes it: `a.b`, `make()` for a call with or without arguments, else empty."""
    if isinstance(node, ast.Await):
        node = node.value
    if not isinstance(node, ast.Call):
        return dotted(node)
    name = callee_of(node.func)
    return f"{name}()" if name else ""


def callee_of(node: ast.expr) -> str:
    """What a call calls: `a.b`, or `a.make().b`."""
    if name := dotted(node):
        return name
    if isinstance(node, ast.Attribute) and (inner := source_of(node.value)):
        return f"{inner}.{node.attr}"
    return ""


def extract(path: Path, module: str, text: str, tree: ast.Module) -> FileFacts:
    """Read the facts of a parsed file."""
    return _Extractor(path, module, text).run(tree)


_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LISTENS = (".connect", "listen")
# Calls, class attributes and constants that say which relations are loaded with the rows.
LOADERS = re.compile(r"(?i).*(prefetch|select_related|(joined|selectin|subquery|immediate|eager)_?load|contains_eager)")
_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*")


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
        self.assigns: list[AssignFact] = []
        self.words: set[str] = set()
        self.values: set[str] = set()  # words used other than as the name of what is called
        self.strings: set[str] = set()
        self.loaded: set[str] = set()

    def run(self, tree: ast.Module) -> FileFacts:
        scope, main = _Scope(""), _Scope("")
        for statement in tree.body:
            inside = main if _is_main_guard(statement) else scope
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
            functions=tuple(self.functions),
            assigns=tuple(self.assigns),
            calls=tuple(scope.calls),
            main_calls=tuple(main.calls),
            words=Words.of(self.words),
            called=Words.of(self.words - self.values),
            interface=self._interface([*scope.calls, *main.calls]),
            strings=tuple(sorted(self.strings)),
            loaded=frozenset(self.loaded),
        )

    def _interface(self, calls: list[CallFact]) -> str:
        """Names, signatures, classes and their values, what is loaded and who listens; no line numbers."""
        parts: list[object] = [[(fact.local, fact.target) for fact in self.imports], self.stars, sorted(self.loaded)]
        parts += [
            (fact.qualname, fact.bases, fact.keywords, fact.decorators, fact.methods, _bound(fact.assigns))
            for fact in self.classes
        ]
        for fact in self.functions:
            parts.append((fact.qualname, fact.is_async, fact.is_generator, fact.params, fact.returns, fact.decorators))
            parts.append((fact.parent, fact.is_method, fact.declares))
            calls.extend(fact.calls)
        parts += [_bound(self.assigns), [call.text for call in calls if call.text]]
        return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()

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

    def _statement(self, node: ast.stmt, scope: _Scope, prefix: str) -> None:
        if isinstance(node, _FUNCTIONS):
            self._function(node, scope, prefix, is_method=False)
        elif isinstance(node, ast.ClassDef):
            self._class(node, scope, prefix)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node)
        else:
            if scope.qualname:
                self._local(node, scope)
            self._children(node, scope, prefix)

    def _local(self, node: ast.stmt, scope: _Scope) -> None:
        """What a statement of a function binds or returns."""
        if isinstance(node, ast.Assign):
            if len(node.targets) == 1 and (source := source_of(node.value)) and (name := dotted(node.targets[0])):
                scope.binds.append(BindFact(name, source))
        elif isinstance(node, ast.AnnAssign):
            if name := dotted(node.target):
                scope.binds.append(BindFact(name, source_of(node.value), self.text(node.annotation)))
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if (name := dotted(item.optional_vars)) and (source := source_of(item.context_expr)):
                    scope.binds.append(BindFact(name, source))
        elif isinstance(node, ast.Return) and node.value is not None:
            scope.returned[source_of(node.value) or "?"] = None

    def _children(self, node: ast.AST, scope: _Scope, prefix: str) -> None:
        loops = isinstance(node, _LOOPS + _COMPREHENSIONS)
        scope.loop_depth += loops
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                self._statement(child, scope, prefix)
            else:
                self._expression(child, scope, prefix)
        scope.loop_depth -= loops

    def _expression(self, node: ast.AST, scope: _Scope, prefix: str) -> None:
        if isinstance(node, ast.Name):
            self.words.add(node.id)
            self.values.add(node.id)
            return
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and "." in node.value and len(node.value) < 200:
                self.strings.add(node.value)
            return
        if isinstance(node, ast.Attribute):
            self.words.add(node.attr)
            self.values.add(node.attr)
        elif isinstance(node, ast.Call):
            self._call(node, scope, prefix)
            return
        elif isinstance(node, ast.Yield | ast.YieldFrom):
            scope.is_generator = True
            if isinstance(node, ast.Yield) and node.value is not None:
                scope.returned[source_of(node.value) or "?"] = None
        self._children(node, scope, prefix)

    def _call(self, node: ast.Call, scope: _Scope, prefix: str) -> None:
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        refs = tuple(name for value in values for name in _names(value))
        callee = callee_of(node.func)
        if callee or refs:
            text = self.text(node) if callee.endswith(_LISTENS) else ""
            scope.calls.append(CallFact(callee, node.lineno, refs, scope.loop_depth > 0, _first(node), text))
        if LOADERS.match(callee.rpartition(".")[2] or getattr(node.func, "attr", "")):
            self.loaded.update(word for value in values for word in _loaded(value))
        if isinstance(node.func, ast.Name):
            self.words.add(node.func.id)
        elif isinstance(node.func, ast.Attribute):
            self.words.add(node.func.attr)
            self._expression(node.func.value, scope, prefix)
        else:
            self._expression(node.func, scope, prefix)
        for value in values:
            self._expression(value, scope, prefix)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.asname or alias.name.partition(".")[0]
                target = alias.name if alias.asname else local
                self.imports.append(ImportFact(local, target, node.lineno))
            return
        base = self._absolute(node.module or "", node.level)
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(base)
            else:
                self.imports.append(ImportFact(alias.asname or alias.name, f"{base}.{alias.name}", node.lineno))
                self.words.add(alias.name)

    def _absolute(self, module: str, level: int) -> str:
        """The absolute name of a relative import; a leading part is lost beyond the root."""
        if not level:
            return module
        parts = self.module.split(".")
        keep = len(parts) - level + self.is_package
        return ".".join([*parts[: max(keep, 0)], *filter(None, [module])])

    def _class(self, node: ast.ClassDef, scope: _Scope, prefix: str) -> None:
        qualname = prefix + node.name
        assigns: list[AssignFact] = []
        methods: list[str] = []
        for statement in node.body:
            if isinstance(statement, _FUNCTIONS):
                methods.append(statement.name)
                self._function(statement, scope, qualname + ".", is_method=True)
            else:
                self._bind(statement, assigns)
                self._statement(statement, scope, qualname + ".")
        for part in (*node.bases, *node.decorator_list, *(keyword.value for keyword in node.keywords)):
            self._expression(part, scope, prefix)
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
            if any(map(LOADERS.match, names)):
                self.loaded.update(_loaded(node.value))
            into.extend(AssignFact(name, self.text(node.value), "", node.lineno) for name in names)
        elif isinstance(node, ast.AnnAssign) and (name := dotted(node.target)):
            into.append(AssignFact(name, self.text(node.value), self.text(node.annotation), node.lineno))
        elif isinstance(node, ast.If | ast.Try):
            for field in ("body", "orelse", "finalbody"):
                for child in getattr(node, field, []):
                    self._bind(child, into)

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, outer: _Scope, prefix: str, *, is_method: bool
    ) -> None:
        qualname = prefix + node.name
        for part in (*node.decorator_list, *_annotations_and_defaults(node.args)):
            self._expression(part, outer, prefix)
        if node.returns is not None:
            self._expression(node.returns, outer, prefix)
        scope = _Scope(qualname)
        for statement in node.body:
            self._statement(statement, scope, qualname + ".")
        decorators = tuple(map(self.text, node.decorator_list))
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
                declares=self.text(_last_return(node.body)) if declares else "",
                start=min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]),
            )
        )

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


def _annotations_and_defaults(args: ast.arguments) -> list[ast.expr]:
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, *filter(None, [args.vararg, args.kwarg])]
    annotations = [arg.annotation for arg in every if arg.annotation is not None]
    return [*annotations, *args.defaults, *(default for default in args.kw_defaults if default is not None)]


def _names(node: ast.expr) -> Iterator[str]:
    """Dotted names of an argument: its own, or those listed in it."""
    if isinstance(node, ast.Starred):
        node = node.value
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        values: list[ast.expr] = node.elts
    elif isinstance(node, ast.Dict):
        values = node.values
    else:
        values = [node]
    for value in values:
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "as_view":
            value = value.func  # the class behind `path("orders/", Orders.as_view())`
        if name := dotted(value):
            yield name


def _bound(assigns: Iterable[AssignFact]) -> list[tuple[str, str, str]]:
    return [(assign.name, assign.value, assign.annotation) for assign in assigns]


def _first(node: ast.Call) -> str:
    value = node.args[0] if node.args else None
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and len(value.value) < 200:
        return value.value
    return ""


def _loaded(node: ast.expr) -> Iterator[str]:
    """The relations that a loader is given: `User.orders`, "orders__items", "orders.items"."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield from _WORD.findall(part.value)


def _last_return(body: list[ast.stmt]) -> ast.expr | None:
    """What a function returns at its end, or in the last branch of an `if`."""
    for statement in reversed(body):
        if isinstance(statement, ast.Return):
            return statement.value
        if isinstance(statement, ast.If):
            return _last_return(statement.orelse) or _last_return(statement.body)
    return None


def _is_main_guard(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )
