"""48 rows: True, False, NULL by '', 'a', 'b', NULL by 0, 1, 5, NULL. Results are the keys of the rows."""

import inspect
import itertools

from counting.django_database import start
from counting.report import report

counters = start("samples")

from samples import filters  # noqa: E402
from samples.models import Sample  # noqa: E402


def sample(flag: bool | None, text: str | None, number: int | None) -> Sample:
    return Sample(flag=flag, text=text, number=number, sure=bool(flag), word=text or "z", size=number or 0)


rows = itertools.product((True, False, None), ("", "a", "b", None), (0, 1, 5, None))
questions = [f for _, f in inspect.getmembers(filters, inspect.isfunction) if f.__module__ == "samples.filters"]
Sample.objects.bulk_create([sample(*row) for row in rows])
counters.reset()
result = {}
for question in questions:
    if "wanted" in inspect.signature(question).parameters:
        result[question.__name__] = [question(wanted) for wanted in (5, None)]
    else:
        result[question.__name__] = question()
report(result, queries=counters.queries, rows=counters.rows)
