"""All that the delivery page says of a day: the answer, what goes in and out, and what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from calls import truth
from calls.board import collector
from calls.health import agreement, answer, clocks, troubles
from calls.models import Cdr, LiveBoard, SyncGap
from calls.popup import tally
from voicenter_console.jobs import heartbeat
from voicenter_console.organisation.models import Account, RefusedAddress
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right
from voicenter_console.voicenter.clock import EARLIEST
from voicenter_console.voicenter.listening import POLLED
from voicenter_console.webhooks import health, replay
from voicenter_console.webhooks.models import Delivery, Drift

PULL_OVERDUE = timedelta(minutes=20)
LIVE_LATE = timedelta(seconds=30)


def of(actor: Actor, start: datetime, end: datetime, now: datetime) -> dict[str, Any]:
    """What `actor` may see of the deliveries that came in [start, end), and how things stand now."""
    visible = Delivery.objects.visible_to(actor)
    accounts = health.with_last_push(health.accounts_watched(actor).select_related("sync_state"))
    came = Delivery.objects.filter(account__in=accounts)
    found: dict[str, Any] = {
        "accounts": accounts,
        "leads": actor.may(Right.SEE_ALL_ACCOUNTS) or bool(actor.whole_account_ids),
        "deliveries": health.hours(came.exclude(channel=Delivery.Channel.CALL_LOG), start, end),
        "agreement": agreement.by_hour(accounts, start, end),
        "gaps": list(SyncGap.objects.filter(account__in=accounts, closed_at=None).order_by("-from_at")[:50]),
        "troubles": troubles.found(accounts),
        "clocks": clocks.checks(accounts),
        "unfollowed": Cdr.objects.filter(account__in=accounts, link_followed=False).count(),
        "refused": list(RefusedAddress.objects.filter(account__in=accounts).order_by("-last_seen")[:20]),
        "drift": list(Drift.objects.filter(account__in=accounts).order_by("-last_seen")[:30]),
        "enumerations": tally.alarms(accounts, now),
        "causes": health.causes(visible.dead()),
        "aside": health.causes(replay.aside(visible)),
    }
    found["dead"] = came.dead().count()
    found["readable"] = sum(cause.readable for cause in found["causes"])
    waiting = came.waiting().aggregate(n=Count("pk"), since=Min("received_at"))
    line = truth.line(actor)
    push_only, records = agreement.uncorroborated(accounts, line["until"] if line else None, now)
    facts = answer.Facts(
        accounts=accounts, truth=line, troubles=found["troubles"], gaps=found["gaps"],
        usual=health.usual_pushes(accounts, now), waiting=waiting["n"], waiting_since=waiting["since"],
        dead=found["dead"], agreed=sum(hour["both"] for hour in found["agreement"]),
        push_only=push_only, of=records,
    )  # fmt: skip
    found["answer"] = answer.given(facts, now)
    found["lines"] = _lines(facts, found["deliveries"], now)
    legs = Cdr.objects.visible_to(actor).filter(account__in=accounts)
    found["alone"] = agreement.one_sided(legs, start, end, now)
    found["one_sided"] = sum(hour["one"] for hour in found["agreement"])
    return found


def _lines(facts: answer.Facts, hours: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """What goes in and out, each with its last sign of life."""
    bodies = sum(hour["understood"] + hour["waiting"] + hour["unread"] for hour in hours)
    unread = sum(hour["unread"] for hour in hours)
    pushes = [account.last_push for account in facts.accounts if account.last_push]
    states = [account.sync_state for account in facts.accounts if hasattr(account, "sync_state")]
    pulls = [state.last_read_at for state in states if state.last_read_at]
    late = bool(pulls) and max(pulls) < now - PULL_OVERDUE
    gaps = _("%(n)s gaps open") % {"n": len(facts.gaps)} if facts.gaps else _("no gap open")
    alive = heartbeat.alive()
    return [
        {
            "name": _("Push"), "at": max(pushes, default=None),
            "tone": _tone(pushes, any(usual >= health.SILENT_FROM for usual in facts.usual.values())),
            "detail": _("%(n)s on this day, %(unread)s unread")
            % {"n": f"{bodies:,}", "unread": f"{unread:,}"},
        },
        {
            "name": _("Pull"), "at": max(pulls, default=None),
            "tone": _tone(pulls, late or bool(facts.troubles)),
            "detail": facts.troubles[0].title if facts.troubles else gaps,
        },
        {
            "name": _("Worker"), "tone": "ok" if alive["worker"] else "lost",
            "state": _("running") if alive["worker"] else _("not seen for a minute"),
            "detail": _("%(n)s waiting to be read") % {"n": f"{facts.waiting:,}"},
        },
        *_live(facts.accounts, alive["collector"], now),
    ]  # fmt: skip


def _live(accounts: Sequence[Account], alive: bool, now: datetime) -> list[dict[str, Any]]:
    """The collector's line, of the account that it knows least of; none where no account's live calls are followed."""
    followed = collector.wanted().filter(pk__in=[account.pk for account in accounts]).select_related("board")
    boards = [getattr(account, "board", None) or LiveBoard() for account in followed]
    if not boards:
        return []
    worst = min(boards, key=lambda board: (board.as_of or EARLIEST, not board.trouble))
    line = {"name": _("Live calls"), "at": worst.as_of, "detail": _heard_by(worst), "tone": "ok"}
    if not alive:
        line |= {"at": None, "state": _("the collector was not seen for a minute"), "tone": "lost"}
    elif worst.as_of is None or worst.trouble or worst.as_of < now - LIVE_LATE:
        line["tone"] = "miss" if worst.as_of else "fail"
    return [line]


def _heard_by(board: LiveBoard) -> str:
    if board.trouble or not board.source:
        return board.trouble
    return _("asked for every few seconds") if board.source == POLLED else _("told by RealTime")


def _tone(signs: list[datetime], quiet: bool) -> str:
    if not signs:
        return "fail"
    return "miss" if quiet else "ok"
