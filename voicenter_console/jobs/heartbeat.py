"""Signs of life of the processes behind the pages."""

from datetime import timedelta

from django.utils import timezone

from .models import Heartbeat

FRESH = timedelta(seconds=60)


def strike(part: str) -> None:
    Heartbeat.objects.update_or_create(part=part, defaults={"at": timezone.now()})


def alive() -> dict[str, bool]:
    """Which parts were seen within a minute. Worker and beat share one sign: beat sends it, the worker writes it."""
    seen = set(Heartbeat.objects.filter(at__gte=timezone.now() - FRESH).values_list("part", flat=True))
    return {part: part in seen for part in ("worker", "collector")}
