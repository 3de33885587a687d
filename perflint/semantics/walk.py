"""The one LibCST visit, and which `ast` node each LibCST node is.

Both trees are walked in the order of the source, over the fields that hold expressions and
statements, so the n-th node of one is the n-th of the other. No positions and no metadata are needed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import libcst as cst

# LibCST node type -> the fields to walk, in an order that the other table shares.
_CST: dict[type[cst.CSTNode], tuple[str, ...]] = {
    cst.Module: ("body",),
    cst.Attribute: ("value",),
    cst.Call: ("func", "args"),
    cst.Arg: ("value",),
    cst.Subscript: ("value", "slice"),
    cst.SubscriptElement: ("slice",),
    cst.Index: ("value",),
    cst.Slice: ("lower", "upper", "step"),
    cst.Await: ("expression",),
    cst.ListComp: ("elt", "for_in"),
    cst.SetComp: ("elt", "for_in"),
    cst.GeneratorExp: ("elt", "for_in"),
    cst.DictComp: ("key", "value", "for_in"),
    cst.CompFor: ("target", "iter", "ifs", "inner_for_in"),
    cst.CompIf: ("test",),
    cst.Lambda: ("params", "body"),
    cst.Parameters: ("posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg"),
    cst.Param: ("annotation", "default"),
    cst.Annotation: ("annotation",),
    cst.IfExp: ("test", "body", "orelse"),
    cst.Dict: ("elements",),
    cst.DictElement: ("key", "value"),
    cst.StarredDictElement: ("value",),
    cst.List: ("elements",),
    cst.Set: ("elements",),
    cst.Tuple: ("elements",),
    cst.Element: ("value",),
    cst.StarredElement: ("value",),
    cst.Comparison: ("left", "comparisons"),
    cst.ComparisonTarget: ("comparator",),
    cst.BooleanOperation: ("left", "right"),
    cst.BinaryOperation: ("left", "right"),
    cst.UnaryOperation: ("expression",),
    cst.NamedExpr: ("target", "value"),
    cst.Yield: ("value",),
    cst.From: ("item",),
    cst.FormattedString: ("parts",),
    cst.FormattedStringExpression: ("expression", "format_spec"),
    cst.ConcatenatedString: ("left", "right"),
    cst.FunctionDef: ("decorators", "params", "returns", "body"),
    cst.ClassDef: ("decorators", "bases", "keywords", "body"),
    cst.Decorator: ("decorator",),
    cst.IndentedBlock: ("body",),
    cst.SimpleStatementLine: ("body",),
    cst.SimpleStatementSuite: ("body",),
    cst.For: ("target", "iter", "body", "orelse"),
    cst.While: ("test", "body", "orelse"),
    cst.If: ("test", "body", "orelse"),
    cst.Else: ("body",),
    cst.Finally: ("body",),
    cst.With: ("items", "body"),
    cst.WithItem: ("item", "asname"),
    cst.AsName: ("name",),
    cst.Try: ("body", "handlers", "orelse", "finalbody"),
    cst.TryStar: ("body", "handlers", "orelse", "finalbody"),
    cst.ExceptHandler: ("type", "body"),
    cst.ExceptStarHandler: ("type", "body"),
    cst.Match: ("subject", "cases"),
    cst.MatchCase: ("guard", "body"),
    cst.Return: ("value",),
    cst.Raise: ("exc", "cause"),
    cst.Expr: ("value",),
    cst.Assign: ("targets", "value"),
    cst.AssignTarget: ("target",),
    cst.AnnAssign: ("target", "annotation", "value"),
    cst.AugAssign: ("target", "value"),
    cst.Assert: ("test", "msg"),
    cst.Del: ("target",),
}
_AST: dict[type[ast.AST], tuple[str, ...]] = {
    ast.ListComp: ("elt", "generators"),
    ast.SetComp: ("elt", "generators"),
    ast.GeneratorExp: ("elt", "generators"),
    ast.DictComp: ("key", "value", "generators"),
    ast.Lambda: ("args", "body"),
    ast.FunctionDef: ("decorator_list", "args", "returns", "body"),
    ast.AsyncFunctionDef: ("decorator_list", "args", "returns", "body"),
    ast.ClassDef: ("decorator_list", "bases", "keywords", "body"),
    ast.With: ("items", "body"),
    ast.AsyncWith: ("items", "body"),
    ast.Match: ("subject", "cases"),
    ast.match_case: ("guard", "body"),
    ast.ExceptHandler: ("type", "body"),
    ast.JoinedStr: ("values",),
    ast.Name: (),
    ast.Constant: (),
    ast.Attribute: ("value",),
    ast.Starred: ("value",),
    ast.List: ("elts",),
    ast.Tuple: ("elts",),
    ast.Compare: ("left", "comparators"),
    ast.BoolOp: ("values",),
    ast.BinOp: ("left", "right"),
    ast.UnaryOp: ("operand",),
    ast.Import: (),
    ast.ImportFrom: (),
}
_LEAVES = frozenset(kind for kind, fields in _AST.items() if not fields)
# LibCST type -> the `ast` types it stands for; only these are matched.
PAIRS: dict[type[cst.CSTNode], tuple[type[ast.AST], ...]] = {
    cst.Name: (ast.Name,),
    cst.Attribute: (ast.Attribute,),
    cst.Call: (ast.Call,),
    cst.Subscript: (ast.Subscript,),
    cst.Await: (ast.Await,),
    cst.ListComp: (ast.ListComp,),
    cst.SetComp: (ast.SetComp,),
    cst.GeneratorExp: (ast.GeneratorExp,),
    cst.DictComp: (ast.DictComp,),
    cst.Lambda: (ast.Lambda,),
    cst.IfExp: (ast.IfExp,),
    cst.Dict: (ast.Dict,),
    cst.List: (ast.List,),
    cst.Set: (ast.Set,),
    cst.Tuple: (ast.Tuple,),
    cst.Comparison: (ast.Compare,),
    cst.UnaryOperation: (ast.UnaryOp,),
    cst.NamedExpr: (ast.NamedExpr,),
    cst.FunctionDef: (ast.FunctionDef, ast.AsyncFunctionDef),
    cst.ClassDef: (ast.ClassDef,),
    cst.For: (ast.For, ast.AsyncFor),
    cst.While: (ast.While,),
    cst.If: (ast.If,),
    cst.With: (ast.With, ast.AsyncWith),
    cst.Try: (ast.Try,),
    cst.Return: (ast.Return,),
    cst.Expr: (ast.Expr,),
    cst.Assign: (ast.Assign,),
    cst.AnnAssign: (ast.AnnAssign,),
    cst.AugAssign: (ast.AugAssign,),
}
_KEPT = frozenset(kind for kinds in PAIRS.values() for kind in kinds)


@dataclass(frozen=True, slots=True)
class Visit:
    """All nodes of a module that hold code, parents first, in the order of the source, each with its parent.

    `statements` are the ranges of the top-level statements in `nodes`, those of one line apart.
    """

    nodes: list[cst.CSTNode]
    parents: Mapping[cst.CSTNode, cst.CSTNode]
    statements: list[tuple[int, int]]


def visit(module: cst.Module) -> Visit:
    """The one walk that all checks share."""
    nodes: list[cst.CSTNode] = [module]
    parents: dict[cst.CSTNode, cst.CSTNode] = {}
    statements: list[tuple[int, int]] = []
    for line in module.body:
        owner: cst.CSTNode = module
        parts: Sequence[cst.CSTNode] = [line]
        if isinstance(line, cst.SimpleStatementLine):
            nodes.append(line)
            parents[line] = module
            owner, parts = line, line.body
        for part in parts:
            start = len(nodes)
            _visit(part, owner, nodes, parents)
            statements.append((start, len(nodes)))
    return Visit(nodes, parents, statements)


def _visit(
    root: cst.CSTNode, owner: cst.CSTNode, nodes: list[cst.CSTNode], parents: dict[cst.CSTNode, cst.CSTNode]
) -> None:
    stack = [root]
    parents[root] = owner
    while stack:
        node = stack.pop()
        nodes.append(node)
        if type(node) not in _CST:
            continue  # a name or a text, as most are
        below = list(children(node))
        parents.update(dict.fromkeys(below, node))
        below.reverse()
        stack += below


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and everything below it that holds code, parents first, in the order of the source."""
    stack: list[cst.CSTNode] = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(list(children(current))))


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The parts of a node that hold code."""
    for field in _CST.get(type(node), ()):
        value: Any = getattr(node, field)
        kind = type(value)
        if kind is tuple or kind is list:
            yield from value
        elif kind is cst.Tuple and type(node) in (cst.Del, cst.Index):
            yield from value.elements  # in `ast` these tuples are no nodes of their own
        elif value is not None and kind is not cst.MaybeSentinel and kind is not cst.ParamStar:
            yield value


def align(visited: Visit, tree: ast.Module, left_out: Set[ast.AST] = frozenset()) -> dict[cst.CSTNode, ast.AST]:
    """LibCST nodes and the `ast` nodes that they are; a statement whose shapes differ is left out.

    `left_out` are functions of which the LibCST tree has a `def` of nothing; these are no pairs.
    """
    pairs: dict[cst.CSTNode, ast.AST] = {}
    if len(visited.statements) != len(tree.body):
        return pairs
    for (start, end), right in zip(visited.statements, tree.body, strict=True):
        ours = [node for node in visited.nodes[start:end] if type(node) in PAIRS and not _is_literal(node)]
        theirs = [node for node in _walk_ast(right, left_out) if type(node) in _KEPT]
        if len(ours) == len(theirs) and all(type(b) in PAIRS[type(a)] for a, b in zip(ours, theirs, strict=True)):
            pairs.update(zip(ours, theirs, strict=True))
    return {node: found for node, found in pairs.items() if found not in left_out} if left_out else pairs


def _is_literal(node: cst.CSTNode) -> bool:
    """LibCST has True, False and None as names, `ast` as constants."""
    return isinstance(node, cst.Name) and node.value in ("True", "False", "None")


def _walk_ast(node: ast.AST, left_out: Set[ast.AST]) -> Iterator[ast.AST]:
    stack: list[ast.AST] = [node]
    while stack:
        current = stack.pop()
        yield current
        if type(current) not in _LEAVES and current not in left_out:
            stack.extend(reversed(_parts(current)))


def _parts(node: ast.AST) -> list[ast.AST]:
    if type(node) in _UNORDERED:
        return _ordered(node)
    found: list[ast.AST] = []
    for field in _AST.get(type(node), node._fields):
        value = getattr(node, field, None)
        if isinstance(value, ast.AST):
            found.append(value)
        elif isinstance(value, list):
            found += [part for part in value if isinstance(part, ast.AST)]
    return found


_UNORDERED = {ast.Call, ast.Dict, ast.arguments, ast.Subscript, ast.Try, ast.TryStar}


def _ordered(node: ast.AST) -> list[ast.AST]:
    """The parts of a node whose fields are not in the order of the source."""
    match node:
        case ast.Call():
            arguments: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
            if node.keywords and any(isinstance(argument, ast.Starred) for argument in node.args):
                arguments.sort(key=lambda part: (part.lineno, part.col_offset))
            return [node.func, *arguments]
        case ast.Dict():
            pairs = zip(node.keys, node.values, strict=True)
            return [part for pair in pairs for part in pair if part is not None]
        case ast.arguments():
            return _arguments(node)
        case ast.Subscript(slice=ast.Tuple(elts=elements)):
            return [node.value, *elements]
        case ast.Subscript():
            return [node.value, node.slice]
        case ast.Try() | ast.TryStar():
            return [*node.body, *node.handlers, *node.orelse, *node.finalbody]
    raise TypeError(type(node))


def _arguments(node: ast.arguments) -> list[ast.AST]:
    """Annotations and defaults in the order of the source."""
    normal = [*node.posonlyargs, *node.args]
    defaults: list[ast.expr | None] = [None] * (len(normal) - len(node.defaults))
    groups: list[tuple[ast.arg | None, ast.expr | None]] = list(zip(normal, [*defaults, *node.defaults], strict=True))
    groups.append((node.vararg, None))
    groups += zip(node.kwonlyargs, node.kw_defaults, strict=True)
    groups.append((node.kwarg, None))
    found: list[ast.AST] = []
    for arg, default in groups:
        if arg is not None and arg.annotation is not None:
            found.append(arg.annotation)
        if default is not None:
            found.append(default)
    return found
