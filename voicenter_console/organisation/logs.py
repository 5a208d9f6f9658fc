"""Logs as one line of JSON each, with phone numbers and secrets masked."""

import json
import logging
import re
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")

_HOOK = re.compile(r"(/hooks/)[^/\s\"']+")
_SECRET = re.compile(
    r"(?i)\b(code|token|password|authorization|bearer|api[-_]?key)([\"']?\s*[=:]\s*|\s+)[\"']?[^\s\"'&,}]+"
)
_NUMBER = re.compile(r"(?<![\w.:-])(\+?\d{3,5})\d{3}(\d{3,4})(?![\w:-])")


def masked(text: str) -> str:
    """`text` without hook tokens, codes or whole phone numbers; call ids stay, they begin with a time."""
    text = _HOOK.sub(r"\1•••", text)
    text = _SECRET.sub(r"\1\2•••", text)
    return _NUMBER.sub(r"\1•••\2", text)


class MaskingFilter(logging.Filter):
    """Masks the finished message, and the arguments with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = masked(record.getMessage()), ()
        return True


class JsonFormatter(logging.Formatter):
    """One object a line: a caller's name with a line break stays inside its string (F-68)."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["request"] = request_id.get()
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
