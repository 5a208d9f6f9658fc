"""Template tags of the recovery board."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from calls import dial_words
from calls.recovery.figures import Figures

register = template.Library()
GAP = 0.8  # per cent of the bar


@register.simple_tag
def shares(figures: Figures) -> SafeString:
    """`{% shares figures %}`: who was reached, came back, is lost, as one bar; its words stand beside it."""
    parts = [("back", figures.reached), ("ok", figures.returned), ("lost", figures.left)]
    return format_html(
        '<svg class="shares" aria-hidden="true" width="100%" height="11">{}</svg>',
        format_html_join("", '<rect class="key-{}" x="{}%" width="{}%" height="11" rx="3"/>', _blocks(parts)),
    )


def _blocks(parts: list[tuple[str, int]]) -> Iterator[tuple[str, str, str]]:
    drawn = [(name, count) for name, count in parts if count]
    whole = sum(count for _, count in drawn)
    room = 100 - GAP * (len(drawn) - 1)
    at = 0.0
    for name, count in drawn:
        width = room * count / whole
        yield name, f"{100 - at - width if get_language_bidi() else at:.2f}", f"{width:.2f}"
        at += width + GAP


register.filter("refusal_in_words", dial_words.reason)


@register.filter
def milliseconds(moment: datetime) -> int:
    """The epoch in milliseconds, for timers that count in the browser."""
    return int(moment.timestamp() * 1000)


@register.filter
def span(seconds: float) -> SafeString:
    """How long, in whole minutes, from two hours on in hours, from two days on in days: '11 min', '3 h', '2 d'."""
    number, words = seconds / 60, _("{} min")
    if number >= 2 * 60:
        number, words = number / 60, _("{} h")
        if number >= 2 * 24:
            number, words = number / 24, _("{} d")
    return format_html(words, format_html('<bdi dir="ltr" class="num">{}</bdi>', round(number)))
