"""Orders: no signals, no save of their own, no automatic date."""

from django.db import models


class Order(models.Model):
    status = models.CharField(max_length=10)
    note = models.CharField(max_length=50, default="")
