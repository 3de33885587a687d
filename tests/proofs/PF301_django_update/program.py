"""100 new orders among 120."""

from counting.django_database import start
from counting.report import report

counters = start("shop")

from shop import changes  # noqa: E402
from shop.models import Order  # noqa: E402

Order.objects.bulk_create([Order(status="old" if n % 6 == 0 else "new", note=f"n{n}") for n in range(120)])
counters.reset()
changes.archive()
queries = counters.queries
report(list(Order.objects.order_by("pk").values_list("pk", "status", "note")), queries=queries)
