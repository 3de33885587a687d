"""Everything that was ever ordered."""

from models import User
from sqlalchemy import select
from sqlalchemy.orm import Session


def skus(session: Session) -> list[str]:
    found = []
    for user in session.scalars(select(User).order_by(User.id)).all():
        for order in user.orders:
            for item in order.items:
                found.append(item.sku)
    return found
