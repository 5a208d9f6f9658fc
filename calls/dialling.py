"""Click to call: somebody asks, the guard judges, a row is committed, one request is sent (docs/adr/0010).

The row is the outbox. It is `sent` before the first byte leaves, and nothing takes a row from `sent` back:
whoever dies in between leaves a request of which it is not known whether it rang; it is never sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from calls import guard, resolver
from calls.models import DialRequest, Extension
from voicenter_console import phones
from voicenter_console.organisation import audit, gateway
from voicenter_console.organisation.models import Account, User
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter import click2call, errors
from voicenter_console.voicenter.client import VoicenterClient

logger = logging.getLogger(__name__)

Action = DialRequest.Action
State = DialRequest.State
# A call that nobody expects any more must not ring: what has waited longer than this is not sent.
LATEST = timedelta(seconds=20)
# Longer than a request can last; a row that is `sent` for so long has lost its sender.
SENDER_LOST = timedelta(seconds=90)

_REFUSALS: dict[type[errors.Refused], str] = {
    errors.BadRequest: "bad_request",
    errors.ApplicationError: "application",
    errors.Offline: "offline",
    errors.Blocked: "blocked",
    errors.NotAuthorised: "not_authorised",
    errors.LimitExceeded: "limit",
}


def dial(
    actor: Actor,
    target: str = "",
    *,
    phone: str = "",
    action: str = Action.CALL,
    variables: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
    key: str | None = None,
    ends: DialRequest | None = None,
    address: str | None = None,
) -> DialRequest:
    """Ask for a phone to ring, or to be hung up (`terminate`); returns the row, queued or already refused.

    `phone` is the actor's own extension where empty. The same `key` of the same actor is the same request.
    `options` are the further parameters of a message or a conference, named as in the library. `ends` is the
    request whose call is hung up. Raises guard.Unaskable.
    """
    if key and (asked := _asked(actor, key)):
        return asked
    account, line = _first_leg(actor, phone, action)
    called = guard.target_of(account, target) if action == Action.CALL else guard.Verdict("")
    wanted = DialRequest(
        account=account, user=_person(actor), api_key=None if isinstance(actor, User) else actor,
        action=action, phone=line.dialled, target=called.dialled, idempotency_key=key or None,
        parameters={"variables": dict(variables or {}), "options": dict(options or {}),
                    **({"ends": str(ends.pk)} if ends else {})},
    )  # fmt: skip
    try:
        return _put(wanted, actor, line.refused or called.refused, address)
    except IntegrityError:
        if key and (asked := _asked(actor, key)):
            return asked
        raise


def rule_of(code: int) -> str:
    """The key in `dial_words` of a number that click to call refused with."""
    return _REFUSALS.get(click2call.REFUSALS.get(code, errors.Refused), "refused")


def _put(wanted: DialRequest, actor: Actor, refused: str, address: str | None) -> DialRequest:
    """Write the row with its audit entry. Two askers of one account follow each other, so that rules hold."""
    with transaction.atomic(durable=True):
        Account.objects.select_for_update(no_key=True).get(pk=wanted.account_id)
        wanted.error = refused or guard.forbids(wanted)
        if wanted.error:
            wanted.state, wanted.settled_at = State.REFUSED, timezone.now()
        wanted.save(force_insert=True)
        audit.record(
            actor, "dial", f"{wanted.phone} {wanted.target}".strip(), address=address,
            after={"id": str(wanted.pk), "action": wanted.action, "state": wanted.state,
                   "rule": wanted.error},
        )  # fmt: skip
        if not wanted.error:
            transaction.on_commit(partial(_hint, wanted.pk), robust=True)
    return wanted


def _hint(pk: UUID) -> None:
    from calls.tasks import send_dial  # the task imports what imports us

    send_dial.apply_async([str(pk)], retry=False, expires=LATEST.total_seconds())


def _asked(actor: Actor, key: str) -> DialRequest | None:
    mine = {"user": actor, "api_key": None} if isinstance(actor, User) else {"api_key": actor}
    return DialRequest.objects.filter(idempotency_key=key, **mine).first()


def _person(actor: Actor) -> User | None:
    return actor if isinstance(actor, User) else actor.user


# --- who rings first --------------------------------------------------------------------------------------


def lines_of(person: User):
    """The phones that are this person's own, the oldest tie first."""
    voicenter = Account.Provider.VOICENTER
    return Extension.objects.filter(user=person, account__provider=voicenter).select_related("account").order_by("pk")


