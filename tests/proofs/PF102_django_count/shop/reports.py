"""How many orders each user made."""

from shop.models import Order, User


def order_counts() -> dict[str, int]:
    counts = {}
    for user in User.objects.order_by("pk"):
        counts[user.name] = Order.objects.filter(user=user).count()
    return counts
