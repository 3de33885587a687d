"""The team of each user."""

from models import User
from sqlalchemy import select
from sqlalchemy.orm import Session


def team_names(session: Session) -> list[str]:
    names = []
    for user in session.scalars(select(User).order_by(User.id)):
        names.append(user.team.name)
    return names
