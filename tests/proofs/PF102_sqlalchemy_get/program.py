"""99 of 100 users, against the order of their keys, and one that does not exist."""

import mailing
from models import Base, User
from sqlalchemy.orm import Session

from counting.report import report
from counting.sqlalchemy_engine import counting_engine

engine, counters = counting_engine()
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add_all([User(email=f"{n}@example.com") for n in range(100)])
    session.commit()
counters.reset()
with Session(engine) as session:
    result = mailing.addresses(session, [1000, *range(99, 0, -1)])
report(result, queries=counters.queries, rows=counters.rows)
