"""The hook that asks who calls: from the cloud, or from the browser of the agent whose phone rings (PROTOCOL S2)."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import DatabaseError
from django.http import Http404, HttpResponse, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from calls.popup import cards, misses, news, tally
from voicenter_console import phones
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import popup, wire
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.wire import Format
from voicenter_console.webhooks import afterwards, metrics, tokens
from voicenter_console.webhooks.answering import AnsweringHook
from voicenter_console.webhooks.models import Delivery

logger = logging.getLogger(__name__)
# Answers leave at whole beats after their request came, so that their time does not tell a known number (F-46).
BEAT_SECONDS = 0.025


class PopUpHook(AnsweringHook):
    """GET ?phone=…, a form, or JSON in three phases; JSON is answered to all of them.

    The address list does not hold, as browsers ask: token, origin and a rate of unknown numbers do.
    """

    channel = Delivery.Channel.POPUP
    http_method_names = ("get", "post", "options")

    def get(self, request: Request, token: str) -> Response:
        account = self._account(token)
        with metrics.seconds.labels(self.channel).time():
            return self.take(account, request, self.address, request.META.get("QUERY_STRING", "").encode("latin-1"))

    def post(self, request: Request, token: str) -> Response:
        return self.read_and_take(self._account(token), request)

    def options(self, request: Request, token: str) -> Response:
        """What a browser asks before it posts."""
        self._account(token)
        return Response(status=204)

    def fallback(self, account: Account | None, fmt: Format) -> Mapping[str, str]:
        return popup.refusal()

    def take(self, account: Account, request: Request, address: str, body: bytes) -> Response:
        began = time.monotonic()
        asker = tally.Asker(account.pk, misses.source(self.kwargs["token"], address), address)
        if misses.blocked(asker.source):
            metrics.popups.labels("blocked").inc()
            tally.refused(asker)
            return Response(status=429, headers={"Retry-After": str(misses.BLOCKED_SECONDS)})
        try:
            said = wire.decode(body, request.META.get("CONTENT_TYPE", "")).payload
            pop_up = popup.read(said)
        except Garbled:
            metrics.popups.labels("unread").inc()
            return self.in_kind(Format.JSON, popup.refusal())
        self.compare(account, said)
        answer = self._card(account, pop_up, asker)
        _until_the_next_beat(began)
        return self.in_kind(Format.JSON, answer)

    def _card(self, account: Account, pop_up: popup.PopUp, asker: tally.Asker) -> dict[str, str]:
        number, most = phones.parse(pop_up.phone), misses.most_a_minute(account.pk)
        try:
            card = cards.of(account, pop_up.phone)
        except DatabaseError:  # the page may be there when the agent opens it
            logger.warning("nobody can be looked up for a pop-up", exc_info=True)
            card = cards.unknown(account, pop_up.phone)
        else:
            metrics.popups.labels("known" if card.contacts else "unknown").inc()
            if number.kind == "number":
                self._count(asker, number.e164 or number.raw, known=bool(card.contacts), most=most)
        ids = [contact.pk for contact in card.contacts]
        afterwards.put(partial(news.tell, account, pop_up, ids, card.path), within=news.USEFUL_SECONDS)
        url = self._base() + card.path
        return popup.card(url=url, name=card.name, total=len(card.contacts), company=card.company)

    @staticmethod
    def _count(asker: tally.Asker, number: str, *, known: bool, most: int) -> None:
        if not misses.count(asker.source, number, known=known, most=most):
            return
        tally.asked(asker, known=known)
        if not known:
            afterwards.put(partial(misses.share, asker.source, number, most), within=misses.MINUTE)

    def _base(self) -> str:
        try:
            return settings.PUBLIC_URL.rstrip("/") or self.request._request.build_absolute_uri("/").rstrip("/")
        except DisallowedHost:
            return ""

    def _account(self, token: str) -> Account:
        account = tokens.account_for(token, self.channel)
        if account is None:
            metrics.refused.labels("token").inc()
            raise Http404
        return account

    # --- browsers ------------------------------------------------------------
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Only pages of the configured origins may ask, and only they may read the answer."""
        origin = request.headers.get("Origin", "")
        known = settings.POPUP_ORIGINS
        if origin and origin not in known:
            metrics.refused.labels("origin").inc()
            return HttpResponse(status=403)
        response = super().dispatch(request, *args, **kwargs)
        if known:
            response["Access-Control-Allow-Origin"] = origin or known[0]
        response["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response["Access-Control-Allow-Headers"] = "Content-Type"
        response["Access-Control-Max-Age"] = "600"
        response["Vary"] = "Origin"
        response["Cache-Control"] = "no-store"
        return response


def _until_the_next_beat(began: float) -> None:
    spent = time.monotonic() - began
    time.sleep(max(0.0, math.ceil(spent / BEAT_SECONDS) * BEAT_SECONDS - spent))
