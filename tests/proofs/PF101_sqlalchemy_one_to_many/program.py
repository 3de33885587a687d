"""100 users with 3 orders each."""

import reports
from models import Base, Order, User
from sqlalchemy.orm import Session

from counting.report import report
from counting.sqlalchemy_engine import counting_engine

engine, counters = counting_engine()
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add_all(User(name=f"u{n}", orders=[Order(amount=n + k) for k in range(3)]) for n in range(100))
    session.commit()
counters.reset()
with Session(engine) as session:
    result = reports.amounts(session)
report(result, queries=counters.queries, rows=counters.rows)
