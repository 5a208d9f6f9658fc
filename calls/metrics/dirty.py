"""Which hours are to be added up again. Marked by whoever changes legs, in the same transaction as the change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import connection

from calls.models import Agent, AgentHour, Cdr, DirtyHour, QueueHour
from voicenter_console.organisation.models import Account, Department

from .cubes import hour_of, leg_hour

# In one statement, so that two who mark the same hour at once make two generations of it.
_MARK = """
INSERT INTO {table} (account_id, hour, generation) VALUES (%s, %s, 1)
ON CONFLICT (account_id, hour) DO UPDATE SET generation = {table}.generation + 1
"""


def mark(account: Account, instants: Iterable[datetime]) -> None:
    """The hours of these instants changed."""
    zone = ZoneInfo(account.zone)
    # in one order, so that two transactions never wait for each other
    hours = sorted({hour_of(instant, zone) for instant in instants})
    if not hours:
        return
    prepare = DirtyHour._meta.get_field("hour").get_db_prep_save
    statement = _MARK.format(table=connection.ops.quote_name(DirtyHour._meta.db_table))
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(account.pk, prepare(hour, connection)) for hour in hours])


def mark_all(account: Account) -> None:
    """Every hour of the account: its zone is another, or sums were never made."""
    legs = Cdr.objects.filter(account=account).order_by()
    hours = legs.annotate(began=leg_hour(ZoneInfo(account.zone))).values_list("began", flat=True).distinct()
    mark(account, (hour.replace(tzinfo=hour.tzinfo or UTC) for hour in hours))


def zone_changes(sender: type, instance: Account, **kwargs: object) -> None:
    """An account that moves to another zone has other days."""
    before = Account.objects.filter(pk=instance.pk).only("zone").first() if instance.pk else None
    if before and before.zone != instance.zone:
        DirtyHour.objects.filter(account=instance).delete()
        mark_all(instance)


def goes(sender: type, instance: Department | Agent, **kwargs: object) -> None:
    """A department or an agent is about to be deleted: its calls count as nobody's."""
    tables = (AgentHour,) if isinstance(instance, Agent) else (AgentHour, QueueHour)
    name = "agent" if isinstance(instance, Agent) else "department"
    for table in tables:
        mark(instance.account, table.objects.filter(**{name: instance}).values_list("hour", flat=True).distinct())
