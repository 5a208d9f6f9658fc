"""JSON, XML-RPC and form bodies to dictionaries and back (PROTOCOL S5, FAULTS F-30, F-52 to F-55).

Reading is tolerant of what Voicenter is known to send and bounded in everything else; writing is strict.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial
from urllib.parse import parse_qsl, urlencode

from . import charsets, multipart, xmlrpc
from .errors import Garbled

MAX_DEPTH = xmlrpc.MAX_DEPTH
MAX_KEYS_IN_OBJECT = 500
MAX_KEYS = 200_000
MAX_KEYS_IN_ANSWER = 2_000_000


_PAIR = re.compile(rb"[A-Za-z0-9_.%+\[\]-]{1,99}=")


class Format(StrEnum):
    """The encodings that Voicenter may push in; an answer uses the one of its request."""

    JSON = "json"
    XML = "xml"
    FORM = "form"


MEDIA_TYPE: dict[Format, str] = {
    Format.JSON: "application/json",
    Format.XML: "text/xml",
    Format.FORM: "application/x-www-form-urlencoded",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body as read: `payload` with its keys as sent, `method` of XML-RPC, `charset` it was read in."""

    format: Format
    payload: dict
    method: str | None
    charset: str


def sniff(body: bytes, content_type: str = "") -> Format:
    """The encoding of a body: by its first byte after BOM and blanks, else by Content-Type, else form.

    What begins as `name=` is a form whatever its header says, as it can be nothing else (FAULTS F-30).
    """
    mark, charset = charsets.mark_of(body)
    head = body[len(mark) :].lstrip()[:100]
    if charset.startswith(("utf-16", "utf-32")):
        head = body[len(mark) : len(mark) + 256].decode(charset, "ignore").lstrip()[:1].encode()
    match head[:1]:
        case b"<":
            return Format.XML
        case b"{" | b"[" | b'"':
            return Format.JSON
    if _PAIR.match(head):
        return Format.FORM
    media = (content_type or "").partition(";")[0].strip().lower()
    if media.endswith("json"):
        return Format.JSON
    if media.endswith("xml"):
        return Format.XML
    return Format.FORM


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Read one message, in whichever encoding it is. Raises Garbled, never anything else."""
    format = sniff(body, content_type)
    charset = charsets.declared(body, content_type)
    if format is Format.FORM:
        method = None
        payload, charset = _read_form(body, charset, multipart.boundary(content_type))
    else:
        text, charset = charsets.to_text(body, charset)
        text = text.lstrip("\ufeff \t\r\n")
        try:
            method, payload = xmlrpc.parse(text) if format is Format.XML else (None, _one_object(text))
        except Garbled as error:
            raise Garbled(error.reason, at=_in_body(error.at, text, body, charset)) from error
    return Decoded(format, bounded(payload), method, charset)


def decode_answer(body: bytes, content_type: str = "") -> dict:
    """Read what an API answers: a JSON object that may hold many rows, or XML-RPC in its place. Raises Garbled."""
    text, _ = charsets.to_text(body, charsets.declared(body, content_type))
    text = text.strip("\ufeff \t\r\n")
    if not text:
        raise Garbled("an empty answer")
    if text.startswith("<"):
        if "<methodResponse" not in text[:500]:
            raise Garbled("a web page where JSON is expected", at=0)
        return bounded(xmlrpc.parse(text)[1])
    return bounded(_one_object(text), MAX_KEYS_IN_ANSWER)


def read_json(text: str):
    """JSON without NaN, infinities and numbers that become one. Integers of over 4,300 digits stay
    text; NUL and lone surrogates are U+FFFD. Raises Garbled with the offset in bytes of the UTF-8 text.
    """
    try:
        value = _loads(text)
        return _cleaned(value) if _MAY_BE_UNFIT.search(text) else value
    except json.JSONDecodeError as error:
        raise Garbled("broken JSON", at=len(text[: error.pos].encode(errors="replace"))) from error
    except RecursionError as error:
        raise Garbled("nested too deeply") from error


def _loads(text: str):
    read = partial(json.loads, text, parse_float=_finite, parse_constant=_refuse)
    try:
        return read()
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer of more digits than Python turns into one
        return read(parse_int=xmlrpc.integer)


def bounded(value, max_keys: int = MAX_KEYS):
    """The value itself. Raises Garbled beyond 32 levels, 500 keys in one object or `max_keys` in all."""
    _count_keys(value, MAX_DEPTH, max_keys)
    return value


def fold(fields: Mapping) -> dict[str, object]:
    """The fields by key in lower case without blanks; of two keys alike the last that says something wins."""
    folded: dict[str, object] = {}
    for key, value in fields.items():
        name = folded_name(str(key))
        if name not in folded or value not in (None, ""):
            folded[name] = value
    return folded


@lru_cache(maxsize=4096)
def folded_name(key: str) -> str:
    """One key as `fold` has it."""
    return "".join(key.split()).casefold()


def encode_answer(format: Format, payload: dict) -> bytes:
    """What the console answers: a JSON object, an XML-RPC methodResponse with <int>, or a form."""
    return xmlrpc.response(payload) if format is Format.XML else _encode(format, payload)


def encode_call(format: Format, payload: dict, method: str = "CDR") -> bytes:
    """What the cloud sends: the fields as JSON, as an XML-RPC call of `method`, or as a form."""
    return xmlrpc.call(method, payload) if format is Format.XML else _encode(format, payload)


def _encode(format: Format, payload: dict) -> bytes:
    if format is Format.JSON:
        return json.dumps(payload, ensure_ascii=False).encode(errors="replace")
    return urlencode({name: _form_value(value) for name, value in payload.items()}, errors="replace").encode()


def _form_value(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list, tuple)) else value


def _in_body(at: int | None, text: str, body: bytes, charset: str) -> int | None:
    """An offset in the text's UTF-8 as one in the body, of which BOM and blanks were cut off."""
    if at is None or charset != "utf-8":
        return None
    return at + len(body) - len(text.encode())


