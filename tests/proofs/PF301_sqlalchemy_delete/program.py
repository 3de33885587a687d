"""100 of 120 orders; then no order at all."""

import changes
from models import Base, Order
from sqlalchemy import select
from sqlalchemy.orm import Session

from counting.report import report
from counting.sqlalchemy_engine import counting_engine

engine, counters = counting_engine()
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add_all([Order(status="new") for _ in range(120)])
    session.commit()
counters.reset()
with Session(engine) as session:
    changes.remove(session, list(range(10, 110)))
    queries = counters.queries
    changes.remove(session, [])
    result = session.scalars(select(Order.id).order_by(Order.id)).all()
report(result, queries=queries)