def _first_leg(actor: Actor, phone: str, action: str) -> tuple[Account, guard.Verdict]:
    """Whose account, and what rings first. Raises Unaskable where there is nothing to ring."""
    person = _person(actor)
    account, lines = _lines(person) if person else _lines_of_program(actor, phone)
    code = phone.strip() or next(iter(lines), "")
    if not code:
        raise guard.Unaskable("phone", "no_phone" if person else "phone_missing")
    if code in lines:
        return account, guard.Verdict(code)
    parsed = phones.parse(code)
    if person is None and parsed.kind == "extension":
        return account, guard.Verdict(parsed.raw)
    if action in (Action.MESSAGE, Action.CALLFERENCE):
        return account, guard.judge(code)
    if parsed.kind not in ("number", "extension"):
        raise guard.Unaskable("phone", "not_a_number")
    return account, guard.Verdict(code[:64], "not_own_phone")


def _lines(person: User) -> tuple[Account, list[str]]:
    lines = list(lines_of(person))
    if not lines:
        raise guard.Unaskable("phone", "no_phone")
    account = lines[0].account
    return account, [line.code for line in lines if line.account_id == account.pk]


def _lines_of_program(key: Actor, phone: str) -> tuple[Account, list[str]]:
    """The account of the extension that a key without a person names."""
    code = phone.strip()
    if not code:
        raise guard.Unaskable("phone", "phone_missing")
    accounts = Account.objects.filter(provider=Account.Provider.VOICENTER)
    if key.accounts.exists():
        accounts = accounts.filter(api_keys=key)
    elif not key.may(Right.SEE_ALL_ACCOUNTS):
        accounts = accounts.filter(departments__in=key.department_ids)
    near = accounts.filter(extensions__code=code).distinct()[:2] or accounts.distinct()[:2]
    if len(near) != 1:
        raise guard.Unaskable("phone", "no_account")
    return near[0], list(Extension.objects.filter(account=near[0], code=code).values_list("code", flat=True))


# --- sending ------------------------------------------------------------------------------------------------


def send(pk: UUID) -> None:
    """Send one queued request, unless somebody has or it is too late. Safe to call any number of times."""
    now = timezone.now()
    with transaction.atomic(durable=True):  # committed before the first byte leaves
        mine = DialRequest.objects.filter(pk=pk, state=State.QUEUED, created_at__gte=now - LATEST)
        claimed = mine.update(state=State.SENT, sent_at=now)
    if not claimed:
        return
    asked = DialRequest.objects.select_related("account").get(pk=pk)
    try:
        with gateway.client(asked.account) as client:
            accepted = _ask(client, asked)
    except errors.Unreachable as error:
        _settle(asked, State.UNKNOWN if error.sent else State.REFUSED, "lost" if error.sent else "unreachable")
        logger.warning("dial %s: %s", asked.pk, error)
    except errors.Garbled as error:
        _settle(asked, State.UNKNOWN, "lost")
        logger.warning("dial %s: %s", asked.pk, error)
    except errors.Refused as error:
        rule = _REFUSALS.get(type(error), "refused")
        _settle(asked, State.REFUSED, rule, error_code=error.code, message=error.words[:300])
    except ValueError:
        # Neither the client nor the request could be made: the account's addresses or code, or a number.
        logger.exception("dial %s could not be asked", asked.pk)
        _settle(asked, State.REFUSED, "misconfigured")
    else:
        _settle(asked, State.ACCEPTED, "", error_code=0, call_uid=accepted.call_id)


def _ask(client: VoicenterClient, asked: DialRequest) -> click2call.Accepted:
    variables = asked.parameters.get("variables", {})
    options = asked.parameters.get("options", {})
    if asked.action == Action.TERMINATE:
        return click2call.terminate(client, phone=asked.phone)
    own = {"phone": asked.phone, "request_id": str(asked.pk), "variables": variables, **options}
    if asked.action == Action.MESSAGE:
        return click2call.message(client, **own)
    if asked.action == Action.CALLFERENCE:
        return click2call.callference(client, **own)
    return click2call.call(client, target=asked.target, **own)


def _settle(asked: DialRequest, state: str, error: str, **values: object) -> None:
    """What came of it, unless the call's own records said so first."""
    settled_at = None if state == State.UNKNOWN else timezone.now()
    DialRequest.objects.filter(pk=asked.pk, state=State.SENT).update(
        state=state, error=error, settled_at=settled_at, **values
    )
    if state == State.UNKNOWN:
        resolver.look_back(asked.pk)


def sweep() -> None:
    """Send what a lost hint left, refuse what waited too long, and give up senders that were lost."""
    now = timezone.now()
    queued = DialRequest.objects.filter(state=State.QUEUED)
    queued.filter(created_at__lt=now - LATEST).update(state=State.REFUSED, error="too_late", settled_at=now)
    for asked in DialRequest.objects.filter(state=State.SENT, sent_at__lt=now - SENDER_LOST):
        _settle(asked, State.UNKNOWN, "lost")
    for pk in list(queued.order_by("created_at").values_list("pk", flat=True)[:50]):
        send(pk)
