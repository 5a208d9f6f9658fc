"""What kinds of nodes, their fields and their exits are called on pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ivr.graph.kinds import WEEKDAYS

_NUMBERED = re.compile(r"_[0-9]+$")

# kind: (word, drawing)
KINDS: Mapping[str, tuple[Any, str]] = {
    "menu": (gettext_lazy("Menu"), "list"),
    "collect": (gettext_lazy("Ask for digits"), "numbers"),
    "say_digits": (gettext_lazy("Say digits"), "speakerphone"),
    "digits": (gettext_lazy("By the digits entered"), "numbers"),
    "dial": (gettext_lazy("Dial"), "phone-outgoing"),
    "go_to_layer": (gettext_lazy("Go to a layer"), "external-link"),
    "record": (gettext_lazy("Record a message"), "microphone"),
    "hang_up": (gettext_lazy("Hang up"), "phone-x"),
    "say": (gettext_lazy("Say"), "speakerphone"),
    "hours": (gettext_lazy("Opening hours"), "clock"),
    "caller": (gettext_lazy("Who calls"), "user"),
    "queue_length": (gettext_lazy("How many wait"), "users-group"),
    "look_up": (gettext_lazy("Look up"), "database"),
    "variable": (gettext_lazy("By a value"), "braces"),
    "percentage": (gettext_lazy("A share of callers"), "adjustments-horizontal"),
    "set_data": (gettext_lazy("Note a value"), "hash"),
    "opt_out": (gettext_lazy("Do not call again"), "hand-stop"),
    "callback": (gettext_lazy("Ask for a call back"), "arrow-back-up"),
    "sub_flow": (gettext_lazy("Another flow"), "sitemap"),
    "return": (gettext_lazy("Back to the flow around"), "corner-down-right"),
}

FIELDS: Mapping[str, Any] = {
    "prompt": gettext_lazy("Recording"),
    "before": gettext_lazy("Recording before the digits"),
    "caller_prompt": gettext_lazy("Caller hears first"),
    "target_prompt": gettext_lazy("Who answers hears first"),
    "music": gettext_lazy("Music while it rings"),
    "loops": gettext_lazy("Times it is said"),
    "delay": gettext_lazy("Seconds to wait for a key"),
    "attempts": gettext_lazy("Attempts"),
    "question": gettext_lazy("Keep the answer as"),
    "variable": gettext_lazy("Value"),
    "least": gettext_lazy("At least digits"),
    "most": gettext_lazy("At most digits"),
    "check": gettext_lazy("Check digit"),
    "digits": gettext_lazy("Digits"),
    "targets": gettext_lazy("Numbers or extensions"),
    "ring": gettext_lazy("Rings, seconds"),
    "longest": gettext_lazy("Longest, seconds"),
    "record": gettext_lazy("Record the call"),
    "show": gettext_lazy("Number shown"),
    "name": gettext_lazy("Name"),
    "after_answer": gettext_lazy("Keys sent when answered"),
    "next_layer": gettext_lazy("Layer afterwards"),
    "answered_layer": gettext_lazy("Layer when answered"),
    "unavailable_layer": gettext_lazy("Layer when not answered"),
    "layer": gettext_lazy("Layer"),
    "failed_layer": gettext_lazy("Layer when it fails"),
    "cause": gettext_lazy("Cause code"),
    "parts": gettext_lazy("What is said"),
    "week": gettext_lazy("Hours"),
    "holidays": gettext_lazy("Holidays"),
    "closed_on": gettext_lazy("Closed on"),
    "queue": gettext_lazy("Queue's number"),
    "limit": gettext_lazy("Limit"),
    "source": gettext_lazy("Source"),
    "milliseconds": gettext_lazy("Longest wait, milliseconds"),
    "percent": gettext_lazy("Percent"),
    "value": gettext_lazy("Text"),
    "list": gettext_lazy("List"),
    "note": gettext_lazy("Note"),
    "flow": gettext_lazy("Number of the flow"),
}

EXITS: Mapping[str, Any] = {
    "exhausted": pgettext_lazy("way", "no more attempts"),
    "invalid": pgettext_lazy("way", "wrong key"),
    "silence": pgettext_lazy("way", "no key"),
    "next": pgettext_lazy("way", "then"),
    "failed": pgettext_lazy("way", "nobody answers"),
    "otherwise": pgettext_lazy("way", "everybody else"),
    "unknown": pgettext_lazy("way", "not known"),
    "open": pgettext_lazy("way", "open"),
    "closed": pgettext_lazy("way", "closed"),
    "holiday": pgettext_lazy("way", "holiday"),
    "blocked": pgettext_lazy("way", "blocked"),
    "vip": pgettext_lazy("way", "VIP"),
    "recovery": pgettext_lazy("way", "waits for a call back"),
    "known": pgettext_lazy("way", "known"),
    "below": pgettext_lazy("way", "fewer"),
    "reached": pgettext_lazy("way", "as many or more"),
    "chosen": pgettext_lazy("way", "this share"),
    "rest": pgettext_lazy("way", "the rest"),
}

CHOICES: Mapping[str, Any] = {
    "none": gettext_lazy("none"),
    "luhn": gettext_lazy("Luhn"),
    "israeli_id": gettext_lazy("Israeli identity number"),
    "israel": gettext_lazy("Israeli holidays"),
}

DAYS: Mapping[str, Any] = dict(
    zip(
        WEEKDAYS,
        (gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
         gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday")),
        strict=True,
    )
)  # fmt: skip


def kind(name: str) -> str:
    return str(KINDS[name][0])


def way(name: str) -> str:
    """An exit as people call it; a key or a case is called by itself."""
    return str(EXITS[name]) if name in EXITS else name.removeprefix("case:")


def title(name: str, node: Mapping[str, Any]) -> str:
    """A node's own title; else its kind, where it was named after that, else its name within the flow."""
    if node.get("title"):
        return node["title"]
    called = _NUMBERED.sub("", name)
    if called in KINDS and node.get("kind", called) == called:
        return f"{kind(called)} {name.removeprefix(called).strip('_')}".strip()
    return name.replace("_", " ")


def gist(node: Mapping[str, Any], prompts: Mapping[str, Any]) -> str:
    """What a node does, in a line: what is said, who is dialled, else its kind."""
    said = prompts.get(node.get("prompt") or node.get("caller_prompt") or "", {}).get("text")
    if said:
        return f"“{said}”"
    if node["kind"] == "dial":
        return ", ".join(node.get("targets", ()))
    if node["kind"] == "go_to_layer":
        return _("layer %(n)s") % {"n": node.get("layer")}
    return kind(node["kind"])
