"""The hook that VCC Live tells of a call: `uuid`, and perhaps `start_ts` (PROTOCOL S14, a guess)."""

from __future__ import annotations

from voicenter_console.vcc_live import cdr
from voicenter_console.vcc_live.errors import Garbled as NoCall
from voicenter_console.voicenter import wire
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.wire import Decoded
from voicenter_console.webhooks.models import Delivery
from voicenter_console.webhooks.views import MEGABYTE, VoicenterWebhook


class VccHook(VoicenterWebhook):
    """Notification of a call of VCC Live, as JSON or as a form."""

    channel = Delivery.Channel.VCC
    most_bytes = MEGABYTE

    def look(self, decoded: Decoded) -> None:
        """Without a uuid it is nobody's call, now or ever."""
        try:
            cdr.uuid_of(wire.fold(decoded.payload))
        except NoCall as error:
            raise Garbled(error.reason) from error
