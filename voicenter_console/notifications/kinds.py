"""What there is to be told of. Apps add theirs in AppConfig.ready; an endpoint chooses among them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEST = "test"
_kinds: dict[str, str | Promise] = {}


def register(kind: str, words: str | Promise) -> None:
    """Name an event type, such as `recovery.opened`, with its words for the settings."""
    _kinds[kind] = words


def choices() -> list[tuple[str, str | Promise]]:
    return list(_kinds.items())


def label(kind: str) -> str:
    return str(_("a test") if kind == TEST else _kinds.get(kind, kind))
