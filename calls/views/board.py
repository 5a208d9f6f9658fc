"""The live board: where does it burn? (DESIGN, page 5)"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from calls.board import standing
from calls.board.agents import AWAY, FREE, RINGING, TALKING, UNTOLD
from calls.board.standing import Standing
from calls.metrics import definitions as d
from calls.reports.pages.parts import Address, Figure
from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right

# As many rows as a column of agents, and the list of calls, show.
MOST_AGENTS, MOST_CALLS = 12, 60


@require_GET
@needs(Right.SEE_BOARD)
def page(request: HttpRequest) -> HttpResponse:
    """Queues, agents and calls of this moment."""
    board = standing.of(request.user, timezone.now())
    wall = "wall" in request.GET
    context = {
        "board": board, "figures": _figures(board), "columns": _columns(board), "calls": board.calls[:MOST_CALLS],
        "more_calls": max(0, len(board.calls) - MOST_CALLS), "wall": wall,
        "stale_seconds": int(standing.STALE.total_seconds()),
    }  # fmt: skip
    return render(request, "board/board.html#board" if request.htmx else "board/board.html", context)


@require_GET
@never_cache
@needs(Right.SEE_BOARD)
def as_of(request: HttpRequest) -> JsonResponse:
    """Whether the board that stands in a browser still holds; asked every two seconds."""
    return JsonResponse({"now": int(timezone.now().timestamp() * 1000), **standing.versions(request.user)})


def _figures(board: Standing) -> list[Figure]:
    address = Address(reverse("reports:queues"), QueryDict("period=today"))
    details = {d.ANSWERED: "", board.level: _("goal %(n)s") % {"n": f"\u2066{board.its.goal} %\u2069"}, d.ABANDONED: ""}
    return [
        Figure(metric, metric.of(board.whole) if board.whole.offered else None, address.formula(metric), detail=detail)
        for metric, detail in details.items()
    ]


def _columns(board: Standing) -> list[dict[str, Any]]:
    """Agents by state; a state that nobody is in is left out, but for the three that are always looked for."""
    words = {
        TALKING: (_("Talking"), "live"), RINGING: (_("Ringing"), "live"), FREE: (_("Free"), "ok"),
        AWAY: (_("Away"), "fail"), UNTOLD: (_("State not told"), "fail"),
    }  # fmt: skip
    made = []
    for state, (word, tone) in words.items():
        people = [one for one in board.agents if one.state == state]
        if people or state in (TALKING, FREE, AWAY):
            made.append({"state": state, "word": word, "tone": tone, "count": len(people),
                         "people": people[:MOST_AGENTS], "more": max(0, len(people) - MOST_AGENTS)})  # fmt: skip
    return made
