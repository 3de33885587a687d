"""The law of PF202: whatever the condition, the database selects the rows that Python keeps."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from perflint.config import Settings
from perflint.fixing import fix

_HEAD = """
from sqlalchemy import Boolean, Column, Date, Integer, String, select
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()


class Row(Base):
    __tablename__ = "rows"

    id = Column(Integer, primary_key=True)
    flag = Column(Boolean)
    text = Column(String(10))
    number = Column(Integer)
    sure = Column(Boolean, nullable=False)
    word = Column(String(10), nullable=False)
    size = Column(Integer, nullable=False)
"""
_QUESTION = """

def question{}(session: Session, wanted: int | None) -> list[int]:
    return [row.id for row in session.scalars(select(Row).order_by(Row.id)) if {}]
"""


def _texts(pattern: str, *words: Sequence[str]) -> st.SearchStrategy[str]:
    return st.tuples(*map(st.sampled_from, words)).map(lambda chosen: pattern.format(*chosen))


_BOOLS, _STRINGS, _NUMBERS = ("flag", "sure"), ("text", "word"), ("number", "size")
_SAME, _ORDER, _VALUES = ("==", "!="), ("<", "<=", ">", ">="), ("0", "1", "5", "-1")
_TESTS = st.one_of(
    _texts("row.{}", (*_BOOLS, *_STRINGS, *_NUMBERS)),
    _texts("row.{} {} None", (*_BOOLS, *_STRINGS, *_NUMBERS), ("is", "is not", *_SAME)),
    _texts("row.{} {} {}", _BOOLS, ("is", "is not", *_SAME), ("True", "False")),
    _texts('row.{} {} "{}"', _STRINGS, _SAME, ("", "a", "b")),
    _texts("row.{} {} {}", _NUMBERS, _SAME, (*_VALUES, "wanted")),
    _texts("row.size {} {}", _ORDER, _VALUES),
    _texts("row.number is not None and row.number {} {}", _ORDER, _VALUES),
    _texts("row.number and row.number {} {}", _ORDER, _VALUES),
    _texts("row.number is None or row.number {} {}", _ORDER, _VALUES),
    _texts("0 {} row.size {} 5", _ORDER[:2], _ORDER[:2]),
    _texts("row.{} {} ({})", _NUMBERS, ("in", "not in"), ("0, 5", "1,", "0, 1, 5")),
)
_CONDITIONS = st.recursive(
    _TESTS,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, st.sampled_from(("and", "or")), inner).map(lambda parts: "({}) {} ({})".format(*parts)),
    ),
    max_leaves=6,
)


@settings(max_examples=4, deadline=None)
@given(st.lists(_CONDITIONS, min_size=12, max_size=12))
def test_the_database_selects_the_rows_that_python_keeps(conditions: list[str]) -> None:
    before = _HEAD + "".join(_QUESTION.format(number, text) for number, text in enumerate(conditions))
    after = _fixed(before)
    assert " if " not in after, "each of these conditions can be said in SQL"
    assert _answers(after, len(conditions)) == _answers(before, len(conditions))


def _fixed(text: str) -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "questions.py"
        path.write_text(text, encoding="utf-8")
        result = fix([Path(folder)], Settings(select=["PF202"]), unsafe=False, write=True)
        assert not result.problems, result.problems
        return path.read_text(encoding="utf-8")


def _answers(text: str, count: int) -> list[list[int]]:
    """What each question answers over every combination of values, for a number and for None."""
    names: dict[str, Any] = {}
    exec(compile(text, "questions.py", "exec"), names)
    engine = create_engine("sqlite://")
    names["Base"].metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(names["Row"](**values) for values in _rows())
        session.commit()
        questions: list[Callable[[Session, int | None], list[int]]] = [names[f"question{n}"] for n in range(count)]
        found = [question(session, wanted) for question in questions for wanted in (5, None)]
    engine.dispose()
    return found


def _rows() -> list[dict[str, Any]]:
    rows = itertools.product((True, False, None), ("", "a", "b", None), (0, 1, 5, None))
    return [
        {"flag": flag, "text": text, "number": number, "sure": bool(flag), "word": text or "z", "size": number or 0}
        for flag, text, number in rows
    ]
