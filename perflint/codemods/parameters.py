"""Adding parameters to a function, in the layout that it has."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst


def with_parameters(function: cst.FunctionDef, texts: Sequence[str]) -> cst.Parameters:
    """The function's parameters with more behind the positional ones, each a source text with a default."""
    new = [_parsed(text) for text in texts]
    old = list(function.params.params)
    if not old:
        return function.params.with_changes(params=new)
    last_comma = old[-1].comma
    between = old[0].comma if len(old) > 1 else cst.MaybeSentinel.DEFAULT
    if between is cst.MaybeSentinel.DEFAULT and isinstance(last_comma, cst.Comma):
        between = _broken(function, last_comma)
    kept = [*old[:-1], old[-1].with_changes(comma=between), *(param.with_changes(comma=between) for param in new)]
    return function.params.with_changes(params=[*kept[:-1], kept[-1].with_changes(comma=last_comma)])


def names(function: cst.FunctionDef) -> set[str]:
    """The names of all parameters."""
    params = function.params
    every = [*params.posonly_params, *params.params, *params.kwonly_params]
    every += [extra for extra in (params.star_arg, params.star_kwarg) if isinstance(extra, cst.Param)]
    return {param.name.value for param in every}


def _broken(function: cst.FunctionDef, last: cst.Comma) -> cst.Comma | cst.MaybeSentinel:
    """One parameter on a line of its own: the next ones begin lines, too, as deep as the first."""
    opening = function.whitespace_before_params
    return last.with_changes(whitespace_after=opening) if isinstance(opening, cst.ParenthesizedWhitespace) else last


def _parsed(text: str) -> cst.Param:
    function = cst.ensure_type(cst.parse_statement(f"def f({text}): ..."), cst.FunctionDef)
    return function.params.params[0]


def with_first_parameter(function: cst.FunctionDef, text: str) -> cst.Parameters:
    """The function's parameters with one more before the others."""
    new = _parsed(text)
    old = list(function.params.params)
    if not old:
        rest = function.params.star_arg is not cst.MaybeSentinel.DEFAULT or function.params.star_kwarg is not None
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")) if rest else cst.MaybeSentinel.DEFAULT
        return function.params.with_changes(params=[new.with_changes(comma=comma)])
    between = cst.Comma(whitespace_after=_separator(function))
    return function.params.with_changes(params=[new.with_changes(comma=between), *old])


def _separator(function: cst.FunctionDef) -> cst.BaseParenthesizableWhitespace:
    """A line break where each parameter has its own line."""
    opening = function.whitespace_before_params
    return opening if isinstance(opening, cst.ParenthesizedWhitespace) else cst.SimpleWhitespace(" ")
