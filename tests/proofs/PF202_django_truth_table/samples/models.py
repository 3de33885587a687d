"""Columns that may be NULL beside columns that may not."""

from django.db import models


class Sample(models.Model):
    flag = models.BooleanField(null=True)
    text = models.CharField(max_length=10, null=True)
    number = models.IntegerField(null=True)
    sure = models.BooleanField()
    word = models.CharField(max_length=10)
    size = models.IntegerField()
