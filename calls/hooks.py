"""The hook that Voicenter's cloud pushes call records to."""

from __future__ import annotations

from voicenter_console.voicenter import records
from voicenter_console.voicenter.wire import Decoded
from voicenter_console.webhooks.models import Delivery
from voicenter_console.webhooks.views import VoicenterWebhook


class CdrHook(VoicenterWebhook):
    """CDR notification (PROTOCOL S5): one leg that ended."""

    channel = Delivery.Channel.CDR

    def look(self, decoded: Decoded) -> None:
        """Without a call id it is nobody's record, now or ever."""
        records.notification_call_id(decoded.payload)
