"""How many requests an account may still send: shared by all processes, so it is a row."""

from django.db import models
from django.utils import timezone


class RateBucket(models.Model):
    """A token bucket. `tokens` stood there at `at`; it has been filling since. Of a turn, `at` is when it was had."""

    key = models.CharField(primary_key=True, max_length=100)
    tokens = models.FloatField()
    at = models.DateTimeField(default=timezone.now)
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {self.tokens:.1f}"
