"""100 paid orders among 120, with 2 items each; the only fix of this rule that is safe."""

from counting.django_database import start
from counting.report import report

counters = start("shop")

from shop import changes  # noqa: E402
from shop.models import Item, Order  # noqa: E402

orders = Order.objects.bulk_create([Order(status="new" if n % 6 == 0 else "paid") for n in range(120)])
Item.objects.bulk_create([Item(order=order) for order in orders for _ in range(2)])
counters.reset()
changes.remove_paid()
queries = counters.queries
left = list(Order.objects.order_by("pk").values_list("pk", flat=True))
report([left, list(Item.objects.order_by("pk").values_list("order_id", flat=True))], queries=queries)