def _one_object(text: str) -> dict:
    """The object of a body that is one, a JSON string of one, or an array of one."""
    value = read_json(text)
    for _ in range(4):
        if isinstance(value, dict):
            return value
        if isinstance(value, str):
            value = read_json(value)
        elif isinstance(value, list) and len(value) == 1:
            value = value[0]
        else:
            break
    if isinstance(value, dict):
        return value
    raise Garbled("an array that does not hold one object" if isinstance(value, list) else "JSON that is no object")


def _read_form(body: bytes, charset: str, boundary: bytes) -> tuple[dict, str]:
    """Fields, and the charset they are all written in: UTF-8, the declared one, else cp1255."""
    if boundary and body.lstrip().startswith(b"--" + boundary):
        sent = multipart.pairs(body, boundary, MAX_KEYS_IN_OBJECT)
        # As a form of the ordinary kind: one place knows charsets, empty values and repeated names.
        body = urlencode(sent).encode()
    mark, marked = charsets.mark_of(body)
    if marked.startswith(("utf-16", "utf-32")):
        body, mark = charsets.to_text(body)[0].encode(errors="replace"), b""
    body = body[len(mark) :].strip()
    if b"=" not in body:
        raise Garbled("neither JSON, XML nor a form" if body else "an empty body")
    for name in ("utf-8", charset or "cp1255", "cp1255"):
        try:
            return _pairs(body, name, "strict"), name
        except UnicodeDecodeError:
            continue
    return _pairs(body, "utf-8", "replace"), charsets.DAMAGED


def _pairs(body: bytes, charset: str, errors: str) -> dict:
    try:
        pairs = parse_qsl(
            body.decode(charset, errors),
            keep_blank_values=True,
            encoding=charset,
            errors=errors,
            max_num_fields=MAX_KEYS_IN_OBJECT,
        )
    except UnicodeDecodeError:
        raise
    except ValueError as error:
        raise Garbled("a form of too many fields") from error
    return {clean(name): clean(value) for name, value in pairs}


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse(text)
    return number


def _refuse(text: str):
    raise Garbled("a number that is not finite")


# NUL and lone surrogates, which no database takes, and the escapes by which JSON may hold them.
_UNFIT = re.compile("[\x00\ud800-\udfff]")
_MAY_BE_UNFIT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def clean(text: str) -> str:
    """The text with NUL and lone surrogates as U+FFFD (PROTOCOL S5)."""
    return text if text.isprintable() else _UNFIT.sub("\ufffd", text)


def _cleaned(value):
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): _cleaned(item) for key, item in value.items()}
    return value


def _count_keys(value, depth: int, keys_left: int) -> int:
    """How many keys are left of `keys_left` after those of the value, which has `depth` levels at most."""
    if not isinstance(value, (dict, list)):
        return keys_left
    if depth == 0:
        raise Garbled("nested too deeply")
    items = value
    if isinstance(value, dict):
        items = value.values()
        keys_left -= len(value)
        if len(value) > MAX_KEYS_IN_OBJECT or keys_left < 0:
            raise Garbled("too many fields")
    for item in items:
        if type(item) is dict or type(item) is list:
            keys_left = _count_keys(item, depth - 1, keys_left)
    return keys_left
