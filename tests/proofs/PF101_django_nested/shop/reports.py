"""Everything that was ever ordered."""

from shop.models import User


def skus() -> list[str]:
    found = []
    for user in User.objects.order_by("pk"):
        for order in user.orders.all():
            for item in order.items.all():
                found.append(item.sku)
    return found
