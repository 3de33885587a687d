"""The page of users: the relationship is read in another module."""

from models import User
from serialize import describe
from sqlalchemy import select
from sqlalchemy.orm import Session


def user_page(session: Session) -> list[dict[str, object]]:
    users = session.scalars(select(User).order_by(User.id)).all()
    return [describe(user) for user in users]
