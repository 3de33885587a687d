"""PF401 has two fixes: which of them a run applies, and that both together come to an end."""

from __future__ import annotations

from pathlib import Path

from conftest import Write

from perflint.config import Settings
from perflint.engine import check
from perflint.findings import Applicability
from perflint.fixing import fix

APP = """
import httpx
from fastapi import FastAPI

app = FastAPI()


@app.get("/rates")
async def rates():
    async with httpx.AsyncClient(timeout=5) as client:
        return (await client.get("https://rates.example")).json()
"""
SETTINGS = Settings(select=("PF401",))


def fixed(folder: Path, *, unsafe: bool) -> tuple[int, int]:
    """How many findings were fixed, and how many are left."""
    result = fix([folder], SETTINGS, unsafe=unsafe, write=True)
    assert not result.problems
    return len(result.applied), len(result.remaining)


def test_a_safe_run_shares_the_context_and_leaves_the_finding(write: Write) -> None:
    folder = write({"api.py": APP})
    assert fixed(folder, unsafe=False) == (1, 1)
    text = (folder / "api.py").read_text()
    assert "httpx.AsyncClient(timeout=5, verify=_tls_context())" in text
    assert fixed(folder, unsafe=False) == (0, 1)
    assert (folder / "api.py").read_text() == text


def test_an_unsafe_run_shares_the_client_alone(write: Write) -> None:
    folder = write({"api.py": APP})
    assert fixed(folder, unsafe=True) == (1, 0)
    text = (folder / "api.py").read_text()
    assert 'get_http_client().get("https://rates.example", timeout=5)' in text
    assert "_tls_context" not in text
    assert fixed(folder, unsafe=True) == (0, 0)


def test_an_unsafe_run_after_a_safe_one_keeps_the_context(write: Write) -> None:
    folder = write({"api.py": APP})
    fixed(folder, unsafe=False)
    assert fixed(folder, unsafe=True) == (1, 0)
    text = (folder / "api.py").read_text()
    assert "verify=_tls_context()" in text
    assert "await get_http_client().get" in text


def test_a_check_shows_the_fix_that_a_run_with_its_settings_would_apply(write: Write) -> None:
    folder = write({"api.py": APP})
    for unsafe, wanted in ((False, Applicability.SAFE), (True, Applicability.UNSAFE)):
        outcome = check([folder], Settings(select=("PF401",), unsafe_fixes=unsafe))
        assert [finding.fix and finding.fix.applicability for finding in outcome.findings] == [wanted]
