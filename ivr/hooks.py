"""The hooks that Voicenter's cloud asks while a caller waits (PROTOCOL S6, S13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from ivr import answering
from voicenter_console.organisation.models import Account
from voicenter_console.voicenter import ivr
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.ivr import HangUp, LayerRequest
from voicenter_console.voicenter.wire import Decoded, Format
from voicenter_console.webhooks.answering import AnsweringHook
from voicenter_console.webhooks.models import Delivery


class IvrHook(AnsweringHook):
    """GET_IVR_ACTION, and HANGUP_CALL when it is over."""

    channel = Delivery.Channel.IVR

    def reply(self, account: Account, decoded: Decoded) -> Mapping[str, Any]:
        request = _read(account, decoded)
        if isinstance(request, LayerRequest):
            raise Garbled("a layer's input at the address of the IVR")
        return answering.answer(account, request, decoded.format)

    def fallback(self, account: Account | None, fmt: Format) -> Mapping[str, Any]:
        return answering.ivr_fallback(account, fmt)


class LayerHook(AnsweringHook):
    """IVR_LAYER_INPUT; a HANGUP_CALL is heard here too."""

    channel = Delivery.Channel.LAYER

    def reply(self, account: Account, decoded: Decoded) -> Mapping[str, Any]:
        request = _read(account, decoded)
        if not isinstance(request, LayerRequest | HangUp):
            raise Garbled("a question of the IVR at the address of a layer")
        return answering.answer(account, request, decoded.format)

    def fallback(self, account: Account | None, fmt: Format) -> Mapping[str, Any]:
        return answering.layer_fallback(account)


def _read(account: Account, decoded: Decoded) -> ivr.IvrRequest:
    return ivr.read(decoded, received_at=timezone.now(), wall_clock=account.reading.wall_clock)
