"""100 orders; then none."""

from counting.django_database import start
from counting.report import report

counters = start("shop")

from shop import changes  # noqa: E402
from shop.models import Order  # noqa: E402

counters.reset()
changes.write([f"n{n}" for n in range(100)])
queries = counters.queries
changes.write([])
report(list(Order.objects.order_by("pk").values_list("pk", "status", "note")), queries=queries)
