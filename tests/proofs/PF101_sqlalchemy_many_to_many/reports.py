"""Tags by user."""

from models import User
from sqlalchemy.orm import Session


def tags_of_users(session: Session) -> list[list[str]]:
    return [sorted(tag.name for tag in user.tags) for user in session.query(User).order_by(User.id).all()]
