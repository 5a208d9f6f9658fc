"""Acts on a campaign: somebody asks, a row is committed, one request is sent (docs/adr/0071).

The row is the outbox, as that of click to call (docs/adr/0010): it is `sent` before the first byte leaves, and nothing
takes it back, so that a lost answer never starts a campaign or clears its calls a second time.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from dialer import mirror
from dialer.models import Campaign, CampaignAct
from voicenter_console.organisation import audit, gateway
from voicenter_console.organisation.models import User
from voicenter_console.organisation.models.people import Actor
from voicenter_console.voicenter import dialer, errors
from voicenter_console.voicenter.client import VoicenterClient

logger = logging.getLogger(__name__)
Kind, State = CampaignAct.Kind, CampaignAct.State
# Nobody who pressed Start expects it to happen an hour later.
LATEST = timedelta(seconds=60)
# Longer than a request can last; a row that is `sent` for so long has lost its sender.
SENDER_LOST = timedelta(seconds=90)
STRATEGY = ("queue_for_monitoring", "queue_maximum_callers", "coefficient")

_REFUSALS: dict[type[errors.Refused], str] = {
    errors.UnknownCampaign: "unknown_campaign",
    errors.BadTarget: "bad_request",
    errors.ApplicationError: "application",
    errors.NotAuthorised: "not_authorised",
    errors.LimitExceeded: "limit",
}


class Busy(Exception):
    """The campaign's last act is not settled yet."""


class Gone(Exception):
    """The campaign is not on Voicenter's list any more."""


def ask(
    actor: Actor, campaign: Campaign, kind: str, wanted: Mapping[str, Any] | None = None, *, key: str | None = None,
    address: str | None = None,
) -> CampaignAct:  # fmt: skip
    """Ask for one act. The same `key` of the same actor is the same request. Raises Busy and Gone.

    `wanted`: of a strategy the numbers of STRATEGY that are to change, of a member {"sip": …}.
    """
    key = f"{type(actor).__name__}:{actor.pk}:{key}"[:200] if key else None
    if key and (asked := campaign.acts.filter(key=key).first()):
        return asked
    if campaign.gone_at:
        raise Gone
    person = actor if isinstance(actor, User) else actor.user
    try:
        with transaction.atomic():
            act = CampaignAct.objects.create(
                campaign=campaign, kind=kind, wanted=dict(wanted or {}), by=person, by_name=str(actor)[:200], key=key,
                api_key=None if isinstance(actor, User) else actor,
            )  # fmt: skip
            audit.record(
                actor, f"campaign.{kind}", f"{campaign} ({campaign.code})", address=address,
                after={"id": act.pk, "wanted": act.wanted},
            )  # fmt: skip
            transaction.on_commit(partial(_hint, act.pk), robust=True)
    except IntegrityError as error:
        if key and (asked := campaign.acts.filter(key=key).first()):
            return asked
        raise Busy from error
    return act


def _hint(pk: int) -> None:
    from dialer.tasks import send_act  # the task imports what imports us

    send_act.apply_async([pk], retry=False, expires=LATEST.total_seconds())


def send(pk: int) -> None:
    """Send one queued act, unless somebody has or it is too late. Safe to call any number of times."""
    now = timezone.now()
    with transaction.atomic(durable=True):  # committed before the first byte leaves
        mine = CampaignAct.objects.filter(pk=pk, state=State.QUEUED, created_at__gte=now - LATEST)
        claimed = mine.update(state=State.SENT, sent_at=now)
    if not claimed:
        return
    act = CampaignAct.objects.select_related("campaign__account").get(pk=pk)
    try:
        with gateway.client(act.campaign.account) as client:
            _do(client, act)
    except errors.Unreachable as error:
        _settle(act, State.UNKNOWN if error.sent else State.REFUSED, "lost" if error.sent else "unreachable")
        logger.warning("act %s on a campaign: %s", act.pk, error)
    except errors.Garbled as error:
        _settle(act, State.UNKNOWN, "lost")
        logger.warning("act %s on a campaign: %s", act.pk, error)
    except errors.Refused as error:
        rule = _REFUSALS.get(type(error), "refused")
        _settle(act, State.REFUSED, rule, error_code=error.code, message=error.words[:300])
    except ValueError:
        # Neither the client nor the request could be made: the account's addresses or code.
        logger.exception("act %s on a campaign could not be asked", act.pk)
        _settle(act, State.REFUSED, "misconfigured")
    else:
        _settle(act, State.DONE, "", error_code=0)
    _look_again(act)


def _do(client: VoicenterClient, act: CampaignAct) -> None:
    code, wanted = act.campaign.code, act.wanted
    if act.kind == Kind.START:
        dialer.start_campaign(client, code)
    elif act.kind == Kind.STOP:
        dialer.stop_campaign(client, code)
    elif act.kind == Kind.CLEAR:
        dialer.clear_campaign_calls(client, code)
    elif act.kind == Kind.STRATEGY:
        dialer.update_campaign_strategy(client, code, **{name: wanted[name] for name in STRATEGY if name in wanted})
    elif act.kind == Kind.ADD_MEMBER:
        act.message = f"TotalAdded: {dialer.add_member(client, code, wanted['sip'])}"
    else:
        act.message = f"TotalRemoved: {dialer.remove_member(client, code, wanted['sip'])}"


def _settle(act: CampaignAct, state: str, error: str, **values: object) -> None:
    settled_at = None if state == State.UNKNOWN else timezone.now()
    CampaignAct.objects.filter(pk=act.pk, state=State.SENT).update(
        **{"state": state, "error": error, "settled_at": settled_at, "message": act.message, **values}
    )


def _look_again(act: CampaignAct) -> None:
    """What the campaign is like now. Asking is harmless; where it fails, the mirror's next turn knows."""
    try:
        mirror.refresh_one(act.campaign)
    except (errors.VoicenterError, ValueError) as error:
        logger.warning("campaign %s cannot be read after an act: %s", act.campaign_id, error)


def sweep() -> None:
    """Send what a lost hint left, refuse what waited too long, and give up senders that were lost."""
    now = timezone.now()
    queued = CampaignAct.objects.filter(state=State.QUEUED)
    queued.filter(created_at__lt=now - LATEST).update(state=State.REFUSED, error="too_late", settled_at=now)
    CampaignAct.objects.filter(state=State.SENT, sent_at__lt=now - SENDER_LOST).update(
        state=State.UNKNOWN, error="lost"
    )
    for pk in list(queued.order_by("created_at").values_list("pk", flat=True)[:50]):
        send(pk)
