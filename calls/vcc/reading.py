"""From VCC Live's words to the record that the ingester merges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from voicenter_console.organisation.models import Account
from voicenter_console.vcc_live import cdr
from voicenter_console.voicenter import errors, terms
from voicenter_console.voicenter.records import CallRecord, Source
from voicenter_console.voicenter.terms import Direction

TYPES = {Direction.IN: "vcc-inbound", Direction.OUT: "vcc-outbound"}


def record(source: Source, fields: Mapping[str, Any], account: Account, received_at: datetime) -> CallRecord:
    """A record of the call that `fields` tell of. A notification has no type: it joins the call's only record.

    Raises Garbled, the ingester's, where they name no call.
    """
    try:
        call = cdr.read(fields, ZoneInfo(account.zone))
    except cdr.Garbled as error:
        raise errors.Garbled(error.reason) from error
    direction = {"in": Direction.IN, "out": Direction.OUT}.get(call.direction, Direction.UNKNOWN)
    type_ = TYPES.get(direction, "vcc") if source == Source.PULL else ""
    return CallRecord(
        source=source,
        call_id=call.uuid,
        type=type_,
        type_id=None,
        type_name=type_,
        status=terms.ANSWER if call.answered else None,
        leg1_status=None,
        direction=direction,
        started_at=call.started_at or received_at,
        time_uncertain=call.started_at is None,
        talk_seconds=call.talk_seconds,
        ring_seconds=call.ring_seconds,
        wait_seconds=call.queue_seconds,
        caller=call.source,
        target=call.destination,
        did="",
        caller_extension="",
        target_extension="",
        extension="",
        agent_name="",
        agent_code=call.user_id,
        queue_id=call.queue_id,
        queue_name="",
        price=None,
        recording_url="",
        target_country="",
        department_id=None,
        department_name="",
        ivr_path=(),
        ivr_raw="",
        custom_data={str(key): value for key, value in call.custom.items()},
        original_call_id="",
        unknown=(),
        raw=fields,
    )
