"""Which legs each input of a formula counts: one condition each, for rollups, for drilling down and for the panel.

Symbols are METRICS': O offered, A answered, w the wait, T the target and S the short limit in seconds, Ab abandoned,
F left the queue. A wait that nobody told is left out of both sides of every formula that has w in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voicenter_console.voicenter import terms


@dataclass(frozen=True, slots=True)
class Limits:
    """T and S, seconds: answered in time is w ≤ target, a short abandon is w < short."""

    target: int = 20
    short: int = 5


@dataclass(frozen=True, slots=True)
class Input:
    """One number of a formula. `where` is the condition on a leg, given the limits; `of` is the column of its sum."""

    id: str
    symbol: str
    words: str | Promise
    where: Callable[[Limits], Q]


# --- legs ------------------------------------------------------------------------------------------------------------
OUTSIDE = Q(internal=False)
QUEUE = Q(type_id=terms.QUEUE_TYPE)
OFFERED = QUEUE & OUTSIDE
# A two-leg row known by its first leg's status alone counts as answered when somebody talked (PROTOCOL S4).
PICKED_UP = Q(status=terms.ANSWER) | Q(status=None, type_id__in=terms.TWO_LEG, talk_seconds__gt=0)
ANSWERED = OFFERED & Q(status=terms.ANSWER)
ABANDONED = OFFERED & Q(status__in=terms.ABANDONED)
LEFT = OFFERED & Q(status__in=terms.FLOWED_OUT)
WAITED = Q(wait_seconds__isnull=False)

# The leg that rings the customer (PROTOCOL 'Call types'): 18 and 19 are the conversation of a 17, 9 and 14 the agent's.
ATTEMPTED = Q(type_id__in=terms.ATTEMPTS) & OUTSIDE
NOT_DIALLED = Q(status__in=terms.NOT_DIALLED)
ATTEMPT = ATTEMPTED & (~NOT_DIALLED | Q(status=None))
REACHED = Q(status__in=[terms.ANSWER, terms.BUSY, terms.VOICEMAIL, *terms.MISSED]) | PICKED_UP


def _always(where: Q) -> Callable[[Limits], Q]:
    return lambda limits: where


_DECLARED = (
    Input("queue.offered", "O", _("offered to a queue"), _always(OFFERED)),
    Input("queue.waited", "Oʷ", _("offered, wait known"), _always(OFFERED & WAITED)),
    Input("queue.answered", "A", _("answered"), _always(ANSWERED)),
    Input("queue.answered_waited", "Aʷ", _("answered, wait known"), _always(ANSWERED & WAITED)),
    Input("queue.answered_in_time", "Aᴛ", _("answered within T"), lambda at: ANSWERED & Q(wait_seconds__lte=at.target)),
    Input("queue.abandoned", "Ab", _("hung up while waiting"), _always(ABANDONED)),
    Input("queue.abandoned_waited", "Abʷ", _("hung up while waiting, wait known"), _always(ABANDONED & WAITED)),
    Input(
        "queue.abandoned_short", "Abₛ", _("of these, under S"),
        lambda at: ABANDONED & Q(wait_seconds__lt=at.short),
    ),
    Input(
        "queue.abandoned_in_time", "Abᴛ", _("of these, within T"),
        lambda at: ABANDONED & Q(wait_seconds__lte=at.target),
    ),
    Input("queue.flowed_out", "F", _("left the queue: timeout, full, exit, nobody there"), _always(LEFT)),
    Input("queue.flowed_out_waited", "Fʷ", _("left the queue, wait known"), _always(LEFT & WAITED)),
    Input(
        "queue.other", "", _("ended another way"),
        _always(OFFERED & (~Q(status__in=[terms.ANSWER, *terms.LOST]) | Q(status=None))),
    ),
    Input("queue.wait_unknown", "", _("wait unknown"), _always(OFFERED & Q(wait_seconds=None))),
    Input("queue.internal", "", _("internal calls"), _always(QUEUE & Q(internal=True))),
    Input("agent.in_answered", "A", _("calls in, answered"), _always(
        OUTSIDE & Q(agent__isnull=False, direction="in", status=terms.ANSWER) & ~Q(type_id=terms.VOICEMAIL_TYPE))),
    Input("agent.in_missed", "M", _("rang without an answer"), _always(
        OUTSIDE & Q(agent__isnull=False, direction="in", status__in=[*terms.MISSED, terms.BUSY]))),
    Input("agent.passed_answered", "X", _("handed over to them, answered"), _always(
        OUTSIDE & Q(agent__isnull=False, direction__in=["transfer", "forward"], status=terms.ANSWER))),
    Input("agent.out_attempts", "N", _("calls out"), _always(Q(agent__isnull=False) & ATTEMPT)),
    Input("agent.out_answered", "R", _("calls out, answered"), _always(Q(agent__isnull=False) & ATTEMPT & PICKED_UP)),
    Input("agent.dialler_answered", "D", _("answered for the dialer"), _always(
        OUTSIDE & Q(agent__isnull=False, type_id__in=terms.DIALLER_TALK) & PICKED_UP)),
    Input("dial.attempts", "N", _("attempts: legs that rang the customer"), _always(ATTEMPT)),
    Input("dial.answered", "R", _("answered"), _always(ATTEMPT & PICKED_UP)),
    Input("dial.reached", "E", _("answered, busy, no answer or voicemail"), _always(ATTEMPT & REACHED)),
    Input("leg.any", "", _("legs of any kind"), _always(Q())),
    Input("leg.unpriced", "", _("legs whose price is not known"), _always(Q(price=None))),
    Input("dial.not_dialled", "", _("never dialled"), _always(ATTEMPTED & NOT_DIALLED)),
)  # fmt: skip
INPUTS = {one.id: one for one in _DECLARED}
