"""Users in teams."""

from django.db import models


class Team(models.Model):
    name = models.CharField(max_length=50)


class User(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="users")
