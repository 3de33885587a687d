"""`perflint fix` as a LibCST codemod: `python -m libcst.tool codemod -x perflint.codemod.PerflintFix FILE`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext

from perflint.config import load
from perflint.discovery import absolute
from perflint.fixing import fix
from perflint.fixing_checks import Begin


class PerflintFix(CodemodCommand):
    """Does to one file what `perflint fix` does to it, with the project around it and its settings."""

    DESCRIPTION = "Rewrite performance anti-patterns into the documented fast form, as `perflint fix` does."

    def __init__(
        self,
        context: CodemodContext,
        unsafe_fixes: bool = False,
        select: Sequence[str] | None = None,
        begin: Begin | None = None,
    ) -> None:
        super().__init__(context)
        self.unsafe_fixes = unsafe_fixes
        self.select = select
        self.begin = begin

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        arg_parser.add_argument("--unsafe-fixes", action="store_true", help="apply unsafe fixes too")
        arg_parser.add_argument(
            "--select", action="append", metavar="RULE", help="rules to run: codes, names, prefixes, ALL"
        )

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        path = absolute(Path(self.context.filename or "stdin.py"))
        settings = load(path.parent, self._overrides()).settings
        overlay = {path: tree.code}
        result = fix([path], settings, unsafe=settings.unsafe_fixes, write=False, overlay=overlay, begin=self.begin)
        for problem in result.problems:
            self.warn(f"{problem.path or path}: {problem.message}")
        if path not in result.changed:
            return tree
        return cst.parse_module(result.changed[path][1], config=tree.config_for_parsing)

    def _overrides(self) -> dict[str, Any]:
        names = [name for value in self.select or () for name in value.split(",") if name]
        given = {"select": names, "unsafe-fixes": self.unsafe_fixes}
        return {key: value for key, value in given.items() if value}
