"""A fix is found in the part of a file that its check has to see, and is that of the whole file."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest
from project_builder import CLIENT_PER_REQUEST

from perflint import checking, engine
from perflint.checking import Checker
from perflint.config import Settings
from perflint.findings import Finding

_LONG = "    counts = [0, 1, 2]\n" * 30
_OTHERS = {
    "nothing in common": ("def other():\n" + _LONG, 1),
    "the same indentation in a class": ("class Other:\n    def other(self):\n" + _LONG.replace("    ", "        "), 1),
    "the name that is imported": ("def other():\n    asyncio = 1\n" + _LONG, 2),
    "the name that is defined": ("def get_http_session():\n" + _LONG, 2),
    "its parameter has the name": ("def other(get_http_session):\n" + _LONG, 2),
    "the name is in a comment": ("def other():\n    # asyncio, get_http_session\n" + _LONG, 1),
    "it binds what is imported": ("def other():\n    global aiohttp\n    aiohttp = None\n" + _LONG, 2),
    "it binds something else": ("def other():\n    global known\n    known = None\n" + _LONG, 1),
    "two spaces": ("def other():\n" + _LONG.replace("    ", "  "), 2),
    "tabs": ("def other():\n" + _LONG.replace("    ", "\t"), 2),
}


def _checked(path: Path) -> list[Finding]:
    settings = Settings(root=path.parent, unsafe_fixes=True)
    return [found for found in engine.check([path.parent], settings).findings if found.fix is not None]


@pytest.mark.parametrize(("other", "parsed"), _OTHERS.values(), ids=_OTHERS)
@pytest.mark.parametrize("is_first", [True, False], ids=["before", "behind"])
def test_edits_are_those_of_the_whole_file(
    other: str, parsed: int, *, is_first: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "app.py"
    head, _, tail = CLIENT_PER_REQUEST.partition("@app.get")
    path.write_text(f"{head}{other}\n\n@app.get{tail}" if is_first else f"{CLIENT_PER_REQUEST}\n\n{other}")
    texts: list[str] = []
    parse = Checker._parse

    def counted(checker: Checker, path: Path, text: str) -> cst.Module | None:
        texts.append(text)
        return parse(checker, path, text)

    monkeypatch.setattr(Checker, "_parse", counted)
    found = _checked(path)
    assert [finding.code for finding in found] == ["PF401"]
    assert len(texts) == parsed and texts[0] != path.read_text()
    monkeypatch.setattr(checking, "blanked", lambda *_: None)
    assert _checked(path) == found


def test_who_asks_for_the_whole_file_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that looks at more than it was shown is asked again with all of the file."""
    from perflint.checks import http_client_per_call

    path = tmp_path / "app.py"
    path.write_text(f"{CLIENT_PER_REQUEST}\n\ndef other():\n{_LONG}")
    seen: list[bool] = []
    rewrite = http_client_per_call.with_shared_client

    def looking(call: cst.Call, origin: str, ctx: http_client_per_call.Context) -> object:
        seen.append("counts" in ctx.tree.code)
        return rewrite(call, origin, ctx)

    monkeypatch.setattr(http_client_per_call, "with_shared_client", looking)
    assert len(_checked(path)) == 1
    assert seen == [False, True]
