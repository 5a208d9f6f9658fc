"""Loosely typed fields to one Python type each: padded, absurd and misplaced values never raise.

A value that cannot be what it should be is None or empty here and stays in the record's raw fields.
"""

import json
import math
import re
from decimal import Decimal, InvalidOperation

from .errors import Garbled
from .wire import bounded, clean, read_json

MAX_INTEGER = 2**31 - 1
MAX_PRICE = Decimal(10) ** 8
CALL_ID_LENGTH = 64
URL_LENGTH = 2000

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{0,40})?", re.ASCII)
_BARE_KEY = re.compile(r"([{,]\s*)([A-Za-z_][A-Za-z0-9_]*)\s*:", re.ASCII)


def text(value: object, length: int = 255) -> str:
    """A scalar as text without blanks around it, at most `length` characters; '' for anything else."""
    if isinstance(value, str):
        return clean(value).strip()[:length]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    if isinstance(value, float):
        return (str(int(value)) if math.isfinite(value) and value == int(value) else str(value))[:length]
    return str(value)[:length] if value.bit_length() < 1000 else ""


def identifier(value: object) -> str:
    """A call id: no blanks anywhere, as documents break them over lines, and at most 64 characters."""
    return "".join(text(value, 1000).split())[:CALL_ID_LENGTH]


def url(value: object) -> str:
    """An http address without blanks, or '' where it is none or too long to be kept whole."""
    address = "".join(text(value, 4 * URL_LENGTH).split())
    return address if re.match("https?://", address, re.IGNORECASE) and len(address) <= URL_LENGTH else ""


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        return None
    if isinstance(value, int) and value.bit_length() > 130:
        return None
    written = str(value).strip()
    try:
        number = Decimal(written) if _NUMBER.fullmatch(written) or isinstance(value, float) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def whole(value: object) -> int | None:
    """A count from 0 to 2**31 - 1, fractions dropped; None where it is none or does not fit its column."""
    if type(value) is int:
        return value if 0 <= value <= MAX_INTEGER else None
    if type(value) is str and value.isascii() and value.isdigit() and len(value) <= 10:
        return int(value) if int(value) <= MAX_INTEGER else None
    number = _decimal(value)
    return int(number) if number is not None and 0 <= number <= MAX_INTEGER else None


def signed(value: object) -> int | None:
    """A whole number of up to nine digits, with its sign; None where it is none."""
    number = _decimal(value)
    return int(number) if number is not None and abs(number) < 10**9 and number == int(number) else None


def price(value: object) -> Decimal | None:
    """Agorot, four decimals at most; None where it is no number or beyond a million shekels."""
    number = _decimal(value)
    return None if number is None or abs(number) > MAX_PRICE else number.quantize(Decimal("0.0001")).normalize() + 0


def flag(value: object) -> bool | None:
    """True or False in any of the forms they are sent in; None where it is neither."""
    match text(value).casefold() if not isinstance(value, bool) else str(int(value)):
        case "1" | "true" | "yes":
            return True
        case "0" | "false" | "no":
            return False
        case _:
            return None


def structure(value: object) -> dict | list | None:
    """An object or a list, or the one in a string of JSON, of JSON in JSON, or of JSON-like text.

    The documents print such text with bare keys: `[{LayerName: "Sales", DTMF: 0}]`.
    """
    for _ in range(3):
        if not isinstance(value, str):
            break
        value = _loads(value) or _loads(_BARE_KEY.sub(r'\1"\2":', value))
    return value if isinstance(value, (dict, list)) else None


def _loads(written: str):
    try:
        return bounded(read_json(written))
    except Garbled:
        return None


def verbatim(value: object, length: int = 4000) -> str:
    """What could not be read, as text to keep beside the record."""
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False, default=str)
    return text(value, length)
