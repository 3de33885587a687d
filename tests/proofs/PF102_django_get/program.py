"""99 users, against the order of their keys, and the last of them twice."""

from counting.django_database import start
from counting.report import report

counters = start("people")

from people import mailing  # noqa: E402
from people.models import User  # noqa: E402

User.objects.bulk_create([User(email=f"{n}@example.com") for n in range(99)])
counters.reset()
result = mailing.addresses([99, *range(99, 0, -1)])
report(result, queries=counters.queries, rows=counters.rows)
