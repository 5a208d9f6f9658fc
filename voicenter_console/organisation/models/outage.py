"""Which host of an account does not answer: shared by all processes, so it is a row."""

from django.db import models
from django.utils import timezone


class Outage(models.Model):
    """`failures` requests in a row had no answer, the first at `since`; until `until` nobody asks."""

    key = models.CharField(primary_key=True, max_length=320)
    failures = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.key}: {self.failures}"
