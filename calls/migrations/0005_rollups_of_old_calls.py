"""Every hour that has calls is to be added up for the first time, and calls inside the house are known as such."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import Max, Q
from django.db.models.functions import TruncHour

from voicenter_console import phones

_PART = 500


def _inside(apps, schema_editor):
    Cdr = apps.get_model("calls", "Cdr")
    to_agents = [9, 14, 18, 19]  # their caller is the customer
    for where, party in ((Q(direction="in") | Q(type_id__in=to_agents), "caller"),
                         (Q(direction="out") & (~Q(type_id__in=to_agents) | Q(type_id=None)), "target")):  # fmt: skip
        legs = Cdr.objects.filter(where).order_by()
        numbers = legs.values_list(party, flat=True).distinct()
        inside = [number for number in numbers if phones.parse(number).kind == "extension"]
        for start in range(0, len(inside), _PART):
            legs.filter(**{f"{party}__in": inside[start : start + _PART]}).update(internal=True)


def _mark(apps, schema_editor):
    Account, Cdr = apps.get_model("organisation", "Account"), apps.get_model("calls", "Cdr")
    DirtyHour = apps.get_model("calls", "DirtyHour")
    for account in Account.objects.all():
        offset = datetime(2026, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(account.zone)).utcoffset()
        odd = timedelta(seconds=offset.total_seconds() % 3600)
        legs = Cdr.objects.filter(account=account).order_by()
        began = legs.annotate(began=TruncHour("started_at", tzinfo=UTC)).values_list("began", flat=True).distinct()
        hours = {hour - odd for hour in began} | ({hour + timedelta(hours=1) - odd for hour in began} if odd else set())
        rows = [DirtyHour(account=account, hour=hour) for hour in sorted(hours)]
        DirtyHour.objects.bulk_create(rows, batch_size=_PART, ignore_conflicts=True)


def _name(apps, schema_editor):
    Cdr, QueueName = apps.get_model("calls", "Cdr"), apps.get_model("calls", "QueueName")
    named = Cdr.objects.exclude(queue_id=None).exclude(queue_name="").order_by()
    pairs = named.values_list("account_id", "queue_id", "queue_name").annotate(last=Max("started_at"))
    QueueName.objects.bulk_create(
        [
            QueueName(account_id=account, number=number, name=name, last_hour=last.replace(minute=0, second=0))
            for account, number, name, last in pairs
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("calls", "0004_rollups"), ("organisation", "0004_service_level")]
    operations = [
        migrations.RunPython(_inside, migrations.RunPython.noop),
        migrations.RunPython(_mark, migrations.RunPython.noop),
        migrations.RunPython(_name, migrations.RunPython.noop),
    ]
