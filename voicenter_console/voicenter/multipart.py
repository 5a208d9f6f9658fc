"""Forms of Content-Type multipart/form-data: a browser's other way to send one (RFC 7578)."""

import re
from email.message import Message

from .errors import Garbled

_NAME = re.compile(rb"""^content-disposition\s*:.*?;\s*name\s*=\s*(?:"([^"\r\n]*)"|([^\s;"]+))""", re.I | re.M)
_FILE = re.compile(rb"^content-disposition\s*:.*?;\s*filename\*?\s*=", re.I | re.M)
_LONGEST_HEAD = 2_000


def boundary(content_type: str) -> bytes:
    """What its parts are parted by, or b'' where the header names no such form."""
    header = Message()
    header["Content-Type"] = content_type or ""
    if header.get_content_type() != "multipart/form-data":
        return b""
    named = header.get_boundary("") or ""
    return named.encode("ascii", "ignore") if 0 < len(named) <= 70 else b""


def pairs(body: bytes, boundary: bytes, most: int) -> list[tuple[bytes, bytes]]:
    """Names and values as sent, files left out. Raises Garbled where it is cut short or has over `most` parts."""
    mark = b"--" + boundary
    first, *parts = (b"\r\n" + body.lstrip()).split(b"\r\n" + mark, most + 2)
    if len(parts) > most + 1:
        raise Garbled("a form of too many fields")
    if first or not parts or not parts.pop().startswith(b"--"):
        raise Garbled("a form that is cut short")
    return [pair for part in parts if (pair := _pair(part)) is not None]


def _pair(part: bytes) -> tuple[bytes, bytes] | None:
    head, blank, value = part.partition(b"\r\n\r\n")
    if not blank or len(head) > _LONGEST_HEAD or not (named := _NAME.search(head)):
        raise Garbled("a form with a part that has no name")
    return None if _FILE.search(head) else (named[1] or named[2] or b"", value)
