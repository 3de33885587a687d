"""How a file reaches a name of a library: as it does already, or by a new import."""

from __future__ import annotations

from collections.abc import Iterable

from perflint.codemods.import_names import WIDTH
from perflint.codemods.imports import bound_name
from perflint.rewrites import Import
from perflint.semantics.context import Context

_LONGEST = 120


class Reaching:
    """Collects the imports that new code needs while its text is put together."""

    def __init__(self, ctx: Context) -> None:
        self._module = ctx.outline
        self._text = ctx.text
        self._needed: dict[Import, None] = {}

    def name(self, module: str, name: str, *, by_module: bool = True) -> str:
        """The text that stands for `module.name`: the name itself where it is imported, else through the module."""
        found = bound_name(self._module, Import(module, name))
        if found is not None:
            return found
        through = bound_name(self._module, Import(module))
        if through is not None:
            return f"{through}.{name}"
        wanted = Import(module) if by_module else Import(module, name)
        self._needed[wanted] = None
        return f"{module}.{name}" if by_module else name

    def imports(self) -> tuple[Import, ...]:
        """What has to be imported for the names that were asked for."""
        return tuple(self._needed)

    @property
    def width(self) -> int:
        """How long the file's lines are, as far as lines are meant to be."""
        return min(_LONGEST, max([WIDTH, *map(len, self._text.splitlines())]))

    def add(self, imports: Iterable[Import]) -> None:
        """Further imports that the new code needs."""
        self._needed.update(dict.fromkeys(imports))
