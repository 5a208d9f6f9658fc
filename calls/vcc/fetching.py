"""Ask VCC Live for a call until it has registered it, as a job (PROTOCOL S14): first five minutes after its
notification, then every five, at most twenty times; then the call is incomplete, and somebody may ask again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.models import AwaitedCall
from voicenter_console.jobs import claims
from voicenter_console.jobs.claims import Later, Progress
from voicenter_console.organisation import audit, gateway
from voicenter_console.organisation.models import User
from voicenter_console.vcc_live import cdr
from voicenter_console.vcc_live.errors import VccError
from voicenter_console.webhooks import hints, inbox
from voicenter_console.webhooks.models import Delivery

KIND = "calls.vcc"
EVERY = timedelta(minutes=5)
MOST_TRIES = 20
State = AwaitedCall.State
_WORDS = {
    "NotYet": gettext_lazy("VCC Live has not registered the call yet."),
    "Unreachable": gettext_lazy("VCC Live did not answer."),
    "Garbled": gettext_lazy("VCC Live's answer cannot be read."),
    "WrongCall": gettext_lazy("VCC Live answered about another call."),
    "NotAuthorised": gettext_lazy("VCC Live refuses the customer's name, the token or our address."),
    "Refused": gettext_lazy("VCC Live refused."),
    "Locked": gettext_lazy("The account's token cannot be read with this SECRET_KEY."),
    "Unusable": gettext_lazy("The account's customer name or address cannot be used."),
}


def await_until(awaited: AwaitedCall, at: datetime | None) -> None:
    """Have it asked for at `at`, or at once."""
    label = _("Asking VCC Live for a call of %(account)s") % {"account": awaited.account.name}
    claims.enqueue(KIND, label, key=str(awaited.pk), due_at=at, awaited=awaited.pk)


def run(progress: Progress) -> None:
    """The job's runner: one try. The count of tries is committed before it asks."""
    awaited = AwaitedCall.objects.select_related("account").get(pk=progress.job.parameters["awaited"])
    waiting = AwaitedCall.objects.filter(pk=awaited.pk, state=State.WAITING)
    if not waiting.update(tries=F("tries") + 1, asked_at=timezone.now()):
        return
    tries = awaited.tries + 1
    progress.report(tries, MOST_TRIES)
    try:
        with gateway.vcc_client(awaited.account) as client:
            found = cdr.by_uuid(client, awaited.call_uid, awaited.day)
    except (VccError, gateway.Locked, gateway.Unusable) as error:
        waiting.update(error=type(error).__name__, state=State.INCOMPLETE if tries >= MOST_TRIES else State.WAITING)
        if tries < MOST_TRIES:
            raise Later(timezone.now() + EVERY, str(error)) from error
        progress.report(tries, message=_("Asked %(n)s times: %(error)s") % {"n": tries, "error": error})
        return
    except Exception as error:  # ours to mend, and nobody is asked twenty times for it; the button stays
        waiting.update(error=type(error).__name__, state=State.INCOMPLETE)
        raise
    inbox.keep(awaited.account_id, Delivery.Channel.VCC_CDR, found.body, content_type="application/json")
    hints.send(awaited.account_id)
    waiting.update(error="", state=State.FOUND)


@transaction.atomic
def ask_again(actor: User, awaited: AwaitedCall, *, address: str | None = None) -> None:
    """Twenty tries more, the first at once. Nothing where it was found, or is being asked for already."""
    if claims.unfinished(KIND, str(awaited.pk)):
        return
    again = AwaitedCall.objects.filter(pk=awaited.pk).exclude(state=State.FOUND)
    if again.update(state=State.WAITING, tries=0, error=""):
        audit.record(actor, "vcc.asked_again", awaited, address=address)
        await_until(awaited, None)


def words(awaited: AwaitedCall) -> str:
    """What VCC Live said last, for a person."""
    return str(_WORDS.get(awaited.error or "NotYet", gettext_lazy("Something in the console went wrong.")))
