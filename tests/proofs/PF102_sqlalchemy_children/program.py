"""100 users, every second of them with 3 orders."""

import reports
from models import Base, Order, User
from sqlalchemy.orm import Session

from counting.report import report
from counting.sqlalchemy_engine import counting_engine


def user(number: int) -> User:
    return User(name=f"u{number}", orders=[Order(amount=number + k) for k in range(3 * (number % 2))])


engine, counters = counting_engine()
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add_all([user(number) for number in range(100)])
    session.commit()
counters.reset()
with Session(engine) as session:
    result = reports.amounts(session)
report(result, queries=counters.queries, rows=counters.rows)
