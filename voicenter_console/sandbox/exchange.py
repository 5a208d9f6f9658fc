"""A request as a door sees it, and its answer."""

import base64
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

MAX_BODY = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """`pairs` are those of the query, then those of a form body, in their order."""

    method: str
    path: str
    pairs: list[tuple[str, str]]
    body: bytes = b""
    remote: str = ""
    bearer: str = ""
    basic: str = ""

    @classmethod
    def of(cls, environ: dict) -> "Request":
        """Read a WSGI request; of a body over 10 MB only so much is read."""
        pairs = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(min(length, MAX_BODY)) if length else b""
        if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
            pairs += parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        return cls(
            environ["REQUEST_METHOD"],
            environ.get("PATH_INFO", "/"),
            pairs,
            body,
            environ.get("REMOTE_ADDR", ""),
            token.strip() if scheme.lower() == "bearer" else "",
            _decoded(token) if scheme.lower() == "basic" else "",
        )

    def json(self):
        """The body as JSON, or {} where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}


def _decoded(token: str) -> str:
    """The `name:password` of HTTP Basic, or '' where it is none."""
    try:
        return base64.b64decode(token.strip(), validate=True).decode()
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = field(default=())
    # The door dies as it answers: a body is announced and never comes.
    dies: bool = False

    @classmethod
    def of_json(cls, value, status: int = 200) -> "Answer":
        return cls(status, json.dumps(value, ensure_ascii=False, default=str).encode())
