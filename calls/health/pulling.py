"""*Pull now*: what beat would pull next, at once, as a job."""

from __future__ import annotations

from datetime import timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from calls import sync
from voicenter_console.jobs import claims
from voicenter_console.jobs.claims import Progress
from voicenter_console.jobs.models import Job
from voicenter_console.organisation.models import Account, User

KIND = "calls.pull"
LONGEST = timedelta(minutes=10)  # beat goes on with what is left


def ask(actor: User, account: Account) -> Job:
    """The job; the one that does so already, where there is one."""
    label = _("Reading the call log of %(account)s") % {"account": account.name}
    language = translation.get_language()
    return claims.enqueue(KIND, label, owner=actor, key=str(account.pk), account=account.pk, language=language)


def run(progress: Progress) -> None:
    """The job's runner. A refusal stands in the job's message, and on the page in words."""
    asked = progress.job.parameters
    account = Account.objects.get(pk=asked["account"])
    report = sync.run(account, pressed=True, told=lambda so_far: progress.report(so_far.rows), longest=LONGEST)
    with translation.override(asked["language"]):
        progress.report(report.rows, message=_outcome(report))


def _outcome(report: sync.Report) -> str:
    if report.busy:
        return _("It is being read already.")
    return report.refused or _("%(n)s records read") % {"n": f"{report.rows:,}"}
