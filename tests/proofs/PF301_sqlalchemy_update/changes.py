"""Orders are put away, one statement each."""

from models import Order
from sqlalchemy import update
from sqlalchemy.orm import Session


def archive(session: Session, order_ids: list[int]) -> None:
    for order_id in order_ids:
        session.execute(update(Order).where(Order.id == order_id).values(status="archived"))
    session.commit()
