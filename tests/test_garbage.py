"""No garbage is collected while perflint runs: what is made for each file may not lead back to itself."""

from __future__ import annotations

import ast
import gc
from pathlib import Path

from perflint.project.expression_facts import Expressions
from perflint.project.extraction import extract


def test_nothing_is_left_of_reading_facts() -> None:
    text = "import os\n\nclass A:\n    x = os.path\n\n    def f(self, y=1):\n        return [g(y) for y in self.x]\n"
    gc.collect()
    gc.disable()
    try:
        facts = extract(Path("a.py"), "a", text, ast.parse(text))
        left = [each for each in gc.get_objects() if isinstance(each, Expressions)]
    finally:
        gc.enable()
    assert facts.functions and left == []
