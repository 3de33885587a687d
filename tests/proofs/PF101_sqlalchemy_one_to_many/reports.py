"""What each user ordered."""

from models import User
from sqlalchemy import select
from sqlalchemy.orm import Session


def amounts(session: Session) -> dict[str, list[int]]:
    found = {}
    users = session.scalars(select(User).order_by(User.id)).all()
    for user in users:
        found[user.name] = [order.amount for order in user.orders]
    return found
