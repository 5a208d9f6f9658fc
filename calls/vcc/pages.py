"""Calls of VCC Live that are not registered there yet, on the pages of calls, and the button that asks again."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from calls.models import AwaitedCall, Call, CallId
from calls.vcc import fetching
from voicenter_console.organisation import audit
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right


def mark(calls: Iterable[Call]) -> None:
    """Give each call in memory, its `legs` with it, `awaited`: what is still to come of it, or None.

    One query where one of them has a leg of which only a notification is known; else none.
    """
    calls = list(calls)
    told = {(call.account_id, leg.call_uid): call for call in calls for leg in call.legs if not leg.type}
    for call in calls:
        call.awaited = None
    if not told:
        return
    rows = AwaitedCall.objects.exclude(state=AwaitedCall.State.FOUND)
    for row in rows.filter(call_uid__in=[uid for _, uid in told], account_id__in={pk for pk, _ in told}):
        if call := told.get((row.account_id, row.call_uid)):
            row.words = fetching.words(row)
            call.awaited = row


@require_POST
@needs(Right.SYNC)
def ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Twenty tries more for a call that stayed incomplete."""
    awaited = get_object_or_404(AwaitedCall.objects.visible_to(request.user), pk=pk)
    fetching.ask_again(request.user, awaited, address=audit.address_of(request))
    its = CallId.objects.filter(account_id=awaited.account_id, call_uid=awaited.call_uid).first()
    return redirect("calls:call", its.call_id) if its else redirect("calls:log")
