"""The list of flows as people see it, and a new flow out of an example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count

from calls import days
from ivr.drafts import look
from ivr.examples import Example, examples
from ivr.models import Binding, Flow, IvrSession, Publication
from voicenter_console.organisation import audit
from voicenter_console.organisation.models import Account, Department, User
from voicenter_console.organisation.models.people import Actor
from voicenter_console.organisation.roles import Right


class NameTaken(Exception):
    """Another flow of the account is called so."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A flow as the list tells of it: what callers get (`publication` None: nothing yet), what stands in its way."""

    flow: Flow
    publication: Publication | None
    bindings: list[Binding]
    callers: int
    in_the_way: int

    @property
    def is_changed(self) -> bool:
        """The draft says something else than what callers hear."""
        return self.publication is not None and self.publication.version.draft != self.flow.draft


def standings(actor: Actor, now: datetime) -> list[Standing]:
    """All flows that the actor may see, by name, with their callers since midnight."""
    flows = list(Flow.objects.visible_to(actor).select_related("account", "department", "changed_by").order_by("name"))
    newest: dict[int, Publication] = {}
    for one in Publication.objects.filter(flow__in=flows).select_related("version").order_by("began_at", "pk"):
        newest[one.flow_id] = one
    bound: dict[int, list[Binding]] = {}
    for binding in Binding.objects.filter(flow__in=flows):
        bound.setdefault(binding.flow_id, []).append(binding)
    start, end = days.around(now)
    sessions = IvrSession.objects.filter(flow__in=flows, began_at__gte=start, began_at__lt=end)
    callers = dict(sessions.order_by().values_list("flow").annotate(Count("pk")))
    return [
        Standing(
            flow, newest.get(flow.pk), bound.get(flow.pk, []), callers.get(flow.pk, 0),
            sum(finding.blocks for finding in look(flow)[1]),
        )
        for flow in flows
    ]  # fmt: skip


def places(actor: Actor) -> Mapping[str, tuple[Account, Department | None]]:
    """Where the actor may begin a flow: a whole account, or a department of one; by the value of the choice."""
    accounts, departments = Account.objects.order_by("name"), Department.objects.select_related("account")
    if not actor.may(Right.SEE_ALL_ACCOUNTS):
        accounts = accounts.filter(pk__in=actor.whole_account_ids)
        departments = departments.filter(pk__in=actor.department_ids)
    found: dict[str, tuple[Account, Department | None]] = {f"account-{one.pk}": (one, None) for one in accounts}
    for department in departments.order_by("account__name", "name"):
        found[f"department-{department.pk}"] = (department.account, department)
    return found


def begin(example: Example, name: str, place: tuple[Account, Department | None], *, by: Actor) -> Flow:
    """A flow whose draft is the example. Raises NameTaken."""
    account, department = place
    try:
        with transaction.atomic():
            flow = Flow.objects.create(
                account=account, department=department, name=name[:80], draft=example.document,
                dialect=example.document["dialect"], changed_by=by if isinstance(by, User) else None,
            )  # fmt: skip
            audit.record(by, "ivr.begun", flow, after={"example": example.key})
    except IntegrityError as error:
        raise NameTaken(name) from error
    return flow


def example_of(key: str, language: str) -> Example | None:
    return next((one for one in examples(language) if one.key == key), None)
