"""Addresses for a list of users."""

from people.models import User


def addresses(user_ids: list[int]) -> list[str]:
    found = []
    for user_id in user_ids:
        user = User.objects.get(pk=user_id)
        found.append(user.email)
    return found
