"""What each user ordered, by a query for each."""

from models import Order, User
from sqlalchemy import select
from sqlalchemy.orm import Session


def amounts(session: Session) -> dict[str, list[int]]:
    found = {}
    users = session.scalars(select(User).order_by(User.id)).all()
    for user in users:
        orders = session.scalars(select(Order).where(Order.user_id == user.id)).all()
        found[user.name] = [order.amount for order in orders]
    return found
