"""100 users with 3 orders of 2 items each."""

from counting.django_database import start
from counting.report import report

counters = start("shop")

from shop import reports  # noqa: E402
from shop.models import Item, Order, User  # noqa: E402

users = User.objects.bulk_create([User(name=f"u{n}") for n in range(100)])
orders = Order.objects.bulk_create([Order(user=user) for user in users for _ in range(3)])
Item.objects.bulk_create([Item(order=order, sku=f"{order.pk}-{k}") for order in orders for k in range(2)])
counters.reset()
result = reports.skus()
report(result, queries=counters.queries, rows=counters.rows)
