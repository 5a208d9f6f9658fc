"""Write a draft, prove it, publish it, go back. Each act is one transaction with its audit entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from ivr.graph import Finding, Malformed, Nested, inlined, prove, read
from ivr.models import Flow, FlowVersion, Publication
from voicenter_console import phones
from voicenter_console.organisation import audit
from voicenter_console.organisation.models import User
from voicenter_console.organisation.models.people import Actor


class Outdated(Exception):
    """Somebody else changed the draft meanwhile; `flow` is as it stands now."""

    def __init__(self, flow: Flow):
        super().__init__("the draft was changed by somebody else")
        self.flow = flow


class Unpublishable(Exception):
    """What stands in the way, each on its node."""

    def __init__(self, findings: Sequence[Finding]):
        super().__init__(f"{len(findings)} findings")
        self.findings = list(findings)


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


def publish(
    flow: Flow, *, by: Actor, message: str = "", percent: int = 100, test_callers: Sequence[str] = (), seen: str = ""
) -> Publication:
    """Give the draft to callers. Raises Unpublishable, and Outdated where `seen` is no longer the draft's mark."""
    with transaction.atomic():
        held = Flow.objects.select_for_update().get(pk=flow.pk)
        if seen and held.draft_mark != seen:
            raise Outdated(held)
        whole, found = look(held)
        if blocking := [finding for finding in found if finding.blocks]:
            raise Unpublishable(blocking)
        last = held.versions.order_by("-number").first()
        version = FlowVersion(
            flow=held, number=(last.number if last else 0) + 1, document=whole, draft=held.draft,
            author=by if isinstance(by, User) else None, author_name=str(by), message=message[:300],
        )  # fmt: skip
        version.save()
        return _give(version, by, percent, test_callers, "ivr.published")


def give(version: FlowVersion, *, by: Actor, percent: int = 100, test_callers: Sequence[str] = ()) -> Publication:
    """Give a version that exists: to all after a trial, or an older one, to go back to it."""
    newest = version.flow.versions.aggregate(Max("number"))["number__max"]
    verb = "ivr.published" if version.number == newest else "ivr.went_back"
    with transaction.atomic():
        return _give(version, by, percent, test_callers, verb)


def _give(version: FlowVersion, by: Actor, percent: int, test_callers: Sequence[str], verb: str) -> Publication:
    callers = sorted({number for raw in test_callers if (number := phones.parse(raw).e164)})
    publication = Publication.objects.create(
        flow=version.flow, version=version, percent=percent, test_callers=callers,
        by=by if isinstance(by, User) else None, by_name=str(by),
    )  # fmt: skip
    audit.record(by, verb, version, after={"percent": percent, "test_callers": len(callers)})
    return publication


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
