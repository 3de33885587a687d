"""48 rows: True, False, NULL by '', 'a', 'b', NULL by 0, 1, 5, NULL. Results are the keys of the rows."""

import inspect
import itertools

import filters
from models import Base, Sample
from sqlalchemy.orm import Session

from counting.report import report
from counting.sqlalchemy_engine import counting_engine


def sample(flag: bool | None, text: str | None, number: int | None) -> Sample:
    return Sample(flag=flag, text=text, number=number, sure=bool(flag), word=text or "z", size=number or 0)


rows = itertools.product((True, False, None), ("", "a", "b", None), (0, 1, 5, None))
questions = [f for _, f in inspect.getmembers(filters, inspect.isfunction) if f.__module__ == "filters"]
engine, counters = counting_engine()
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add_all([sample(*row) for row in rows])
    session.commit()
counters.reset()
result = {}
for question in questions:
    with Session(engine) as session:
        if "wanted" in inspect.signature(question).parameters:
            result[question.__name__] = [question(session, wanted) for wanted in (5, None)]
        else:
            result[question.__name__] = question(session)
report(result, queries=counters.queries, rows=counters.rows)
