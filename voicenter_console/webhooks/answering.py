"""Hooks on which somebody waits: answered out of memory, and written down after the answer (PROTOCOL S6, S13)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.http import Http404
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import wire
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.wire import Decoded, Format

from . import afterwards, drift, hints, inbox, metrics
from .views import MEGABYTE, VoicenterWebhook

logger = logging.getLogger(__name__)


class AnsweringHook(VoicenterWebhook):
    """One such hook. A caller hears silence until it has answered, so no trouble of ours is an HTTP error: it gives
    the fallback (FAULTS F-71). No database, broker or disk stands on the way to the answer."""

    most_bytes = MEGABYTE

    def reply(self, account: Account, decoded: Decoded) -> Mapping[str, Any]:
        """The fields of the answer. Raises Garbled where the request cannot be read."""
        raise NotImplementedError

    def fallback(self, account: Account | None, fmt: Format) -> Mapping[str, Any]:
        """What is answered where nothing better can be; `account` is None where it could not be found out."""
        raise NotImplementedError

    def write(self, write: Callable[[], object]) -> None:
        """Write it down when the answer is on its way."""
        afterwards.put(write)

    def take(self, account: Account, request: Request, address: str, body: bytes) -> Response:
        content_type = request.META.get("CONTENT_TYPE", "")
        reason, fmt = "", wire.sniff(body, content_type)
        try:
            decoded = wire.decode(body, content_type)
            self.compare(account, decoded.payload)
            answer = self.reply(account, decoded)
        except Garbled as error:
            reason = error.reason
            answer = self._fallen(account, fmt, "request")
        except Exception as error:
            logger.exception("the %s hook gave its fallback", self.channel)
            reason = f"{type(error).__name__}: {error}"
            answer = self._fallen(account, fmt, "console")
        metrics.received.labels(self.channel, int(bool(reason))).inc()
        note = partial(_journal, account.pk, self.channel, body, content_type=content_type, address=address,
                       reason=reason, answer=int(bool(reason)))  # fmt: skip
        afterwards.put(note, size=len(body))
        return self.in_kind(fmt, answer)

    def handle_exception(self, exc: Exception) -> Response:
        """What kept us from knowing the account, or from reading the body."""
        if isinstance(exc, Http404 | APIException):  # of the caller's doing: no token, no such method
            return super().handle_exception(exc)
        logger.error("the %s hook gave its fallback", self.channel, exc_info=exc)
        fmt = wire.sniff(b"", self.request.META.get("CONTENT_TYPE", ""))
        return self.in_kind(fmt, self._fallen(None, fmt, "console"))

    @staticmethod
    def compare(account: Account, payload: Mapping[str, Any]) -> None:
        """The account is the token's, whatever a body names; another's is flagged after the answer (FAULTS F-31)."""
        if named := drift.named_in(payload):
            afterwards.put(partial(drift.note_named, account, named))

    def _fallen(self, account: Account | None, fmt: Format, cause: str) -> Mapping[str, Any]:
        metrics.fallbacks.labels(self.channel, cause).inc()
        return self.fallback(account, fmt)


def _journal(account_id: int, channel: str, body: bytes, **about: Any) -> None:
    """Keep the request; asked again it counts up."""
    kept = inbox.keep(account_id, channel, body, **about)
    if not about["reason"] and kept.times == 1:
        hints.send(account_id)
