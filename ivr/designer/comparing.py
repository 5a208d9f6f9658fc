"""What a draft says otherwise than a version, node by node, in the words of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from ivr.designer import words


@dataclass(frozen=True, slots=True)
class Change:
    """One node, recording or end of the flow. `how`: added, removed or changed; `lines` are (what, before, after)."""

    node: str
    title: str
    how: str
    lines: list[tuple[str, str, str]]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """From one document to the other, nodes in the order of the later one."""
    old, new = before.get("nodes", {}), after.get("nodes", {})
    found = [Change("", gettext("The flow"), "changed", list(_ends(before, after)))]
    for name in [*new, *(one for one in old if one not in new)]:
        how = "added" if name not in old else "removed" if name not in new else "changed"
        title = words.title(name, new.get(name) or old[name])
        found.append(Change(name, title, how, list(_lines(old.get(name, {}), new.get(name, {}), before, after))))
    return [one for one in found if one.lines or one.how != "changed"]


def _ends(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for part, label in (("entry", gettext("The flow begins at")), ("fallback", gettext("When something fails"))):
        was, will = before.get(part, ""), after.get(part, "")
        if was != will:
            yield label, _title(was, before), _title(will, after)


def _lines(
    old: Mapping[str, Any], new: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    for name in dict.fromkeys([*new, *old]):
        if name in ("kind", "exits", "place") or old.get(name) == new.get(name):
            continue
        label = gettext("Title") if name == "title" else str(words.FIELDS[name])
        yield label, _text(old.get(name)), _text(new.get(name))
    was, will = old.get("exits", {}), new.get("exits", {})
    for exit in dict.fromkeys([*will, *was]):
        if was.get(exit) != will.get(exit):
            yield words.way(exit), _title(was.get(exit, ""), before), _title(will.get(exit, ""), after)
    for part in ("prompt", "before", "caller_prompt", "target_prompt"):
        texts = [
            document.get("prompts", {}).get(node.get(part) or "", {}).get("text", "")
            for node, document in ((old, before), (new, after))
        ]
        if texts[0] != texts[1]:
            yield gettext("What it says"), texts[0], texts[1]


def _title(name: str, document: Mapping[str, Any]) -> str:
    nodes = document.get("nodes", {})
    return words.title(name, nodes[name]) if name in nodes else name


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dict):
        spans = (
            (words.DAYS.get(day, day), ", ".join("-".join(span) for span in spans)) for day, spans in value.items()
        )
        return "; ".join(f"{day} {text}" for day, text in spans)
    if isinstance(value, list):
        return ", ".join(" ".join(map(str, one.values())) if isinstance(one, dict) else str(one) for one in value)
    return str(words.CHOICES.get(str(value), value))
