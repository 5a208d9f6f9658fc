"""Which way the console itself chooses at a node where no caller is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ivr.graph.flow import Node
from ivr.graph.kinds import UNKNOWN, WEEKDAYS
from voicenter_console import israel

from .facts import Facts, Unknown
from .words import Heard, Note

_MARKS = ("blocked", "vip", "recovery", "known")
_FRIDAY, _SATURDAY = WEEKDAYS.index("fri"), WEEKDAYS.index("sat")


def way(node: Node, heard: Heard, facts: Facts, variables: dict[str, str], notes: list[Note]) -> str:
    """The exit taken. Adds what the node sets to `variables`, and what is to be done later to `notes`."""
    try:
        return _WAYS[node.kind](node, heard, facts, variables, notes)
    except Unknown:
        return UNKNOWN if UNKNOWN in node.exits else "otherwise"


def open_at(node: Node, local: datetime) -> str:
    """`open`, `closed` or `holiday` at a local time. The eve of a holiday has Friday's hours."""
    day = israel.kind(local.date()) if node.get("holidays") == "israel" else israel.DayKind.ORDINARY
    if day is israel.DayKind.HOLIDAY or local.date().isoformat() in node.get("closed_on", ()):
        return "holiday" if "holiday" in node.exits else "closed"
    weekday = _FRIDAY if day is israel.DayKind.EVE and local.weekday() != _SATURDAY else local.weekday()
    return "open" if is_open(node.get("week"), local, WEEKDAYS[weekday]) else "closed"


def is_open(week: Mapping[str, Any], local: datetime, weekday: str = "") -> bool:
    """Whether a local time lies in the week's hours; of another `weekday` where one is named."""
    clock = f"{local:%H:%M}"
    spans = week.get(weekday or WEEKDAYS[local.weekday()], ())
    return any(start <= clock < end for start, end in spans)


def share_of(what: str, call_id: str) -> int:
    """0 to 99, even over calls, and always the same for one call and one `what`."""
    digest = hashlib.sha256(f"{what}:{call_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100


def _hours(node: Node, heard: Heard, *_: object) -> str:
    return open_at(node, heard.now.astimezone(heard.zone))


def _caller(node: Node, heard: Heard, facts: Facts, *_: object) -> str:
    marks = facts.caller(heard.caller)
    return next((mark for mark in _MARKS if mark in marks and mark in node.exits), "otherwise")


def _queue_length(node: Node, _heard: Heard, facts: Facts, *_: object) -> str:
    return "reached" if facts.queue_length(node.get("queue")) >= node.get("limit") else "below"


def _look_up(node: Node, heard: Heard, facts: Facts, variables: dict[str, str], *_: object) -> str:
    about = {"caller": heard.caller, "did": heard.did, "digits": heard.digits} | variables
    said = facts.look_up(node.get("source"), node.get("milliseconds"), about)
    if name := node.get("variable"):
        variables[name] = said
    return _case(node, said)


def _variable(node: Node, _heard: Heard, facts: Facts, variables: dict[str, str], *_: object) -> str:
    name = node.get("variable")
    return _case(node, variables[name] if name in variables else facts.entered(name))


def _case(node: Node, value: str) -> str:
    return f"case:{value}" if f"case:{value}" in node.exits else "otherwise"


def _percentage(node: Node, heard: Heard, *_: object) -> str:
    return "chosen" if share_of(node.id, heard.call_id) < node.get("percent") else "rest"


def _digits(node: Node, heard: Heard, _facts: Facts, _variables: dict[str, str], notes: list[Note]) -> str:
    if heard.digits not in node.keys:
        return "otherwise"
    if question := node.get("question"):
        notes.append(Note("answer", node.id, f"{question}={heard.digits}"))
    return heard.digits


def _set_data(node: Node, heard: Heard, _facts: Facts, variables: dict[str, str], *_: object) -> str:
    known = {"caller": heard.caller, "did": heard.did, "digits": heard.digits} | variables
    variables[node.get("variable")] = _filled(node.get("value"), known)
    return "next"


def _filled(text: str, known: Mapping[str, str]) -> str:
    """The text with {name} replaced; by `str.format` an author could reach into objects."""
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _noted(node: Node, _heard: Heard, _facts: Facts, _variables: dict[str, str], notes: list[Note]) -> str:
    notes.append(Note(node.kind, node.id, node.get("list") or node.get("note") or ""))
    return "next"


_WAYS = {
    "hours": _hours,
    "caller": _caller,
    "queue_length": _queue_length,
    "look_up": _look_up,
    "variable": _variable,
    "percentage": _percentage,
    "digits": _digits,
    "set_data": _set_data,
    "opt_out": _noted,
    "callback": _noted,
}
