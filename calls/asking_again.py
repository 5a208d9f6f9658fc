"""*Ask Voicenter again*: everything it has of one call, by its call ids, as a job (PROTOCOL S4)."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls import sync
from calls.models import Call
from voicenter_console.jobs import claims
from voicenter_console.jobs.claims import Progress
from voicenter_console.jobs.models import Job
from voicenter_console.organisation import audit
from voicenter_console.organisation.models import User
from voicenter_console.voicenter.errors import VoicenterError

KIND = "calls.ask_again"


class Unanswered(Exception):
    """Voicenter did not answer, or said no; in words."""


def ask(actor: User, call: Call, address: str | None = None) -> Job:
    """The job; the one that does so already, where there is one."""
    label = _("Asking Voicenter about a call")
    language = translation.get_language()
    job = claims.enqueue(KIND, label, owner=actor, key=str(call.pk), call=call.pk, language=language)
    audit.record(actor, "call.asked_again", f"call {call.pk}", address=address)
    return job


def run(progress: Progress) -> None:
    """The job's runner. What comes goes through the ingester like every page of the call log."""
    asked = progress.job.parameters
    call = Call.objects.select_related("account").get(pk=asked["call"])
    with translation.override(asked["language"]):
        try:
            rows = sync.ask_again(call)
        except (VoicenterError, ValueError) as error:
            raise Unanswered(str(error)) from error
        said = ngettext("Voicenter has %(n)s record of it", "Voicenter has %(n)s records of it", rows) % {"n": rows}
        progress.report(rows, message=said if rows else _("Voicenter has nothing of this call yet."))
