"""What needs a manager now, sorted by worth, at most five (DESIGN, Home)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls.contacts import who
from calls.models import Alert, Recovery
from calls.recovery import acts, words
from calls.recovery.querysets import RecoveryQuerySet
from calls.reports import alerts
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right
from voicenter_console.templatetags.shapes import clock_text
from voicenter_console.webhooks.models import Delivery

MOST = 5
_LOOKED_AT = 20
_PEOPLE = 3


@dataclass(frozen=True, slots=True)
class Need:
    """One line: what, why, and the one act."""

    icon: str
    tone: str
    title: str
    detail: str
    url: str
    action: str


def of(actor: Actor, truth: dict[str, Any] | None) -> list[Need]:
    """`truth` is the page's truth line."""
    found = [*_people(actor), *_alerts(actor), *_dead_letters(actor)]
    if truth and truth["tone"] != "ok":
        found.append(Need("alert-triangle", truth["tone"], _("The call log is behind"), truth["text"], truth["url"],
                          _("Look")))  # fmt: skip
    return found[:MOST]


def _people(actor: Actor) -> list[Need]:
    """Those worth most of who waits to be called back: VIPs first, then who waited longest."""
    cards = list(_uncalled(actor).order_by(*acts.LONGEST_FIRST)[:_LOOKED_AT])
    who.name(actor, cards)
    cards.sort(key=lambda card: not (card.contact and card.contact.vip))
    return [_person(actor, card) for card in cards[:_PEOPLE]]


def _person(actor: Actor, card: Recovery) -> Need:
    name = words.name(card, whole_number=actor.may(Right.SEE_NUMBERS))
    title = _("%(name)s was lost") % {"name": name}
    if card.waited_seconds:
        waited = f"\u2066{clock_text(card.waited_seconds)}\u2069"
        title = _("%(name)s gave up after %(time)s") % {"name": name, "time": waited}
    tried = ngettext("tried %(n)s time", "tried %(n)s times", card.tries) % {"n": card.tries}
    vip = _("VIP") if card.contact and card.contact.vip else ""
    last = _("last agent %(name)s") % {"name": card.last_agent} if card.last_agent else ""
    detail = ", ".join(part for part in (vip, card.queue_name, tried, last) if part)
    url = f"{reverse('recovery:board')}#recovery-{card.pk}"
    return Need("arrow-back-up", "lost", title, detail, url, _("Call back"))


def _uncalled(actor: Actor) -> RecoveryQuerySet:
    return Recovery.objects.visible_to(actor).filter(state=Recovery.State.OPEN, called_back_at=None).with_last_agent()


def _alerts(actor: Actor) -> list[Need]:
    """Those of this person that hold."""
    holding = Alert.objects.filter(user=getattr(actor, "pk", None)).exclude(since=None)
    return [
        Need("bell-ringing", "miss", alerts.in_words(alert), _("since %(time)s") % {"time": words.moment(alert.since)},
             reverse("reports:queues") + "?period=today", _("Look"))
        for alert in holding.select_related("account", "department").order_by("since")
    ]  # fmt: skip


def _dead_letters(actor: Actor) -> list[Need]:
    dead = Delivery.objects.visible_to(actor).dead().count()
    if not dead:
        return []
    title = ngettext("%(n)s delivery could not be read", "%(n)s deliveries could not be read", dead) % {"n": dead}
    detail = _("kept; replay when the cause is fixed")
    return [Need("mail-exclamation", "miss", title, detail, reverse("deliveries:list"), _("Look"))]
