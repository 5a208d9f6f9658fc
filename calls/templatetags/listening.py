"""The drawn waveform of a recording: `{% load listening %}{% waveform peaks %}`."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
STEP, BAR, HALF = 4, 3, 40  # of the drawing's own units


@register.simple_tag
def waveform(peaks: Sequence[Sequence[int]]) -> SafeString:
    """The agent's side up, the customer's down; time runs from left to right in every language."""
    loudest = max((loud for bar in peaks for loud in bar), default=0) or 1
    bars = []
    for number, (up, down) in enumerate(peaks):
        for side, loud in (("agent", up), ("customer", down)):
            height = max(1.5, HALF * loud / loudest)
            top = HALF - height if side == "agent" else HALF + 2
            bars.append((side, number, number * STEP, f"{top:.1f}", BAR, f"{height:.1f}"))
    return format_html(
        '<svg class="wave" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">{}'
        '<rect class="wave-now" x="0" y="0" width="2" height="{}" data-now-line/></svg>',
        len(peaks) * STEP, 2 * HALF + 2,
        format_html_join(
            "", '<rect class="wave-{}" data-bar="{}" x="{}" y="{}" width="{}" height="{}" rx="1"/>', bars
        ),
        2 * HALF + 2,
    )  # fmt: skip
