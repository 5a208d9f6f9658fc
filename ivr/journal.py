"""What a caller did, written down after the answer: one session a call, one step a question (FAULTS F-78, F-79)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from calls import bulk
from calls.models import Call, CallId
from ivr.models import EdgeCount, IvrSession, IvrStep
from ivr.published import Chosen
from ivr.runtime import Heard, Reached
from voicenter_console.organisation import tombstones
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import redaction
from voicenter_console.webhooks import afterwards, one_writer

# A session of which nobody said that it ended.
FORGOTTEN = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One answered request. `milliseconds` is what our answer took."""

    account: Account
    chosen: Chosen
    heard: Heard
    reached: Reached
    milliseconds: int


def keep(entry: Entry) -> None:
    """Have it written when the answer is on its way."""
    afterwards.put(partial(_write, entry), size=1_000)


def keep_end(account: Account, call_id: str, ended_at: datetime) -> None:
    """The same for the end of a call. Said twice it changes nothing."""
    afterwards.put(partial(end, account.pk, [call_id], IvrSession.End.HUNG_UP, ended_at), size=200)


def end(account_id: int, call_ids: list[str], how: IvrSession.End, at: datetime) -> int:
    """End what is still open of these calls; how many that were."""
    still = IvrSession.objects.filter(account=account_id, call_uid__in=call_ids, ended_at=None)
    with one_writer.turn():
        return still.update(ended_at=at, end=how)


def heard(calls: list[Call], **_: object) -> None:
    """Inside the ingester's transaction: a call that left its record is over, whether or not its hang-up came."""
    changed = {call.pk for call in calls}
    for account_id in {call.account_id for call in calls}:
        open_ones = IvrSession.objects.filter(account=account_id, ended_at=None)
        # Few callers are in a flow at any time, while a page of the call log may bring thousands of calls.
        waiting = list(open_ones.values_list("call_uid", flat=True))
        known = bulk.found(CallId.objects.filter(account=account_id), "call_uid", waiting)
        over = [row.call_uid for row in known if row.call_id in changed]
        for some in bulk.chunks(over):
            open_ones.filter(call_uid__in=some).update(ended_at=timezone.now(), end=IvrSession.End.RECORDED)


def sweep() -> int:
    """End what nobody ended: a hang-up may be lost (F-78)."""
    before = timezone.now() - FORGOTTEN
    with one_writer.turn():
        lost = IvrSession.objects.filter(ended_at=None, last_at__lt=before)
        return lost.update(ended_at=timezone.now(), end=IvrSession.End.LOST)


def _write(entry: Entry) -> None:
    heard, reached = entry.heard, entry.reached
    clean = tombstones.of(entry.account.pk) or str  # who was erased may call again, or be keyed in
    with one_writer.turn(), transaction.atomic():
        session, _new = IvrSession.objects.get_or_create(
            account=entry.account, call_uid=heard.call_id,
            defaults={
                "flow_id": entry.chosen.flow, "version_id": entry.chosen.version, "caller": clean(heard.caller[:64]),
                "did": heard.did[:64], "began_at": heard.now, "last_at": heard.now,
            },
        )  # fmt: skip
        step, new = IvrStep.objects.get_or_create(
            session=session, asked_at=heard.place, digits=clean(heard.digits[:64]),
            defaults={
                "path": [list(one) for one in reached.path], "node": reached.node.id,
                "notes": [[note.kind, note.node, clean(note.about)] for note in reached.notes],
                "broken": reached.broken[:200], "at": heard.now, "milliseconds": entry.milliseconds,
            },
        )  # fmt: skip
        if new:
            _count(entry)
            session.variables |= redaction.anything(reached.variables, clean)
            session.last_at = max(session.last_at, step.at)
            session.save(update_fields=["variables", "last_at"])


def _count(entry: Entry) -> None:
    """One more caller on each edge of the way, in the hour in which they took it."""
    hour = entry.heard.now.replace(minute=0, second=0, microsecond=0)
    for node, taken in entry.reached.path:
        edge, _new = EdgeCount.objects.get_or_create(version_id=entry.chosen.version, hour=hour, node=node, exit=taken)
        EdgeCount.objects.filter(pk=edge.pk).update(callers=F("callers") + 1)
