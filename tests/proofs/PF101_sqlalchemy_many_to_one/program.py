"""100 users in 10 teams: the session knows a team once it was loaded."""

import reports
from models import Base, Team, User
from sqlalchemy.orm import Session

from counting.report import report
from counting.sqlalchemy_engine import counting_engine

engine, counters = counting_engine()
Base.metadata.create_all(engine)
with Session(engine) as session:
    teams = [Team(name=f"t{n}") for n in range(10)]
    session.add_all([User(team=teams[n % 10]) for n in range(100)])
    session.commit()
counters.reset()
with Session(engine) as session:
    result = reports.team_names(session)
report(result, queries=counters.queries, rows=counters.rows)
