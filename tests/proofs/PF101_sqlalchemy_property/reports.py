"""What each user spent."""

from models import User
from sqlalchemy.orm import Session


def totals(session: Session) -> dict[str, int]:
    return {user.name: user.total for user in session.query(User).order_by(User.id).all()}
