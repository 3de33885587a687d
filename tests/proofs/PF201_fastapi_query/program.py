"""Two pages of 50 out of 300 patients, as a client reads them that asks for pages.

Before the fix the route does not know of pages, so the client cuts the same rows out of the whole answer.
"""

from app import app
from database import SessionLocal
from fastapi.testclient import TestClient
from models import Base, Patient

from counting.report import report
from counting.sqlalchemy_engine import counting_engine

engine, counters = counting_engine()
SessionLocal.configure(bind=engine)
Base.metadata.create_all(engine)
with SessionLocal() as session:
    session.add_all([Patient(name=f"p{n}") for n in range(300)])
    session.commit()


def page(client: TestClient, skip: int, limit: int) -> list[dict[str, object]]:
    rows = client.get("/patients", params={"skip": skip, "limit": limit}).json()
    return rows if len(rows) <= limit else rows[skip : skip + limit]


counters.reset()
with TestClient(app) as client:
    result = [page(client, 0, 50), page(client, 250, 50)]
report(result, queries=counters.queries, rows=counters.rows)
