"""100 users with none, one or two orders."""

from counting.django_database import start
from counting.report import report

counters = start("shop")

from shop import reports  # noqa: E402
from shop.models import Order, User  # noqa: E402

users = User.objects.bulk_create([User(name=f"u{n}") for n in range(100)])
Order.objects.bulk_create([Order(user=user, amount=k) for user in users for k in range(user.pk % 3)])
counters.reset()
result = reports.order_counts()
report(result, queries=counters.queries, rows=counters.rows)
