"""What a person set for themselves: columns of a table, a first view."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class Preference(models.Model):
    """One setting of one person, by a name like `calls.columns`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences")
    key = models.CharField(max_length=60)
    value = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.user_id}"

    @classmethod
    def of(cls, user: Any, keys: list[str]) -> dict[str, Any]:
        """The values of those of `keys` that were set, in one query."""
        return dict(cls.objects.filter(user=user, key__in=keys).values_list("key", "value"))

    @classmethod
    def put(cls, user: Any, key: str, value: Any) -> None:
        """Set it; None forgets it."""
        if value is None:
            cls.objects.filter(user=user, key=key).delete()
        else:
            cls.objects.update_or_create(user=user, key=key, defaults={"value": value})
