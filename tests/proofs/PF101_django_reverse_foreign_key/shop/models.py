"""Users and their orders, by the reverse name that Django gives."""

from django.db import models


class User(models.Model):
    name = models.CharField(max_length=50)


class Order(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    amount = models.IntegerField()
