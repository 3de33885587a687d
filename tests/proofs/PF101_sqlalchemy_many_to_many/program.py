"""100 users with 2 of 5 tags each."""

import reports
from models import Base, Tag, User
from sqlalchemy.orm import Session

from counting.report import report
from counting.sqlalchemy_engine import counting_engine

engine, counters = counting_engine()
Base.metadata.create_all(engine)
with Session(engine) as session:
    tags = [Tag(name=f"t{n}") for n in range(5)]
    session.add_all([User(name=f"u{n}", tags=[tags[n % 5], tags[(n + 1) % 5]]) for n in range(100)])
    session.commit()
counters.reset()
with Session(engine) as session:
    result = reports.tags_of_users(session)
report(result, queries=counters.queries, rows=counters.rows)
