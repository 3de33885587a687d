"""Where module names begin."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def import_root(texts: Mapping[Path, str]) -> Path:
    """The folder that module names begin below: above all files, and above the package that they form."""
    if not texts:
        return Path.cwd()
    root = Path(os.path.commonpath([path.parent for path in texts]))
    if root / "__init__.py" not in texts:
        # A package without __init__.py shows by being imported under its own name.
        own = (f"from {root.name}.", f"import {root.name}.")
        named = root / root.name in {path.parent for path in texts} or root / f"{root.name}.py" in texts
        return root.parent if not named and any(word in text for text in texts.values() for word in own) else root
    while root / "__init__.py" in texts:
        root = root.parent
    return root
