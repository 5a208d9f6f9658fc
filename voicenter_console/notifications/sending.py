"""From news to notices, and from notices to their receivers: at least once each, never inside a transaction.

A row is claimed by a conditional UPDATE that counts the attempt and holds it for a lease; whoever dies in between
leaves it to the next sweep. The database's clock says what is due, never a host's (FAULTS F-13). A receiver knows a
repeat by its `webhook-id`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPException
from typing import Any

import httpx
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from voicenter_console.organisation.models import Account

from . import addresses, kinds, post
from .models import Dispatch, Endpoint, Notice

logger = logging.getLogger(__name__)
State = Dispatch.State
LEASE = timedelta(seconds=60)  # longer than an attempt can last
# How long after each failed attempt the next one is made (Standard Webhooks); after the last it is given up.
BACK_OFF = [
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
]  # fmt: skip
LONGEST_WAIT = timedelta(days=1)
_GONE = 410
_MOST_DUE = 100
_AT_ONCE = 2  # of one receiver: a slow one must not keep all workers waiting


def notify(
    account: Account, kind: str, key: str, data: Mapping[str, Any], *, about: str = "", emails: Iterable[str] = (),
    endpoint: Endpoint | None = None,
) -> Notice | None:  # fmt: skip
    """Tell whoever asked to be told: the account's endpoints of this kind (or this one), and mailboxes.

    Call it in the transaction that makes it true. None where nobody is to be told, or was told under this key.
    """
    asked = Endpoint.objects.filter(account=account, active=True)
    receivers = [endpoint] if endpoint else [one for one in asked if kind in one.kinds]
    emails = sorted(set(emails))
    if not receivers and not emails:
        return None
    try:
        with transaction.atomic():
            notice = Notice.objects.create(account=account, kind=kind, key=key, about=about, data=dict(data))
    except IntegrityError:
        return None
    rows = [Dispatch(notice=notice, endpoint=one, due_at=Now()) for one in receivers]
    rows += [Dispatch(notice=notice, email=email, due_at=Now()) for email in emails]
    for row in rows:
        row.save(force_insert=True)
        transaction.on_commit(partial(_hint, row.pk), robust=True)
    return notice


def test(endpoint: Endpoint) -> Dispatch:
    """Send a harmless notice to this endpoint, switched on or not."""
    now = timezone.now()
    data = {"text": "A test of Voicenter Console."}
    notice = notify(endpoint.account, kinds.TEST, f"test:{endpoint.pk}:{now.isoformat()}", data, endpoint=endpoint)
    return notice.dispatches.get()


def _hint(pk: int) -> None:
    from .tasks import send_one  # the task imports what imports us

    send_one.apply_async([pk], retry=False, expires=60)


def due() -> list[int]:
    """What the sweep sends: whatever waits and is due, a few of each receiver, however much waits for one of them."""
    waiting = Dispatch.objects.filter(state=State.WAITING, due_at__lte=Now())
    chosen: list[int] = []
    seen: dict[Any, int] = {}
    for pk, endpoint, email in waiting.order_by("due_at").values_list("pk", "endpoint_id", "email").iterator():
        seen[endpoint or email] = seen.get(endpoint or email, 0) + 1
        if seen[endpoint or email] <= _AT_ONCE:
            chosen.append(pk)
            if len(chosen) == _MOST_DUE:
                break
    return chosen


def send(pk: int) -> None:
    """Make one attempt, if it is due and nobody else does. Safe to call any number of times."""
    free = Dispatch.objects.filter(pk=pk, state=State.WAITING, due_at__lte=Now())
    if not free.update(due_at=Now() + LEASE, attempts=F("attempts") + 1):
        return
    dispatch = Dispatch.objects.select_related("notice", "endpoint").get(pk=pk)
    if dispatch.endpoint:
        _by_post(dispatch, timezone.now())
    else:
        _by_mail(dispatch)


def _by_post(dispatch: Dispatch, now: datetime) -> None:
    try:
        answer = post.send(dispatch, now)
    except addresses.Forbidden as error:
        _give_up(dispatch, f"forbidden: {error}")
    except (OSError, httpx.HTTPError, httpx.InvalidURL) as error:
        _again(dispatch, f"{type(error).__name__}: {error}")
    except ValueError:
        logger.exception("the secret of endpoint %s cannot be read", dispatch.endpoint_id)
        _give_up(dispatch, "unsignable")
    else:
        if 200 <= answer.status < 300:
            _settle(dispatch, state=State.SENT, status=answer.status, answer=answer.text, ended_at=timezone.now())
        elif answer.status == _GONE:
            Endpoint.objects.filter(pk=dispatch.endpoint_id).update(active=False)
            _give_up(dispatch, answer.text, answer.status)
        else:
            _again(dispatch, answer.text, answer.status, answer.retry_after)


def _by_mail(dispatch: Dispatch) -> None:
    said = dispatch.notice.data
    subject = " ".join(said["subject"].split())  # a name in it may hold a line's end, which no header may
    mail = EmailMessage(
        subject, said["text"], settings.DEFAULT_FROM_EMAIL, [dispatch.email],
        headers={"Message-ID": f"<{dispatch.notice_id.hex}.{dispatch.pk}@voicenter-console>"},
    )  # fmt: skip
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        _again(dispatch, f"{type(error).__name__}: {error}")
    else:
        _settle(dispatch, state=State.SENT, answer="", ended_at=timezone.now())


def _again(dispatch: Dispatch, answer: str, status: int | None = None, retry_after: int | None = None) -> None:
    if dispatch.attempts > len(BACK_OFF):
        _give_up(dispatch, answer, status)
        return
    wait = BACK_OFF[dispatch.attempts - 1]
    if retry_after is not None:
        wait = min(max(wait, timedelta(seconds=retry_after)), LONGEST_WAIT)
    _settle(dispatch, due_at=Now() + wait, status=status, answer=answer[:300])


def _give_up(dispatch: Dispatch, answer: str, status: int | None = None) -> None:
    logger.warning("notice %s was given up for %s", dispatch.notice_id, dispatch.endpoint_id or "a mailbox")
    _settle(dispatch, state=State.DEAD, status=status, answer=answer[:300], ended_at=timezone.now())


def _settle(dispatch: Dispatch, **values: object) -> None:
    """Unless its lease ran out and another attempt is on its way."""
    Dispatch.objects.filter(pk=dispatch.pk, state=State.WAITING, attempts=dispatch.attempts).update(**values)


def replay(dispatches: Iterable[int]) -> int:
    """Send anew what was given up or taken; returns how many. The receiver knows them by the same id."""
    ended = Dispatch.objects.filter(pk__in=list(dispatches)).exclude(state=State.WAITING)
    return ended.update(state=State.WAITING, attempts=0, due_at=Now(), ended_at=None)
