"""Who gets a version, which there were, and where a flow answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ivr import publishing
from ivr.models import Binding, Flow, Publication
from voicenter_console import phones
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right

MOST = 50


class NoAudience(ValueError):
    """What was typed of callers or numbers cannot be read; the message says what, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Audience:
    """All callers, a share of them, or test callers alone, as E.164."""

    percent: int
    test_callers: tuple[str, ...]

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Audience:
        """Raises NoAudience."""
        raw = said.get("percent", "").strip()
        if not (raw.isascii() and raw.isdecimal() and 1 <= int(raw[:4]) <= 100):
            raise NoAudience(_("A share is a whole number from 1 to 100."))
        texts = [text.strip() for text in re.split(r"[,;\n]", said.get("test_callers", "")) if text.strip()]
        return cls(int(raw), tuple(_number(text) for text in texts))

    @property
    def given(self) -> dict[str, Any]:
        return {"percent": self.percent, "test_callers": self.test_callers}


def history(flow: Flow) -> list[Publication]:
    """What callers got, newest first; the first is in force."""
    return list(flow.publications.select_related("version").order_by("-began_at", "-pk")[:MOST])


def bind(flow: Flow, did: str, layer: str, *, by: Actor) -> Binding:
    """Have the flow answer a number ('' every number), or a layer's input. Raises NoAudience, IntegrityError."""
    number = None
    if layer := layer.strip():
        if not (layer.isascii() and layer.isdecimal() and len(layer) <= 5):
            raise NoAudience(_("A layer is a whole number."))
        number = int(layer)
    whole = by.may(Right.SEE_ALL_ACCOUNTS) or flow.account_id in by.whole_account_ids
    if not did.strip() and number is None and not whole:
        raise NoAudience(_("Name a number: every number is for those who lead the whole account."))
    return publishing.bind(flow, _number(did) if did.strip() else "", number, by=by)


def _number(text: str) -> str:
    found = phones.parse(text).e164
    if not found:
        raise NoAudience(_("“%(text)s” is not a telephone number that can be called.") % {"text": text[:40]})
    return found
