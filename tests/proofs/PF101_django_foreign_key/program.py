"""100 users in 10 teams: Django asks for each user's team anew."""

from counting.django_database import start
from counting.report import report

counters = start("teams")

from teams import reports  # noqa: E402
from teams.models import Team, User  # noqa: E402

teams = Team.objects.bulk_create([Team(name=f"t{n}") for n in range(10)])
User.objects.bulk_create([User(team=teams[n % 10]) for n in range(100)])
counters.reset()
result = reports.team_names()
report(result, queries=counters.queries, rows=counters.rows)
