"""Prove a draft and give it to callers; go back. Each act is one transaction with its audit entry."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max

from ivr import simulating
from ivr.drafts import Outdated, look
from ivr.graph import Finding, read
from ivr.models import Binding, Flow, FlowVersion, Publication
from voicenter_console import phones
from voicenter_console.organisation import audit
from voicenter_console.organisation.models import User
from voicenter_console.organisation.models.people import Actor

# Places in the order in which bindings are tried.
_NAMED, _EVERY = 10, 20


class Unpublishable(Exception):
    """What stands in the way, each on its node."""

    def __init__(self, findings: Sequence[Finding]):
        super().__init__(f"{len(findings)} findings")
        self.findings = list(findings)


def publish(
    flow: Flow, *, by: Actor, message: str = "", percent: int = 100, test_callers: Sequence[str] = (), seen: str = ""
) -> Publication:
    """Give the draft to callers. Raises Unpublishable, and Outdated where `seen` is no longer the draft's mark."""
    with transaction.atomic():
        held = Flow.objects.select_for_update().get(pk=flow.pk)
        if seen and held.draft_mark != seen:
            raise Outdated(held)
        whole, found = look(held)
        blocking = [finding for finding in found if finding.blocks] or simulating.cases(held, read(whole))
        if blocking:
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


def bind(flow: Flow, did: str, layer: int | None, *, by: Actor) -> Binding:
    """Have a flow answer a number (E.164, '' every number), or a layer. Every number comes after all that are named.

    Raises IntegrityError where another flow answers there.
    """
    binding = Binding.objects.create(
        account=flow.account, flow=flow, did=did, layer=layer, place=_NAMED if did else _EVERY
    )
    audit.record(by, "ivr.bound", flow, after={"did": did, "layer": layer})
    return binding


def unbind(binding: Binding, *, by: Actor) -> None:
    """It no longer answers there; calls that stand in it go on."""
    with transaction.atomic():
        audit.record(by, "ivr.unbound", binding.flow, before={"did": binding.did, "layer": binding.layer})
        binding.delete()
