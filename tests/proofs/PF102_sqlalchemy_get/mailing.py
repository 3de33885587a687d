"""Addresses for a list of users."""

from models import User
from sqlalchemy.orm import Session


def addresses(session: Session, user_ids: list[int]) -> list[str]:
    found = []
    for user_id in user_ids:
        user = session.get(User, user_id)
        if user is not None:
            found.append(user.email)
    return found
