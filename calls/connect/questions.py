"""One harmless question for each interface: no phone rings, nothing changes at Voicenter.

Click to call has none: every request of it rings or hangs up. What is known is what became of the last real one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from calls.models import ConnectionCheck, DialRequest
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import agents, call_log, dialer, monitor
from voicenter_console.voicenter.client import VoicenterClient
from voicenter_console.webhooks.models import Delivery

Interface, State = ConnectionCheck.Interface, ConnectionCheck.State
HOUR = timedelta(hours=1)
HEARD_WITHIN = timedelta(days=1)
_OF_A_PHONE = (3, 4)  # the representative is offline, the extension blocked: the interface itself answers

# A question gives how much it found, None where an empty answer proves nothing. Raises VoicenterError's kinds.
Question = Callable[[Account, VoicenterClient], int | None]


def _calls(account: Account, client: VoicenterClient) -> int:
    now = timezone.now()
    page = call_log.page(
        client, from_=now - HOUR, to=now, identity=account.scope, user_code=account.user_code or "",
        bearer=account.code_as_bearer,
    )  # fmt: skip
    return page.total_hits


def _listed(found: monitor.Listing) -> int | None:
    return len(found) if found.conclusive else None


ASKED: dict[str, Question] = {
    Interface.CALL_LOG: _calls,
    Interface.EXTENSIONS: lambda account, client: _listed(monitor.extensions(client)),
    Interface.ACTIVE_CALLS: lambda account, client: _listed(monitor.extensions_calls(client)),
    Interface.QUEUES: lambda account, client: _listed(monitor.queues_callers(client)),
    Interface.STATUSES: lambda account, client: _listed(agents.statuses(client)),
    Interface.DIALER: lambda account, client: len(dialer.campaigns(client)),
}


def last_dial(account: Account) -> dict[str, object]:
    """The fields of a check, from the last call that somebody asked for."""
    settled = DialRequest.objects.filter(account=account, action=DialRequest.Action.CALL).exclude(
        Q(state__in=[DialRequest.State.QUEUED, DialRequest.State.SENT])
        | Q(state=DialRequest.State.REFUSED, error_code=None)  # by our own guard
    )
    last = settled.order_by("-created_at").first()
    if last is None:
        return {"state": State.SKIPPED, "words": "", "code": None, "at": timezone.now()}
    accepted = last.state in (DialRequest.State.ACCEPTED, DialRequest.State.RESOLVED) or last.error_code in _OF_A_PHONE
    state = State.OK if accepted else State.SILENT if last.state == DialRequest.State.UNKNOWN else State.REFUSED
    return {"state": state, "words": last.message[:300], "code": last.error_code, "at": last.created_at}


def last_push(account: Account) -> dict[str, object]:
    """The same of the hook, from the last record that was pushed."""
    pushed = Delivery.objects.filter(account=account, channel=Delivery.Channel.CDR).order_by("-received_at")
    last = pushed.values_list("last_received_at", flat=True).first()
    heard = last is not None and last > timezone.now() - HEARD_WITHIN
    return {"state": State.OK if heard else State.SILENT, "words": "", "code": None, "at": last or timezone.now()}
