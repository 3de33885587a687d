"""Users as an API shows them."""

from models import User


def describe(user: User) -> dict[str, object]:
    return {"name": user.name, "spent": sum(order.amount for order in user.orders)}
