"""Orders are removed, one statement each."""

from models import Order
from sqlalchemy import delete
from sqlalchemy.orm import Session


def remove(session: Session, order_ids: list[int]) -> None:
    for order_id in order_ids:
        session.execute(delete(Order).where(Order.id == order_id))
    session.commit()
