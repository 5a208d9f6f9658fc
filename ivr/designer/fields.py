"""A node's fields as inputs, made from the vocabulary, and back from what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from ivr.designer import words
from ivr.graph.kinds import CASE, KINDS, WEEKDAYS, Kind, allows

PROMPTS = frozenset({"prompt", "before", "caller_prompt", "target_prompt"})
_SPAN = re.compile(r"^(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)$")
OPEN_ROWS = 2  # empty rows for further keys or cases


@dataclass(frozen=True, slots=True)
class Field:
    """One input. `shape`: number, text, choice, tick, prompt, week. `said`, `confirmed` are a prompt's text."""

    name: str
    label: str
    shape: str
    value: Any
    required: bool
    error: str = ""
    least: int | None = None
    most: int | None = None
    choices: list[tuple[str, str]] = field(default_factory=list)
    days: list[tuple[str, str, str]] = field(default_factory=list)
    said: str = ""
    confirmed: bool = False


class Refused(ValueError):
    """What was typed cannot be kept; `errors` are sentences by field or `exits`."""

    def __init__(self, errors: Mapping[str, str]):
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


def inputs(node: Mapping[str, Any], prompts: Mapping[str, Any], errors: Mapping[str, str]) -> list[Field]:
    """The inputs of a node's kind with its values."""
    kind = KINDS[node["kind"]]
    return [_input(name, rule, node, prompts, errors, name in kind.fields) for name, rule in _rules(kind)]


def _input(
    name: str, rule: Mapping[str, Any], node: Mapping[str, Any], prompts: Mapping[str, Any],
    errors: Mapping[str, str], required: bool,
) -> Field:  # fmt: skip
    value, shape, more = node.get(name), _shape(name, rule), {}
    if shape == "choice":
        more["choices"] = [(one, str(words.CHOICES.get(one, one))) for one in rule["enum"]]
    if shape == "number":
        more = {"least": rule.get("minimum"), "most": rule.get("maximum")}
    if shape == "week":
        value = value or {}
        more["days"] = [
            (day, str(words.DAYS[day]), ", ".join("-".join(span) for span in value.get(day, ())))
            for day in (WEEKDAYS[-1], *WEEKDAYS[:-1])
        ]
    if shape == "prompt":
        said = prompts.get(value or "", {})
        more = {"said": said.get("text", ""), "confirmed": bool(said.get("confirmed"))}
    if name == "parts":
        value = ", ".join(f"{part['as']} {part['text']}" for part in value or ())
    elif isinstance(value, list):
        value = ", ".join(value)
    label = str(words.FIELDS[name])
    return Field(name, label, shape, "" if value is None else value, required, errors.get(name, ""), **more)


def typed(kind_name: str, said: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a node as they were typed. Raises Refused."""
    kind, found, errors = KINDS[kind_name], {}, {}
    for name, rule in _rules(kind):
        value = _value(name, rule, said)
        if value is None and name not in kind.fields:
            continue
        if not Draft202012Validator(rule).is_valid(value):
            errors[name] = _fault(rule)
        found[name] = value
    if errors:
        raise Refused(errors)
    return found


def exits_typed(kind_name: str, said: Mapping[str, str]) -> dict[str, str]:
    """The exits as they were chosen: named ones by `to:NAME`, open ones by `key:N` and `way:N`. Raises Refused."""
    kind = KINDS[kind_name]
    found = {name: said[f"to:{name}"] for name in (*kind.exits, *kind.optional) if said.get(f"to:{name}")}
    opened: dict[str, str] = {}
    for part in said:
        key = said[part].strip() if part.startswith("key:") else ""
        if not key:
            continue
        name = f"case:{key}" if kind.open_exits == CASE else key
        if name in opened or not allows(kind, name):
            raise Refused({"exits": _("“%(key)s” stands twice, or is no way out of this node.") % {"key": key[:80]}})
        if to := said.get(f"way:{part.removeprefix('key:')}"):
            opened[name] = to
    return opened | found


def ways(node: Mapping[str, Any]) -> tuple[list[tuple[str, str, str, bool]], list[tuple[str, str]]]:
    """(named exits: name, word, target, must lead somewhere), (open exits: key or case, target), empty rows last."""
    kind, exits = KINDS[node["kind"]], node.get("exits", {})
    named = [(name, words.way(name), exits.get(name, ""), name in kind.exits) for name in (*kind.exits, *kind.optional)]
    if not kind.open_exits:
        return named, []
    known = {*kind.exits, *kind.optional}
    opened = [(name.removeprefix("case:"), to) for name, to in exits.items() if name not in known]
    return named, [*opened, *[("", "")] * OPEN_ROWS]


def _rules(kind: Kind) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from kind.fields.items()
    yield from kind.optional_fields.items()


def _shape(name: str, rule: Mapping[str, Any]) -> str:
    if name in PROMPTS:
        return "prompt"
    if name == "week":
        return "week"
    if "enum" in rule:
        return "choice"
    return {"integer": "number", "boolean": "tick"}.get(rule["type"], "text")


def _value(name: str, rule: Mapping[str, Any], said: Mapping[str, str]) -> Any:
    """What was typed as the document has it; None for nothing."""
    shape, text = _shape(name, rule), said.get(name, "").strip()
    if shape == "tick":
        return name in said
    if shape == "week":
        days = {day: _spans(said.get(f"week:{day}", "")) for day in WEEKDAYS}
        return {day: spans for day, spans in days.items() if spans}
    if shape == "number":
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) else (text or None)
    if rule.get("type") == "array":
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if name == "parts":
            return [dict(zip(("as", "text"), [*part.split(maxsplit=1), ""], strict=False)) for part in parts]
        return parts or (None if not text else parts)
    # A required text may be empty where its rule allows it; an optional one is then left out.
    return text or ("" if name in ("before", "value") else None)


def _spans(text: str) -> list[list[str]]:
    """'08:00-12:00, 13:00-18:00' as spans; what is no span stays as it is, for the schema to refuse."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return [list(found.groups()) if (found := _SPAN.match(part)) else [part] for part in parts]


def _fault(rule: Mapping[str, Any]) -> str:
    if rule.get("type") == "integer":
        return _("A number from %(least)s to %(most)s.") % {
            "least": rule.get("minimum", 0), "most": rule.get("maximum", "…"),
        }  # fmt: skip
    if rule.get("type") == "object":
        return _("Hours look like 08:00-18:00; several are parted by a comma.")
    return _("This does not fit here, or is missing.")
