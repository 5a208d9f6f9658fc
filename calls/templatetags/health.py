"""Template filters of the delivery page."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def age(moment: datetime) -> SafeString:
    """How long ago, in the largest unit that fits: '2 s ago', '3 min ago', '5 h ago', '2 d ago'."""
    seconds = max(0, int((timezone.now() - moment).total_seconds()))
    for size, words in (
        (86400, _("{} d ago")),
        (3600, _("{} h ago")),
        (60, _("{} min ago")),
        (1, _("{} s ago")),
    ):
        if seconds >= size:
            return format_html(words, format_html('<bdi dir="ltr" class="num">{}</bdi>', seconds // size))
    return format_html("{}", _("just now"))
