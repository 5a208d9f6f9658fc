"""The delivery page: is Voicenter talking to us? What could not be read, why, and once more."""

from __future__ import annotations

from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from voicenter_console.organisation.access import needs
from voicenter_console.organisation.roles import Right

from .models import Delivery, Drift

SHOWN_BYTES = 20_000


@require_GET
@needs(Right.SEE_DELIVERIES)
def deliveries(request: HttpRequest) -> HttpResponse:
    visible = Delivery.objects.visible_to(request.user)
    groups = visible.dead().values("reason").annotate(
        n=Count("pk"), first=Min("received_at"), last=Max("last_received_at"), example=Max("pk")
    )  # fmt: skip
    context = {
        "groups": list(groups.order_by("-n")[:50]),
        "recent": visible.defer("body").order_by("-pk")[:20],
        "waiting": visible.waiting().count(),
        "drift": Drift.objects.filter(account__in=visible.values("account")).order_by("-last_seen")[:20],
    }
    return render(request, "deliveries/list.html", context)


@require_GET
@needs(Right.SEE_RAW)
def raw(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes as they came, as text; what is no text shows as �."""
    delivery = get_object_or_404(Delivery.objects.visible_to(request.user), pk=pk)
    body = delivery.bytes
    context = {
        "facts": [
            (_("State"), delivery.get_state_display()),
            (_("Why"), delivery.reason or "–"),
            (_("Content type"), delivery.content_type or "–"),
            (_("From address"), delivery.address or "–"),
            (_("Times received"), delivery.times),
            (_("Bytes"), len(body)),
        ],
        "text": body[:SHOWN_BYTES].decode("utf-8", "replace"),
    }
    return render(request, "calls/raw.html#raw" if request.htmx else "calls/raw.html", context)
