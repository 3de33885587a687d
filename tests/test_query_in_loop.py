"""PF102: what the finding says."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from perflint.config import Settings
from perflint.engine import check

HEAD = """
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)

def helper(session, number, wanted):
    return session.get(User, number) if wanted else None

def task(session: Session, numbers: list[int], wanted: set[int]) -> None:
    for number in numbers:
"""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("session.get(User, number)", "User is fetched for each number: N queries"),
        ("if number in wanted: session.get(User, number)", "User is fetched for each number: up to N queries"),
        ("helper(session, number, wanted)", "User is fetched for each number by helper: up to N queries"),
    ],
)
def test_a_query_that_not_every_round_comes_to_runs_up_to_so_often(tmp_path: Path, body: str, said: str) -> None:
    (tmp_path / "app.py").write_text(HEAD + textwrap.indent(body, " " * 8))
    assert [found.message for found in check([tmp_path], Settings(select=("PF102",))).findings] == [said]
