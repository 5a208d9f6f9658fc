"""The first sentence of the page: is every call here?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.health import agreement
from calls.health.troubles import Trouble
from calls.models import SyncGap
from voicenter_console.organisation.models import Account
from voicenter_console.webhooks.health import SILENT_FROM

STUCK_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the answer is made of; `usual` as webhooks.health.usual_pushes, `truth` as calls.truth.line."""

    accounts: Sequence[Account]
    truth: Mapping[str, Any] | None
    troubles: Sequence[Trouble]
    gaps: Sequence[SyncGap]
    usual: Mapping[int, int]
    waiting: int
    waiting_since: datetime | None
    dead: int
    agreed: int
    push_only: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """`tone` ok, miss or lost; `title` and `at`, the moment that belongs to it; `text` why."""

    tone: str
    title: str
    at: datetime | None
    text: str


def given(facts: Facts, now: datetime) -> Answer:
    """The worst that is known says it."""
    for look in (_refused, _stuck, _silent, _forged, _missing, _behind):
        if found := look(facts, now):
            return found
    return Answer("ok", _("Yes. Every call is here, once, until"), facts.truth["until"], _rest(facts))


def _refused(facts: Facts, now: datetime) -> Answer | None:
    refused = next((one for one in facts.troubles if one.refused), None)
    if refused is None:
        return None
    text = _("%(reason)s Calls still come by push. %(rest)s") % {
        "reason": refused.title,
        "rest": _rest(facts),
    }
    return Answer("lost", _("No. Voicenter refuses to hand out the call log."), None, text)


def _stuck(facts: Facts, now: datetime) -> Answer | None:
    if facts.waiting_since is None or facts.waiting_since > now - STUCK_AFTER:
        return None
    text = ngettext(
        "%(n)s delivery is kept and waits for the worker, which does not run.",
        "%(n)s deliveries are kept and wait for the worker, which does not run.",
        facts.waiting,
    )
    return Answer("lost", _("No. Nothing has been read since"), facts.waiting_since, text % {"n": f"{facts.waiting:,}"})


def _silent(facts: Facts, now: datetime) -> Answer | None:
    for account in facts.accounts:
        usual = facts.usual.get(account.pk, 0)
        if usual >= SILENT_FROM:
            text = _(
                "A week ago %(n)s came in the same time. "
                "Ask Voicenter whether it still knows the hook's address. %(rest)s"
            )
            words = text % {"n": f"{usual:,}", "rest": _rest(facts)}
            return Answer("lost", _("No. Nothing has been pushed since"), account.last_push, words)
    return None


def _forged(facts: Facts, now: datetime) -> Answer | None:
    """A stolen address of a hook can make calls up; the call log knows nothing of them (F-24)."""
    if not facts.of or facts.push_only <= agreement.FORGED_FROM * facts.of:
        return None
    title = ngettext(
        "Not quite. %(n)s call was pushed that the call log does not show.",
        "Not quite. %(n)s calls were pushed that the call log does not show.",
        facts.push_only,
    )
    text = _(
        "A day is over, and of %(of)s records of the week they were pushed alone. Whoever knows a hook's address can "
        "make calls up: look at the list below, and make a new address where you do not know them. %(rest)s"
    )
    words = text % {"of": f"{facts.of:,}", "rest": _rest(facts)}
    return Answer("miss", title % {"n": f"{facts.push_only:,}"}, None, words)


def _missing(facts: Facts, now: datetime) -> Answer | None:
    if not facts.gaps:
        return None
    missing = sum(gap.missing or 0 for gap in facts.gaps)
    if missing:
        title = ngettext("Not quite. %(n)s call is missing.", "Not quite. %(n)s calls are missing.", missing)
    else:
        title = _("Not quite. Some calls are missing.")
    text = _("Voicenter counts more than it hands out. %(rest)s") % {"rest": _rest(facts)}
    return Answer("miss", title % {"n": f"{missing:,}"}, None, text)


def _behind(facts: Facts, now: datetime) -> Answer | None:
    truth = facts.truth
    if truth is None or truth["until"] is None:
        return Answer("miss", _("Not known yet."), None, truth["text"] if truth else "")
    if truth["tone"] == "ok":
        return None
    text = "{}. {}".format(truth["text"], _rest(facts))
    return Answer(truth["tone"], _("Not quite. Complete until"), truth["until"], text)


def _rest(facts: Facts) -> str:
    agreed = ngettext(
        "Push and pull agree on %(n)s call record.",
        "Push and pull agree on %(n)s call records.",
        facts.agreed,
    )
    text = agreed % {"n": f"{facts.agreed:,}"}
    if facts.dead:
        dead = ngettext(
            "%(n)s delivery could not be read; it is kept and waits for you below.",
            "%(n)s deliveries could not be read; they are kept and wait for you below.",
            facts.dead,
        )
        text = f"{text} {dead % {'n': f'{facts.dead:,}'}}"
    return text
