"""Template tags and filters: icons, numbers, phones, chips. A builtin library: no {% load %} needed.

Every number is set in `<bdi dir="ltr">`, because a page may run from right to left (DESIGN, RTL).
"""

from __future__ import annotations

import datetime
from decimal import Decimal

from django import template
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from voicenter_console import phones
from voicenter_console.templatetags import shapes
from voicenter_console.webhooks import reasons

register = template.Library()
for drawing in (shapes.call_strip, shapes.story_strip, shapes.strip_keys, shapes.sign_in_shapes):
    register.simple_tag(drawing)
register.filter("reason_in_words", reasons.in_words)

DASH = "–"
# Drawings that point somewhere: they are mirrored where the page runs from right to left.
DIRECTED = {
    "arrow-back-up", "arrow-fork", "arrow-ramp-right", "arrow-right", "chevron-left", "chevron-right",
    "corner-down-right", "external-link", "list", "list-details", "logout",
    "phone-incoming", "phone-outgoing", "send",
}  # fmt: skip

# outcome: tone and icon; the word is the model's own
OUTCOMES = {
    "answered": ("ok", "check"),
    "abandoned": ("lost", "phone-x"),
    "flowed_out": ("flow", "arrow-ramp-right"),
    "missed": ("miss", "phone-off"),
    "busy": ("miss", "phone-pause"),
    "failed": ("fail", "alert-triangle"),
    "voicemail": ("vm", "microphone"),
    "ivr_end": ("lost", "phone-x"),
    "not_dialled": ("fail", "ban"),
    "unknown": ("fail", "help"),
}

DELIVERY_STATES = {
    "new": ("miss", "clock"),
    "done": ("ok", "check"),
    "dead": ("lost", "alert-circle"),
    "ignored": ("fail", "ban"),
}


def _number(text: object) -> SafeString:
    return format_html('<bdi dir="ltr" class="num">{}</bdi>', text)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """`{% icon "phone" %}`: a drawing of the sprite; silent for screen readers unless it has a label."""
    directed = " icon-dir" if name in DIRECTED else ""
    voice = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon icon-{}{}" {}><use href="{}#{}"/></svg>',
        name,
        directed,
        voice,
        static("icons.svg"),
        name,
    )


@register.filter
def clock(seconds: float | None) -> SafeString:
    """Seconds as m:ss, from an hour as h:mm:ss; a dash for None."""
    return _number(DASH if seconds is None else shapes.clock_text(int(seconds)))


@register.filter
def phone(raw: str) -> SafeString:
    """A number as people write it; an extension as it is; a withheld number in words."""
    if not raw:
        return _number(DASH)
    parsed = phones.parse(raw)
    if raw == phones.ERASED:
        return format_html("{}", gettext("erased"))
    if parsed.kind == "anonymous":
        return format_html("{}", gettext("number withheld"))
    return _number(phones.display(parsed))


@register.filter
def party(call) -> SafeString:
    """Who was on the other end, in one word or name: the contact, else 'Anonymous' or 'Unknown caller'."""
    name = getattr(call, "contact_name", "")
    if name:
        return format_html("<bdi>{}</bdi>", name)
    if call.customer == phones.ERASED:
        return format_html("{}", gettext("Erased"))
    if not call.customer or phones.parse(call.customer).kind == "anonymous":
        return format_html("{}", gettext("Anonymous"))
    return phone(call.customer)


@register.filter
def shekels(agorot: Decimal | int | None, sign: str = "₪") -> SafeString:
    """A price in agorot as shekels, two decimals; a dash for None. `sign` is '' where the column says it."""
    if agorot is None:
        return _number(DASH)
    return _number(f"{sign}{Decimal(agorot) / 100:,.2f}")


@register.filter
def num(value: float | None, decimals: int = 0) -> SafeString:
    """A number with grouped thousands; a dash for None."""
    if value is None:
        return _number(DASH)
    return _number(f"{value:,.{decimals}f}")


@register.filter
def signed(value: Decimal | None) -> SafeString:
    """A difference with its sign, one decimal; a dash for None."""
    return _number(DASH if value is None else f"{value:+.1f}".replace("-", "−"))


@register.filter
def percent(value: float | None) -> SafeString:
    """A percentage (already times 100) with one decimal; 'no calls' for None: nothing to divide."""
    if value is None:
        return format_html('<span class="hint">{}</span>', gettext("no calls"))
    return _number(f"{value:.1f} %")


@register.filter(expects_localtime=True)
def at_time(moment: datetime.datetime | None, form: str = "H:i:s") -> SafeString:
    """The local time of day, 24 h; `form` as in Django's date filter; a dash for None."""
    return _number(formats.date_format(moment, form) if moment else DASH)


@register.filter(expects_localtime=True)
def is_today(moment: datetime.datetime) -> bool:
    return moment.date() == timezone.localdate()


@register.simple_tag
def outcome(call) -> SafeString:
    """`{% outcome call %}`: the chip of a call's outcome; colour, icon and word say the same thing."""
    tone, drawing = OUTCOMES[call.outcome]
    return chip(tone, drawing, call.get_outcome_display())


@register.simple_tag
def chip(tone: str, drawing: str, word: str) -> SafeString:
    """`{% chip "ok" "check" word %}`: a state in colour, icon and word."""
    return format_html('<span class="chip chip-{}">{}{}</span>', tone, icon(drawing) if drawing else "", word)


@register.simple_tag
def delivery_state(delivery) -> SafeString:
    """`{% delivery_state delivery %}`: what became of a delivery, as a chip."""
    tone, drawing = DELIVERY_STATES[delivery.state]
    return chip(tone, drawing, delivery.get_state_display())


@register.simple_tag
def direction(call) -> SafeString:
    """`{% direction call %}`: an icon with its word for screen readers and as a tip."""
    tone, drawing, word = {
        "in": ("fail", "phone-incoming", gettext("incoming")),
        "out": ("accent", "phone-outgoing", gettext("outgoing")),
        "conference": ("fail", "users-group", gettext("conference")),
        "transfer": ("fail", "arrow-fork", gettext("transfer")),
        "forward": ("fail", "arrows-transfer-up", gettext("forwarded")),
        "fax": ("fail", "printer", gettext("fax")),
        "unknown": ("fail", "help", gettext("unknown direction")),
    }[call.direction]
    return format_html('<span class="tone-{}" title="{}">{}</span>', tone, word, icon(drawing, word))
