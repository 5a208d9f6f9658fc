"""Whatever the console says during the whole run of the tests is overheard: no secret may be in it (T9, FAULTS F-65).

A secret is whatever a test had the console keep encrypted (account codes, user codes, VCC Live's tokens, secrets of
RealTime logins and of webhooks, SIP passwords), every hook token and API key, what a client was given to speak with,
and RealTime's own tokens. It must stand in no line of a log, no answer to a browser or a program, no mail, and no
error's text. Where the console shows one on purpose, once, to whoever made it, is in SHOWN_ONCE.
"""

from __future__ import annotations

import copy
import functools
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.test import Client
from encrypted_fields.fields import EncryptedFieldMixin

from voicenter_console.organisation import tokens
from voicenter_console.organisation.logs import JsonFormatter, MaskingFilter
from voicenter_console.organisation.models import HookToken
from voicenter_console.vcc_live.client import VccClient
from voicenter_console.vcc_live.errors import VccError
from voicenter_console.voicenter import realtime
from voicenter_console.voicenter.client import VoicenterClient
from voicenter_console.voicenter.errors import VoicenterError

# A shorter one is a word that may stand anywhere.
SHORTEST = 8
SHOWN_ONCE = [
    ("POST", r"/admin/organisation/hooktoken/add/"),
    ("POST", r"/admin/organisation/apikey/add/"),
    ("POST", r"/admin/notifications/endpoint/(add|\d+/secret)/"),
    ("POST", r"/settings/connect/\d+/tokens/"),
    ("POST", r"/desk/credentials/"),  # the SIP password, to its owner's browser
]

_secrets: set[str] = set()
_said: list[str] = []


def learn(secret: object) -> None:
    if isinstance(secret, str) and len(secret) >= SHORTEST:
        _secrets.add(secret)


def hear(where: str, text: str) -> None:
    """Remember where a secret was said; the test that is running fails for it."""
    for secret in list(_secrets):
        for form in {secret, quote(secret, safe="")}:
            if (at := text.find(form)) >= 0:
                _said.append(f"{where}: …{text[max(0, at - 100) : at]}‹a secret›{text[at + len(form) :][:40]}…")


class Handler(logging.Handler):
    """Hears each line as it would stand in the log, without changing the record for others."""

    def __init__(self) -> None:
        super().__init__()
        self._masking = MaskingFilter()
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        record = copy.copy(record)
        self._masking.filter(record)
        hear(f"log of {record.name}", self.format(record))


def _hear_answer(method: str, path: str, answer: Any) -> None:
    if any(method == shown and re.fullmatch(pattern, path) for shown, pattern in SHOWN_ONCE):
        return
    hear(f"headers of {method} {path}", "\n".join(answer.headers.values()))
    if not answer.streaming:
        hear(f"answer to {method} {path}", answer.content.decode("utf-8", "replace"))


def begin(patch: pytest.MonkeyPatch) -> None:
    """Learn secrets and hear what is said, for the whole run."""

    def after(owner: Any, name: str, then: Callable[..., object]) -> None:
        original = getattr(owner, name)

        @functools.wraps(original)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            then(result, *args, **kwargs)
            return result

        patch.setattr(owner, name, wrapped)

    # an erasure's numbers are kept for the tombstones; other tests' people bear them openly
    after(EncryptedFieldMixin, "get_prep_value", lambda _, field, value: field.name != "numbers" and learn(value))
    after(tokens, "new", lambda token: learn(token))
    after(VoicenterClient, "__init__", lambda _, client, **given: learn(given["code"]))
    after(VccClient, "__init__", lambda _, client, **given: learn(given["token"]))
    for ask in ("log_in", "refresh"):
        after(realtime, ask, lambda ticket, *_: (learn(ticket.token), learn(ticket.refresh_token)))
    after(Client, "request", lambda answer, client, **request: _hear_answer(
        request["REQUEST_METHOD"], request["PATH_INFO"], answer))  # fmt: skip
    for error in (VoicenterError, VccError):
        after(error, "__init__", lambda _, error, *words: hear(f"text of {type(error).__name__}", str(error)))
    issue = HookToken.issue.__func__

    def issued(cls: type[HookToken], account: Any, channels: Iterable[str], token: str = "") -> str:
        given = issue(cls, account, channels, token)
        learn(given)
        return given

    patch.setattr(HookToken, "issue", classmethod(issued))
    logging.getLogger().addHandler(Handler())


def said() -> list[str]:
    """What was said since the last call; of mails too, those that stand in the box of tests."""
    for one in getattr(mail, "outbox", []):
        hear("mail", f"{one.subject}\n{one.body}\n{one.to}")
    found = list(dict.fromkeys(_said))
    _said.clear()
    return found
