"""TARGETS P13: the number of queries of a page does not grow with its rows, and is written down."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from calls.models import Call, Contact, ContactImport, ContactNumber, Recovery, RecoveryCall
from tests.calls.telling import NOON, pull, push, tell
from tests.fixtures.voicenter.spelling import call_id, pulled, pushed
from voicenter_console.organisation.models import Department
from voicenter_console.webhooks import inbox

pytestmark = pytest.mark.django_db
# Days after what is told of, in the evening: just past midnight home has no hour behind it, and asks less.
EVENING = NOON + timedelta(days=3, hours=8)


@pytest.fixture(autouse=True)
def _in_the_evening():
    with time_machine.travel(EVENING):
        yield


BASELINE = Path(__file__).parent.parent / "query_counts.json"
PAGES = {
    "home": "/",
    "call log": "/calls/",
    "call log, filtered": "/calls/?search=0545550118&direction=in&outcome=answered&queue=Service",
    "call log, newer": "/calls/newer/?since={now}",
    "call": "/calls/{call}/",
    "board": "/board/",
    "board: as of": "/board/as-of/",
    "API: board": "/api/v1/board/",
    "desk": "/desk/",
    "contacts": "/contacts/",
    "contacts, searched": "/contacts/?search=5550118",
    "contact": "/contacts/{contact}/",
    "contacts: import": "/contacts/import/",
    "contacts: imported": "/contacts/imports/{imported}/",
    "API: contacts": "/api/v1/contacts/",
    "recovery": "/recovery/",
    "recovery, list": "/recovery/list/",
    "connect: interfaces": "/settings/connect/{account}/connections/",
    "connect: senders": "/settings/connect/{account}/senders/",
    "delivery health": "/deliveries/",
    "API: recoveries": "/api/v1/recoveries/",
    "report: queues": "/reports/?from=2026-11-20&to=2026-11-24",
    "report: queues, formula open": "/reports/?from=2026-11-20&to=2026-11-24&formula=sl.default",
    "report: agents": "/reports/agents/?from=2026-11-20&to=2026-11-24",
    "report: hours": "/reports/hours/?from=2026-11-20&to=2026-11-24",
    "report: answer ratios": "/reports/dialled/?from=2026-11-20&to=2026-11-24",
    "report: cost": "/reports/cost/?from=2026-11-20&to=2026-11-24",
    "report: IVR paths": "/reports/paths/?from=2026-11-20&to=2026-11-24",
    "alerts": "/alerts/",
    "API: reports, queues": "/api/v1/reports/queues/?from=2026-11-22&to=2026-11-22",
    "API: calls": "/api/v1/calls/",
    "API: cdrs": "/api/v1/cdrs/",
    "API: deliveries": "/api/v1/deliveries/",
    "API: sync": "/api/v1/sync/",
}


def fill(account, start: int, number: int) -> None:
    """Calls of three legs each, pushed and pulled, by many agents of several departments; and dead letters."""
    messages = []
    for n in range(start, start + number):
        at = NOON + timedelta(minutes=n)
        uid = call_id(at, f"{n:018d}")
        said = {"status": "ANSWER", "duration": 5, "caller": "0545550118", "department_id": 555001 + n % 3,
                "agent_code": str(10007 + n), "agent_name": f"Agent {n}", "queue_name": "Service"}  # fmt: skip
        messages += [
            push(pushed(at, call_id=uid, type="Queue", **said)),
            pull(pulled(at, call_id=uid, type="Queue", type_id=8, **said)),
            push(pushed(at, call_id=uid, type="XferCDR", **said)),
            push(pushed(at, call_id=f"{uid}x", type="XferCDR", parent=uid, **said)),
        ]
        contact = Contact.objects.create(account=account, name=f"Person {n}")
        ContactNumber.of(contact, "+972545550118").save()
        inbox.keep(account.pk, "cdr", b"no record %d" % n, reason=f"broken JSON at byte {n}", answer=1)
    tell(account, messages)
    for n in range(start, start + number):
        lose(account, n)


def lose(account, n: int) -> None:
    """People lost today, in every state, of every department, each with a call."""
    now = timezone.now()
    states = [
        {}, {"state": "claimed", "claimed_name": "Dana", "claimed_until": now + timedelta(hours=1)},
        {"state": "snoozed", "snoozed_until": now + timedelta(hours=1)},
        {"state": "closed", "reason": "reached", "closed_at": now, "called_back_at": now},
    ]  # fmt: skip
    card = Recovery.objects.create(
        account=account, number=f"+97254555{n:04}", tries=1, first_lost_at=now, last_lost_at=now,
        queue_name=f"Queue {n}", department=Department.objects.get(provider_id=555001 + n % 3), **states[n % 4],
    )  # fmt: skip
    call = Call.objects.filter(recovery_call=None).first()
    RecoveryCall.objects.create(recovery=card, call=call, kind="lost", at=now)


@pytest.mark.parametrize("who", ["owner", "rina"])
def test_queries_are_constant_in_rows_and_as_written_down(account, service, count_queries, request, who):
    client = request.getfixturevalue(f"as_{who}")
    person = request.getfixturevalue(who)

    def counts() -> dict[str, int]:
        call = Call.objects.visible_to(person).order_by("pk").first().pk
        contact = Contact.objects.order_by("pk").first().pk
        imported = ContactImport.objects.create(account=account, by=person, name="people.csv", looked_at=timezone.now())
        found = {}
        for name, address in PAGES.items():
            url = address.format(
                call=call,
                contact=contact,
                imported=imported.pk,
                account=account.pk,
                now=timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            )
            assert client.get(url).status_code in {200, 286}
            found[name] = count_queries(lambda url=url: client.get(url))
        return found

    fill(account, 0, 6)
    few = counts()
    fill(account, 6, 6)
    many = counts()
    fill(account, 12, 24)
    assert few == many == counts()

    role = "administrator" if who == "owner" else "manager"
    found = {f"{name}, as {role}": count for name, count in few.items()}
    written = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if os.environ.get("WRITE_QUERY_COUNTS"):
        BASELINE.write_text(json.dumps(dict(sorted({**written, **found}.items())), indent=2) + "\n")
    else:
        assert found == {page: count for page, count in written.items() if page.endswith(role)}
