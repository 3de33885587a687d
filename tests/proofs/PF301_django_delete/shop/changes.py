"""Paid orders are removed, one by one."""

from shop.models import Order


def remove_paid() -> None:
    for order in Order.objects.filter(status="paid"):
        order.delete()
