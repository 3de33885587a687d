"""A check that fails loses its findings in that file, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from project_builder import CLIENT_PER_REQUEST

from perflint import engine
from perflint.checks import http_client_per_call, query_in_loop
from perflint.config import Settings


def _fails(*_: object) -> bool:
    raise KeyError("x")


@pytest.mark.parametrize(
    ("check", "code", "found"),
    [(http_client_per_call.check, "PF401", []), (query_in_loop.check, "PF102", ["PF401"])],
    ids=["where it has something to say", "where it has nothing to say"],
)
def test_what_a_check_wants_cannot_be_told(
    check: object, code: str, found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "wants", _fails)
    (tmp_path / "app.py").write_text(CLIENT_PER_REQUEST)
    outcome = engine.check([tmp_path], Settings(root=tmp_path))
    assert [finding.code for finding in outcome.findings] == found
    assert [problem.message.partition(" ")[0] for problem in outcome.problems] == [code]
    assert all("crashed: KeyError: 'x'" in problem.message for problem in outcome.problems)
