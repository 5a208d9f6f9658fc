"""Who is told of a card: endpoints by webhook, managers by mail. Only of what a pull confirmed (FAULTS F-48).

Run by the sweep. A card is marked by a conditional UPDATE in the transaction that makes its notice, so each loss and
each closing is told once, however many sweeps look.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from calls import apart
from calls.concealment import masked
from calls.models import Cdr, Recovery, RecoveryPolicy
from calls.recovery import consent
from voicenter_console import phones
from voicenter_console.notifications import sending
from voicenter_console.notifications.models import Endpoint
from voicenter_console.organisation.models import Account, User
from voicenter_console.voicenter.records import Source

OPENED, CLOSED, MAIL = "recovery.opened", "recovery.closed", "recovery.mail"
# Nobody expects to be told today of a call of yesterday: not after an outage, not when an account's past is read.
FRESH = timedelta(hours=6)
_MOST = 200
_MOST_IN_A_MAIL = 20
State = Recovery.State


def run() -> None:
    """Tell what is due, of every account where somebody is to be told."""
    now = timezone.now()
    policies = {policy.pk: policy for policy in RecoveryPolicy.objects.prefetch_related("mailed")}
    told = Endpoint.objects.filter(active=True).values("account_id")

    def tell(account: Account) -> None:
        policy = policies.get(account.pk) or RecoveryPolicy(account=account)
        _tell_waiting(account, policy, now)
        _tell_closed(account, now)
        _mail(account, policy, now)

    accounts = Account.objects.filter(Q(pk__in=told) | Q(recovery_policy__mailed__isnull=False))
    apart.each(accounts.distinct(), tell)


def _tell_waiting(account: Account, policy: RecoveryPolicy, now: datetime) -> None:
    """Those who were lost minutes ago and whom nobody took; again after each further loss."""
    lost = Q(last_lost_at__gt=now - FRESH, last_lost_at__lte=now - timedelta(minutes=policy.tell_after_minutes))
    untold = Q(waiting_told=None) | Q(waiting_told__lt=F("last_lost_at"))
    due = Recovery.objects.filter(lost, untold, account=account, state=State.OPEN, confirmed=True)
    for card in due.select_related("department", "account").order_by("last_lost_at")[:_MOST]:
        with transaction.atomic():
            if due.filter(pk=card.pk, version=card.version).update(waiting_told=now):
                # the caller is written to once a card, however often they call
                caller = consent.words(card, policy) if card.waiting_told is None else None
                key = f"{OPENED}:{card.pk}:{card.last_lost_at.isoformat()}"
                sending.notify(account, OPENED, key, {**_facts(card), "caller": caller}, about=card.number)


def _tell_closed(account: Account, now: datetime) -> None:
    untold = Q(closed_told=None) | Q(closed_told__lt=F("closed_at"))
    due = Recovery.objects.filter(
        untold, account=account, state=State.CLOSED, closed_at__gt=now - FRESH, closed_at__lte=now, confirmed=True
    )
    for card in due.select_related("department", "account", "won_by").order_by("closed_at")[:_MOST]:
        if card.won_by_id and not _confirmed(card.won_by_id):
            continue
        with transaction.atomic():
            if due.filter(pk=card.pk, version=card.version).update(closed_told=now):
                ending = {"reason": card.reason, "closed_at": card.closed_at.isoformat(), "closed_by": card.closed_name}
                key = f"{CLOSED}:{card.pk}:{card.closed_at.isoformat()}"
                sending.notify(account, CLOSED, key, {**_facts(card), **ending}, about=card.number)


def _confirmed(call: int) -> bool:
    """Whether the pull knows the call that won the person back."""
    return any(
        Source.PULL.value in sources for sources in Cdr.objects.filter(call=call).values_list("sources", flat=True)
    )


def _facts(card: Recovery) -> dict[str, Any]:
    return {
        "id": card.pk, "phone": card.number, "state": card.state, "queue_name": card.queue_name,
        "department": str(card.department) if card.department else None, "waited_seconds": card.waited_seconds,
        "tries": card.tries, "first_lost_at": card.first_lost_at.isoformat(),
        "last_lost_at": card.last_lost_at.isoformat(), "url": _url(),
    }  # fmt: skip


def _url() -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('recovery:board')}"


# --- mails to managers: one for all that came together, never more often than they wait -------------------------------


def _mail(account: Account, policy: RecoveryPolicy, now: datetime) -> None:
    people = (
        [person for person in policy.mailed.all() if person.is_active] if policy.pk and not policy._state.adding else []
    )
    pause = timedelta(minutes=max(policy.tell_after_minutes, 1))
    since = policy.mailed_at or now - FRESH
    if not people or (policy.mailed_at and policy.mailed_at > now - pause):
        return
    waiting = Q(state=State.OPEN, waiting_told__gt=since)
    closed = Q(state=State.CLOSED, closed_told__gt=since) if policy.mail_closed else Q(pk=None)
    news = Recovery.objects.filter(waiting | closed, account=account)
    if not news.exists():
        return
    with transaction.atomic(), override(policy.mail_language):
        mine = RecoveryPolicy.objects.filter(pk=policy.pk, mailed_at=policy.mailed_at)
        if not mine.update(mailed_at=now):
            return
        for person in people:
            rows = list(news.visible_to(person).order_by("-waited_seconds", "pk"))
            if rows:
                key = f"{MAIL}:{person.pk}:{now.isoformat()}"
                sending.notify(account, MAIL, key, _letter(person, rows), emails=[person.email])


def _letter(person: User, rows: Iterable[Recovery]) -> dict[str, str]:
    """Subject and text. Numbers are masked: a mail is kept where nobody erases it."""
    waiting = [card for card in rows if card.state == State.OPEN]
    closed = [card for card in rows if card.state == State.CLOSED]
    many = {"n": len(waiting)}
    subject = (
        ngettext("%(n)s person waits to be called back", "%(n)s people wait to be called back", len(waiting)) % many
        if waiting else _("Nobody is waiting to be called back")
    )  # fmt: skip
    lines = [_line(card) for card in waiting[:_MOST_IN_A_MAIL]]
    if closed:
        lines += ["", _("Closed since the last mail:"), *(_line(card) for card in closed[:_MOST_IN_A_MAIL])]
    text = "\n".join([_("Hello %(name)s,") % {"name": person}, "", f"{subject}:", *lines, "", _url()])
    return {"subject": subject, "text": text}


def _line(card: Recovery) -> str:
    facts = [
        masked(phones.display(card.number)),
        card.queue_name,
        timezone.localtime(card.last_lost_at).strftime("%H:%M"),
    ]
    if card.state == State.CLOSED:
        facts.append(str(card.get_reason_display()))
    return "- " + ", ".join(fact for fact in facts if fact)
