"""*Pull now*: what beat would pull next, at once, as a job."""

from __future__ import annotations

from django.utils.translation import gettext as _

from voicenter_console.jobs import claims
from voicenter_console.jobs.claims import Progress
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import Account, User

KIND = "calls.pull"


def ask(actor: User, account: Account) -> Job:
    label = _("Reading the call log of %(account)s") % {"account": account.name}
    return claims.enqueue(KIND, label, owner=actor, key=str(account.pk), account=account.pk)


def run(progress: Progress) -> None:
    """The job's runner."""
    from calls import sync

    progress.report(0, 1)
    sync.run(Account.objects.get(pk=progress.job.parameters["account"]))
    progress.report(1, 1)
