"""The team of each user."""

from teams.models import User


def team_names() -> list[str]:
    return [user.team.name for user in User.objects.order_by("pk")]
