"""Orders and what is in them, which goes with them; no signals, no delete of their own."""

from django.db import models


class Order(models.Model):
    status = models.CharField(max_length=10)


class Item(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
