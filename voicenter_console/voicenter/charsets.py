"""Bytes to text: byte order mark, declared charset, UTF-8, cp1255 (PROTOCOL S5, FAULTS F-54)."""

import codecs
import re

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What text is called that fits no charset.
DAMAGED = "utf-8 (damaged)"

# Only these are followed when declared: UTF-7, for one, could hide markup from whoever reads the bytes.
DECLARABLE = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "windows-1255": "cp1255",
    "cp1255": "cp1255",
    "iso-8859-8": "iso-8859-8",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "windows-1252": "cp1252",
}

_PARAMETER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.ASCII | re.IGNORECASE)
_XML_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]+)[\"']", re.IGNORECASE)


def mark_of(body: bytes) -> tuple[bytes, str]:
    """The byte order mark the bytes begin with and the charset it stands for, or (b"", "")."""
    return next(
        ((mark, name) for mark, name in BYTE_ORDER_MARKS if body.startswith(mark)),
        (b"", ""),
    )


def declared(body: bytes, content_type: str = "") -> str:
    """The charset named by the Content-Type or by an XML declaration, if it is one to follow; else ''."""
    if found := _PARAMETER.search(content_type or ""):
        return DECLARABLE.get(found[1].lower(), "")
    if found := _XML_DECLARATION.match(body[:200]):
        return DECLARABLE.get(found[1].decode("ascii").lower(), "")
    return ""


def to_text(body: bytes, charset: str = "") -> tuple[str, str]:
    """Text and the charset it was read in, without a byte order mark. Never raises.

    `charset` is the declared one. Bytes beyond ASCII that are valid UTF-8 are UTF-8 whatever was
    declared: Hebrew in a single-byte charset is never valid UTF-8. Where no charset fits, the text
    has U+FFFD where it is damaged and the charset is called DAMAGED.
    """
    mark, marked = mark_of(body)
    tries = [marked] if marked else []
    if not body.isascii():
        tries.append("utf-8")
    tries += [charset] if charset else []
    for name in (*tries, "utf-8", "cp1255"):
        try:
            return body[len(mark) :].decode(name), name
        except UnicodeDecodeError:
            continue
    return body[len(mark) :].decode("utf-8", "replace"), DAMAGED
