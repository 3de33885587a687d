"""Orders are written, one statement each."""

from typing import Any

from models import Order
from sqlalchemy import insert
from sqlalchemy.orm import Session


def write(session: Session, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        session.execute(insert(Order).values(**row))
    session.commit()
