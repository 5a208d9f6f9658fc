"""The door that every hook of Voicenter's cloud comes through: verify, read, keep, answer (PROTOCOL S5)."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from voicenter_console.organisation.models import Account, RefusedAddress
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.wire import Decoded, Format, sniff

from . import bodies, faultpoints, hints, inbox, metrics, one_writer, tokens
from .wire import RENDERERS, AnswerInKind, JsonRenderer, WireParser

logger = logging.getLogger(__name__)
MEGABYTE = 1 << 20
_WORDS = {0: "OK", 1: "Parse error", 2: "Application error"}


class VoicenterWebhook(APIView):
    """One hook. A subclass names its channel, and may look at the decoded body before it is acknowledged."""

    channel: ClassVar[str]
    most_bytes: ClassVar[int] = 10 * MEGABYTE
    authentication_classes = ()
    permission_classes = ()
    parser_classes = (WireParser,)
    renderer_classes = (JsonRenderer,)
    content_negotiation_class = AnswerInKind
    schema = None
    http_method_names = ("post",)

    def look(self, decoded: Decoded) -> None:
        """Raise Garbled when this body can never become what the channel is for. In memory only, and quick."""

    def post(self, request: Request, token: str) -> Response:
        account = tokens.account_for(token, self.channel)
        if account is None:
            metrics.refused.labels("token").inc()
            return Response(status=404)
        address = self.address
        if not account.admits(address):
            metrics.refused.labels("address").inc()
            self.write(partial(_remember_refusal, account, address))
            return Response(status=403)
        return self.read_and_take(account, request)

    @property
    def address(self) -> str:
        """Where the request came from, as the middleware found it."""
        return getattr(self.request._request, "client_address", "")

    def read_and_take(self, account: Account, request: Request) -> Response:
        """Read the body within its bounds, and answer it."""
        try:
            body = bodies.read(request._request, self.most_bytes)
        except bodies.TooLarge:
            return self._unread(account, request, 413, "larger than this hook takes")
        except bodies.Encoded:
            return self._unread(account, request, 415, "sent with a Content-Encoding")
        except bodies.Cut:
            metrics.refused.labels("cut").inc()
            return Response(status=400)
        with metrics.seconds.labels(self.channel).time():
            return self.take(account, request, self.address, body)

    def write(self, write: Callable[[], object]) -> None:
        """Write now, before the answer."""
        write()

    def take(self, account: Account, request: Request, address: str, body: bytes) -> Response:
        content_type = request.META.get("CONTENT_TYPE", "")
        reason, fmt = "", None
        try:
            decoded = WireParser().parse(io.BytesIO(body), content_type)
            fmt = decoded.format
            self.look(decoded)
        except Garbled as error:
            reason = error.reason
        fmt = fmt or sniff(body, content_type)
        faultpoints.reached("pre")
        try:
            kept = inbox.keep(
                account.pk, self.channel, body, content_type=content_type, address=address,
                reason=reason, answer=1 if reason else 0,
            )  # fmt: skip
        except DatabaseError:
            return self._unstored(account, fmt)
        faultpoints.reached("commit")
        if not reason and kept.times == 1:
            hints.send(account.pk)
        metrics.received.labels(self.channel, kept.answer).inc()
        return self._answer(account, fmt, kept.answer)

    def handle_exception(self, exc: Exception) -> Response:
        """Without a database there is nothing to say about this body but: send it again."""
        if isinstance(exc, DatabaseError):
            return self._unstored(None, sniff(b"", self.request.META.get("CONTENT_TYPE", "")))
        return super().handle_exception(exc)

    def _unstored(self, account: Account | None, fmt: Format) -> Response:
        logger.exception("a %s delivery could not be stored", self.channel)
        metrics.refused.labels("storage").inc()
        return self._answer(account, fmt, 2, status=503, headers={"Retry-After": "5"})

    def _unread(self, account: Account, request: Request, status: int, reason: str) -> Response:
        """A dead letter without its body; its key is random, so that it never counts as a resend."""
        metrics.refused.labels(str(status)).inc()
        content_type = request.META.get("CONTENT_TYPE", "")
        self.write(partial(inbox.keep, account.pk, self.channel, b"", content_type=content_type,
                           address=self.address, reason=reason, answer=1, distinct=True))  # fmt: skip
        return Response(status=status)

    def _answer(
        self, account: Account | None, fmt: Format, err: int, *, status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        answer: dict[str, Any] = {"err": err, "errdesc": _WORDS[err]}
        if account and account.answer_casing == Account.Casing.TITLE:
            answer = {key.title(): value for key, value in answer.items()}
        return self.in_kind(fmt, answer, status=status, headers=headers)

    def in_kind(self, fmt: Format, answer: Mapping[str, Any], **more: Any) -> Response:
        """`answer` in the encoding of the request."""
        self.request.accepted_renderer = RENDERERS[fmt]()
        self.request.accepted_media_type = RENDERERS[fmt].media_type
        return Response(answer, **more)


def _remember_refusal(account: Account, address: str) -> None:
    if not address:
        return
    with one_writer.turn(), transaction.atomic():
        seen, created = RefusedAddress.objects.get_or_create(account=account, address=address)
        if not created:
            RefusedAddress.objects.filter(pk=seen.pk).update(times=F("times") + 1, last_seen=timezone.now())
