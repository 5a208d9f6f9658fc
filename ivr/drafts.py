"""A flow as somebody is writing it: kept sound or not, looked at, and read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from ivr.graph import Finding, Malformed, Nested, inlined, prove, read
from ivr.graph import Flow as Graph
from ivr.models import Flow
from voicenter_console.organisation.models import User
from voicenter_console.organisation.models.people import Actor


class Outdated(Exception):
    """Somebody else changed the draft meanwhile; `flow` is as it stands now."""

    def __init__(self, flow: Flow):
        super().__init__("the draft was changed by somebody else")
        self.flow = flow


def look(flow: Flow, draft: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], list[Finding]]:
    """The draft with its flows in flows, and what is found in it. The document is {} where it is none at all."""
    try:
        whole = inlined(flow.draft if draft is None else draft, lambda number: _draft_of(flow, number))
        graph = read(whole)
    except Nested as error:
        return {}, [Finding("in_itself", error.node, {"flow": error.flow})]
    except Malformed as error:
        return {}, [Finding("malformed", about={"where": where, "what": what}) for where, what in error.faults]
    except (KeyError, TypeError, AttributeError):
        # not even nodes to look into: the schema says what is missing
        return {}, _malformed(flow.draft if draft is None else draft)
    found = prove(graph)
    if graph.dialect != flow.dialect:
        found.insert(0, Finding("other_dialect", about={"dialect": graph.dialect}))
    return whole, found


def graph(flow: Flow, draft: Mapping[str, Any] | None = None) -> Graph:
    """The draft as a graph, with its flows in flows. Raises Malformed where it is no flow at all."""
    whole, found = look(flow, draft)
    if not whole:
        raise Malformed([(one.node or str(one.about.get("where", "$")), one.code) for one in found])
    return read(whole)


def save_draft(flow: Flow, draft: Mapping[str, Any], *, seen: str, by: Actor) -> Flow:
    """Keep a draft, sound or not. `seen` is the mark of the draft that it was written on. Raises Outdated."""
    with transaction.atomic():
        held = Flow.objects.select_for_update().get(pk=flow.pk)
        if held.draft_mark != seen:
            raise Outdated(held)
        held.draft, held.changed_at = dict(draft), timezone.now()
        held.changed_by = by if isinstance(by, User) else None
        held.save()
    return held


def _draft_of(flow: Flow, number: int) -> Mapping[str, Any]:
    """The flow that another one contains, as it is drafted now. Raises KeyError for one of another account."""
    inner = Flow.objects.filter(pk=number, account=flow.account_id).first()
    if inner is None:
        raise Malformed([("$", f"there is no flow {number}")])
    return inner.draft


def _malformed(draft: Any) -> list[Finding]:
    try:
        read(draft)
    except Malformed as error:
        return [Finding("malformed", about={"where": where, "what": what}) for where, what in error.faults]
    return [Finding("malformed", about={"where": "$", "what": "a flow inside is no flow"})]
