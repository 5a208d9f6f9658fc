"""The dial button: `{% load dial %}{% dial_button number place=call.pk %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext

from calls import guard
from calls.forms import DialForm
from voicenter_console.organisation.roles import Right

register = template.Library()


@register.inclusion_tag("calls/_dial.html", takes_context=True)
def dial_button(context: RequestContext, number: str, *, place: object, shape: str = "row") -> dict[str, Any]:
    """A button that calls `number`; nothing for those who may not dial, and for what no rule lets through.

    `shape` is `row` (a round button in a list) or `main` (with the number); `place` tells it from the page's
    other ones. No queries.
    """
    person = getattr(context.get("request"), "user", None)
    if person is None or not person.is_authenticated or not person.may(Right.DIAL):
        return {}
    return {**_button(number, shape), "place": place}


@register.inclusion_tag("calls/_dial_form.html", takes_context=True)
def dial_again(context: RequestContext) -> dict[str, Any]:
    """The same button after a call that ended or was refused, with a key of its own."""
    return {**_button(context["target"], context["shape"]), "again": True}


@register.simple_tag
def one_time_key() -> str:
    return DialForm.new_key()


def _button(number: str, shape: str) -> dict[str, Any]:
    """Empty for what no rule lets through."""
    try:
        verdict = guard.judge(number or "")
    except guard.Unaskable:
        return {}
    return {} if verdict.refused else {"target": verdict.dialled, "key": DialForm.new_key(), "shape": shape}
