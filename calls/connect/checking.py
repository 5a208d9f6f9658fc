"""Ask each interface, one after the other, as a job; what each answered is kept at once."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from calls.connect import questions, words
from calls.models import ConnectionCheck
from voicenter_console.jobs import claims
from voicenter_console.jobs.claims import Progress
from voicenter_console.jobs.models import Job
from voicenter_console.organisation import audit, gateway, refusals
from voicenter_console.organisation.models import Account, User
from voicenter_console.voicenter.client import VoicenterClient
from voicenter_console.voicenter.errors import AddressNotTrusted, Refused, VoicenterError

KIND = "calls.connect"
Interface, State = ConnectionCheck.Interface, ConnectionCheck.State
WITHOUT_QUESTION = {Interface.CLICK2CALL: questions.last_dial, Interface.HOOK: questions.last_push}


def ask(actor: User, account: Account, only: str | None = None, *, address: str | None = None) -> Job:
    """Ask all interfaces but those that are skipped, or `only` one; the job that does so already, if there is one."""
    wanted = [only] if only else _unskipped(account)
    for name in wanted:
        ConnectionCheck.objects.update_or_create(account=account, interface=name, defaults={"state": State.TESTING})
    audit.record(actor, "account.tested", account, after={"interfaces": wanted}, address=address)
    label = _("Asking the interfaces of %(account)s") % {"account": account.name}
    key, language = f"{account.pk}:{only or ''}", translation.get_language()
    return claims.enqueue(KIND, label, owner=actor, key=key, account=account.pk, wanted=wanted, language=language)


def _unskipped(account: Account) -> list[str]:
    skipped = ConnectionCheck.objects.filter(account=account, state=State.SKIPPED).exclude(
        interface=Interface.CLICK2CALL
    )
    return [name for name in Interface.values if name not in set(skipped.values_list("interface", flat=True))]


def skip(actor: User, account: Account, name: str, *, address: str | None = None) -> None:
    """This account does without that interface."""
    values = {"state": State.SKIPPED, "code": None, "words": "", "found": None, "at": timezone.now()}
    ConnectionCheck.objects.update_or_create(account=account, interface=name, defaults=values)
    audit.record(actor, "account.skipped", account, after={"interface": name}, address=address)


def run(progress: Progress) -> None:
    """The job's runner."""
    asked = progress.job.parameters
    account = Account.objects.get(pk=asked["account"])
    wanted: Sequence[str] = asked["wanted"]
    progress.report(0, len(wanted))
    for done, name in enumerate(wanted, start=1):
        values = WITHOUT_QUESTION[name](account) if name in WITHOUT_QUESTION else _answer(account, name)
        ConnectionCheck.objects.update_or_create(account=account, interface=name, defaults=values)
        progress.report(done)
    answer = ConnectionCheck.objects.filter(account=account, interface__in=wanted, state=State.OK).count()
    with translation.override(asked["language"]):
        said = _("%(ok)s of %(all)s answer") % {"ok": answer, "all": len(wanted)}
        progress.report(len(wanted), message=said)


def _answer(account: Account, name: str) -> dict[str, object]:
    """Ask once, and what became of it as the fields of a check."""
    values: dict[str, object] = {"found": None, "code": None, "words": "", "address": "", "at": timezone.now()}
    began = time.monotonic()
    try:
        with gateway.client(account) as client:
            values |= _asked(account, client, name)
    except (gateway.Locked, ValueError) as error:  # a code or host that cannot be used is ours to mend
        values |= {"state": State.REFUSED, "words": str(error)[:300]}
    return values | {"milliseconds": int((time.monotonic() - began) * 1000)}


def _asked(account: Account, client: VoicenterClient, name: str) -> dict[str, object]:
    try:
        found = questions.ASKED[name](account, client)
    except Refused as error:
        address = error.address if isinstance(error, AddressNotTrusted) else ""
        code = refusals.number(error, words.CODES[name])
        return {"state": State.REFUSED, "code": code, "words": error.words[:300], "address": address[:64]}
    except VoicenterError as error:
        return {"state": State.SILENT, "words": refusals.silence_of(error)}
    return {"state": State.SILENT if found is None else State.OK, "found": found}
