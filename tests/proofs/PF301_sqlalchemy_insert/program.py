"""100 rows; then none, which must not become a row of defaults."""

import changes
from models import Base, Order
from sqlalchemy import select
from sqlalchemy.orm import Session

from counting.report import report
from counting.sqlalchemy_engine import counting_engine

engine, counters = counting_engine()
Base.metadata.create_all(engine)
counters.reset()
with Session(engine) as session:
    changes.write(session, [{"status": f"s{n}"} for n in range(100)])
    queries = counters.queries
    changes.write(session, [])
    result = [tuple(row) for row in session.execute(select(Order.id, Order.status).order_by(Order.id))]
report(result, queries=queries)
