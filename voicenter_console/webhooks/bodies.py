"""Read a request's body, bounded, before anything is made of it."""

from __future__ import annotations

from django.core.handlers.wsgi import WSGIRequest


class TooLarge(Exception):
    """More than the channel takes: 413."""


class Encoded(Exception):
    """Content-Encoding: refused unread, since it may unpack to anything: 415."""


class Cut(Exception):
    """Fewer bytes came than were announced: the sender is gone, and will send the whole again."""


def read(request: WSGIRequest, most: int) -> bytes:
    """At most `most` bytes. Content-Length decides before anything is read; a chunked body is cut off at the limit."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise Encoded
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit():
        if int(length) > most:
            raise TooLarge
        whole = request.read(int(length)) if int(length) else b""
        if len(whole) < int(length):
            raise Cut
        return whole
    stream = request.environ["wsgi.input"]  # chunked: Django would read nothing of it
    body = bytearray()
    while chunk := stream.read(min(65536, most + 1 - len(body))):
        body += chunk
        if len(body) > most:
            raise TooLarge
    return bytes(body)
