"""Every proof: equal results and exactly the counters that its proof.toml promises."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from perflint.cards import rules

from harness import DEFAULT, Case, cases, prove
from servers import find_redis, redis_server

SQLALCHEMY_14 = "PERFLINT_SQLALCHEMY14"


def missing(what: str) -> NoReturn:
    """Skip, except where everything is promised to be installed."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI must prove everything")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    program = find_redis()
    if program is None:
        yield ""
        return
    with redis_server(program) as url:
        yield url


@pytest.mark.parametrize("case", cases(), ids=str)
def test_fix_reaches_the_promised_figures(case: Case, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    interpreter, variables = sys.executable, {}
    if case.environment == "sqlalchemy-1.4":
        interpreter = os.environ.get(SQLALCHEMY_14) or missing(f"the interpreter named by {SQLALCHEMY_14}")
    elif case.environment == "redis":
        variables["REDIS_URL"] = request.getfixturevalue("redis_url") or missing("redis-server")
    else:
        assert case.environment == DEFAULT, f"no such environment: {case.environment}"
    prove(case, tmp_path / "proof", interpreter, variables)


def test_every_rule_whose_fix_is_written_has_a_proof() -> None:
    fixed = {rule.code for rule in rules() if rule.module and rule.fix in ("safe", "unsafe")}
    assert fixed <= {case.proof.rule for case in cases()}
