"""100 users with 3 orders of 2 items each."""

import reports
from models import Base, Item, Order, User
from sqlalchemy.orm import Session

from counting.report import report
from counting.sqlalchemy_engine import counting_engine


def user(number: int) -> User:
    return User(orders=[Order(items=[Item(sku=f"{number}-{k}-{i}") for i in range(2)]) for k in range(3)])


engine, counters = counting_engine()
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add_all([user(number) for number in range(100)])
    session.commit()
counters.reset()
with Session(engine) as session:
    result = reports.skus(session)
report(result, queries=counters.queries, rows=counters.rows)
