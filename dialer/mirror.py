"""Voicenter's campaigns, read again and again: how they stand, and what changed since the last time (PRODUCT 9)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from dialer.models import Campaign, CampaignAct, CampaignChange
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import dialer, errors
from voicenter_console.voicenter.client import VoicenterClient

logger = logging.getLogger(__name__)
Field, Kind, State = CampaignChange.Field, CampaignAct.Kind, CampaignAct.State
Members = list[dict[str, str]]


def refresh(account: Account) -> None:
    """Read all campaigns of the account, and their members. Raises VoicenterError's kinds and Locked.

    An empty list deletes nothing: a wrong code may look like one (PROTOCOL S8).
    """
    asked_at = timezone.now()
    with gateway.client(account) as client:
        listing = dialer.campaigns(client)
        found = [(one, _members(client, one.code)) for one in listing if one.code]
    _keep(account, found, asked_at, whole=listing.conclusive)


def refresh_one(campaign: Campaign) -> None:
    """Read one campaign again, as after an act on it. Raises VoicenterError's kinds and Locked."""
    asked_at = timezone.now()
    with gateway.client(campaign.account) as client:
        said = dialer.campaign_details(client, campaign.code)
        members = _members(client, campaign.code)
    if said.code == campaign.code:
        _keep(campaign.account, [(said, members)], asked_at, whole=False)


def _members(client: VoicenterClient, code: str) -> Members | None:
    """None where they cannot be had now: the campaign is known all the same."""
    try:
        rows = dialer.members(client, code)
    except errors.VoicenterError as error:
        logger.warning("the members of a campaign cannot be had: %s", error)
        return None
    names = {one.sip: one.name for one in rows}
    return [{"sip": sip, "name": name} for sip, name in sorted(names.items())]


@transaction.atomic
def _keep(
    account: Account, found: Iterable[tuple[dialer.Campaign, Members | None]], at: datetime, *, whole: bool
) -> None:
    """Write what was read at `at`, unless something newer stands. One mirror of an account after the other."""
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    known = {one.code: one for one in Campaign.objects.filter(account=account)}
    codes = set()
    for said, members in found:
        if said.code in codes:  # a list may name a row twice
            continue
        codes.add(said.code)
        campaign = known.get(said.code) or Campaign(account=account, code=said.code[:200])
        if campaign.pk is None or campaign.read_at <= at:
            _write(campaign, said, members, at)
    if whole:
        for code in known.keys() - codes:
            campaign = known[code]
            if campaign.gone_at is None and campaign.read_at <= at:
                campaign.gone_at = campaign.read_at = at
                campaign.save(update_fields=["gone_at", "read_at"])
                _changed(campaign, Field.GONE, None, None, at)


def _write(campaign: Campaign, said: dialer.Campaign, members: Members | None, at: datetime) -> None:
    new = campaign.pk is None
    now: dict[str, Any] = {"name": said.name[:300], "status": said.status}
    if members is not None:
        now["members"] = members
    differs = [] if new else [(name, getattr(campaign, name), value) for name, value in now.items()]
    came_back = campaign.gone_at is not None
    for name, value in now.items():
        setattr(campaign, name, value)
    campaign.pending_calls = said.calls_left()
    campaign.min_priority, campaign.max_priority = said.min_priority, said.max_priority
    campaign.gone_at, campaign.read_at = None, at
    if members is not None:
        campaign.members_read_at = at
    campaign.save()
    if new or came_back:
        _changed(campaign, Field.FOUND, None, {"name": campaign.name, "status": campaign.status}, at)
    for name, before, after in differs:
        if before != after:
            _changed(campaign, name, before, after, at)
    _resolve(campaign, at)


def _changed(campaign: Campaign, field: str, before: Any, after: Any, at: datetime) -> None:
    CampaignChange.objects.create(campaign=campaign, field=field, before=before, after=after, seen_at=at)


def _resolve(campaign: Campaign, at: datetime) -> None:
    """A start or a stop whose answer was lost, and which is seen to have happened."""
    kind = {Campaign.State.ENABLED: Kind.START, Campaign.State.DISABLED: Kind.STOP}.get(campaign.state)
    lost = campaign.acts.filter(kind=kind, state=State.UNKNOWN, sent_at__lt=at)
    lost.update(state=State.RESOLVED, settled_at=at)
