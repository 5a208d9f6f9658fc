"""A call record of VCC Live by its uuid, and the notification that one will be there (PROTOCOL S14).

The document's example is cut and has no closing brace; its text promises an array where the example has one object.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from .client import VccClient
from .errors import Garbled, NotAuthorised, NotYet, Refused, WrongCall

NO_TIME = "0000-00-00 00:00:00"
MOST_SECONDS = 2**31 - 1
LONGEST_UUID = 64
SYSTEM_USER = "-1"
_UNFIT = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class VccCall:
    """One call. `direction` is 'in', 'out' or ''; times are aware UTC, None where there is none; durations seconds."""

    uuid: str
    direction: str
    started_at: datetime | None
    source: str
    destination: str
    talk_seconds: int | None
    ring_seconds: int | None
    queue_seconds: int | None
    queue_id: int | None
    user_id: str
    custom: Mapping[str, Any]
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def answered(self) -> bool:
        return bool(self.talk_seconds)


@dataclass(frozen=True, slots=True)
class Found:
    """An answer about the call that was asked for, and its bytes as they came."""

    call: Mapping[str, Any]
    body: bytes


def by_uuid(client: VccClient, uuid: str, day: date) -> Found:
    """Ask for the call that began on `day`, a day of the centre's own; on the first and the last of a month the
    neighbouring one is asked too. Raises NotYet, WrongCall, NotAuthorised, Refused, Unreachable, Garbled.
    """
    for year, month in _months(day):
        status, body = client.get(f"/v2/cdr/{year}/{month:02}/{quote(uuid, safe='')}")
        if status in (401, 403):
            raise NotAuthorised(status)
        if status == 404:
            continue
        if status != 200:
            raise Refused(f"HTTP {status}")
        try:
            call = response_of(body)
        except NotYet:
            continue
        if (got := _text(call.get("uuid"), LONGEST_UUID)).casefold() != uuid.casefold():
            raise WrongCall(uuid, got)
        return Found(call, body)
    raise NotYet


def response_of(body: bytes) -> Mapping[str, Any]:
    """The fields of the one call in an answer. Raises NotYet where it holds none, Garbled, Refused."""
    said = _json(body)
    if not isinstance(said, dict) or "response" not in said:
        raise Garbled("an answer without a response")
    if errors := said.get("errors"):
        raise Refused(json.dumps(errors, ensure_ascii=False))
    response = said["response"]
    if isinstance(response, list) and len(response) > 1:
        raise Garbled(f"{len(response)} calls, where one was asked for")
    if isinstance(response, list):
        response = response[0] if response else None
    if not response:
        raise NotYet
    if not isinstance(response, dict):
        raise Garbled("a response that is no object")
    return response


def read(said: Mapping[str, Any], zone: ZoneInfo) -> VccCall:
    """The call that fields tell of; `zone` is the centre's. Raises Garbled where there is no uuid."""
    uuid = uuid_of(said)
    queue_id = _whole(said.get("queueid"))
    user_id = _text(said.get("userid"), 64)
    return VccCall(
        uuid=uuid,
        direction=_direction(said.get("direction")),
        started_at=_moment(said.get("start_ts_utc"), UTC) or _moment(said.get("start_ts"), zone),
        source=_text(said.get("source"), 64),
        destination=_text(said.get("destination"), 64),
        talk_seconds=_whole(said.get("talktime")),
        ring_seconds=_whole(said.get("ringtime")),
        queue_seconds=_whole(said.get("queuetime")),
        queue_id=queue_id or None,
        user_id="" if user_id == SYSTEM_USER else user_id,
        custom=_custom(said),
        raw=said,
    )


def uuid_of(said: Mapping[str, Any]) -> str:
    """The call's id, in a record or in a notification. Raises Garbled where there is none."""
    uuid = _text(said.get("uuid"), LONGEST_UUID + 1)
    if not uuid or len(uuid) > LONGEST_UUID:
        raise Garbled("no uuid")
    return uuid


def day_of(said: Mapping[str, Any], received_at: datetime, zone: ZoneInfo) -> date:
    """The centre's own day in which the call of a notification began: that of its start_ts, else of its receipt."""
    began = _moment(said.get("start_ts_utc"), UTC) or _moment(said.get("start_ts"), zone)
    return (began or received_at).astimezone(zone).date()


def _months(day: date) -> Iterator[tuple[int, int]]:
    """The month of `day`, and the one beside it where the day touches it."""
    yield day.year, day.month
    for beside in (day - timedelta(days=1), day + timedelta(days=1)):
        if beside.month != day.month:
            yield beside.year, beside.month


def _json(body: bytes) -> Any:
    try:
        return _cleaned(json.loads(body.decode("utf-8-sig", "replace"), parse_constant=_refuse))
    except (ValueError, RecursionError) as error:
        raise Garbled("broken JSON") from error


def _cleaned(value: Any) -> Any:
    """NUL and lone surrogates, which no database takes, as U+FFFD."""
    if isinstance(value, str):
        return _UNFIT.sub("\ufffd", value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(one) for key, one in value.items()}
    return value


def _refuse(name: str) -> None:
    raise ValueError(name)


def _moment(value: object, zone: Any) -> datetime | None:
    text = _text(value, 40)
    if not text or text == NO_TIME:
        return None
    try:
        moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
        return moment.replace(tzinfo=zone).astimezone(UTC) if 1 < moment.year < 9999 else None
    except ValueError:
        return None


def _direction(value: object) -> str:
    """'inbound' in records, 'in' in notifications (trap 127)."""
    word = _text(value, 20).casefold()
    return {"inbound": "in", "in": "in", "outbound": "out", "out": "out"}.get(word, "")


def _custom(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Both spellings; PHP writes an empty object as an empty list."""
    for name in ("recordCustomFieldData", "recordCustomFielData"):
        found = said.get(name)
        if isinstance(found, dict) and found:
            return found
        if isinstance(found, list) and found:
            return {str(place): value for place, value in enumerate(found, start=1)}
    return {}


def _text(value: object, longest: int) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    if isinstance(value, int) and value.bit_length() > 64:
        return ""
    return str(value).replace("\0", "\ufffd").strip()[:longest]


def _whole(value: object) -> int | None:
    text = _text(value, 12)
    return int(text) if text.isascii() and text.isdigit() and int(text) <= MOST_SECONDS else None
