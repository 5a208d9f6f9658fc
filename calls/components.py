"""Which legs are one call: connected components over call ids, kept as CallId rows.

A leg stands under its own id, beside the id it came from. Joining two calls keeps the one that was created earlier;
the other's address redirects. Beyond MOST_LEGS a link is kept and shown, but not followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Count, Q
from django.utils import timezone

from calls import grouping
from calls.models import Call, CallId, CallRedirect, Cdr
from calls.signals import calls_merged
from voicenter_console.organisation.models import Account, User

MOST_LEGS = 100


class Forest:
    """Disjoint sets of nodes with a size each. Nodes are call ids (text) and existing calls (their number)."""

    def __init__(self, sizes: dict[int, int]) -> None:
        self._parent: dict[str | int, str | int] = {}
        self._size: dict[str | int, int] = dict(sizes)

    def find(self, node: str | int) -> str | int:
        while (above := self._parent.get(node, node)) != node:
            node = above
        return node

    def join(self, one: str | int, other: str | int, most: int | None = None) -> bool:
        """False where the two together would pass `most`."""
        one, other = self.find(one), self.find(other)
        if one == other:
            return True
        size = self._size.get(one, 0) + self._size.get(other, 0)
        if most is not None and size > most:
            return False
        self._parent[other] = one
        self._size[one] = size
        return True

    def grow(self, node: str | int) -> None:
        root = self.find(node)
        self._size[root] = self._size.get(root, 0) + 1


def place(account: Account, cdrs: Sequence[Cdr]) -> None:
    """Give each leg its Call, opening and joining calls as the legs' ids say. The legs are not saved here."""
    ordered = sorted(cdrs, key=lambda cdr: (cdr.started_at, cdr.call_uid, cdr.type))
    uids = {cdr.call_uid for cdr in cdrs} | {cdr.original_call_uid for cdr in cdrs if cdr.original_call_uid}
    known = dict(CallId.objects.filter(account=account, call_uid__in=uids).values_list("call_uid", "call_id"))
    sizes = dict(Call.objects.filter(pk__in=set(known.values())).annotate(n=Count("cdrs")).values_list("pk", "n"))
    forest = Forest(sizes)
    for uid, call in known.items():
        forest.join(call, uid)
    for cdr in ordered:
        if cdr.pk is None:
            forest.grow(cdr.call_uid)
    for cdr in ordered:
        if cdr.original_call_uid:
            cdr.link_followed = forest.join(cdr.call_uid, cdr.original_call_uid, MOST_LEGS)
    homes = _homes(account, ordered, uids, known, forest)
    CallId.objects.bulk_create(
        [CallId(account=account, call_uid=uid, call=homes[forest.find(uid)]) for uid in sorted(uids - known.keys())]
    )
    for cdr in ordered:
        cdr.call = homes[forest.find(cdr.call_uid)]


def _homes(
    account: Account, cdrs: Sequence[Cdr], uids: set[str], known: dict[str, int], forest: Forest
) -> dict[str | int, Call]:
    """The Call of each component: the earliest created of those it holds, or a new one."""
    members: dict[str | int, set[int]] = {forest.find(uid): set() for uid in uids}
    for uid, call in known.items():
        members[forest.find(uid)].add(call)
    existing = Call.objects.in_bulk(set(known.values()))
    fresh = {
        root: Call(account=account, root="", started_at=timezone.now(), direction="unknown")
        for root, calls in members.items() if not calls
    }  # fmt: skip
    Call.objects.bulk_create(fresh.values(), batch_size=500)
    homes = {root: existing[min(calls)] for root, calls in members.items() if calls} | fresh
    for root, calls in members.items():
        for gone in sorted(calls)[1:]:
            _join(homes[root], existing[gone])
    return homes


def _join(kept: Call, gone: Call) -> None:
    """`gone` becomes part of `kept`: legs, ids, and whatever the floors above hung on it."""
    calls_merged.send(sender=Call, survivor=kept, merged=gone)
    Cdr.objects.filter(call=gone).update(call=kept)
    CallId.objects.filter(call=gone).update(call=kept)
    CallRedirect.objects.filter(call=gone).update(call=kept)
    CallRedirect.objects.create(old=gone.pk, call=kept)
    Call.objects.filter(pk=gone.pk).delete()


def regroup(account: Account, changed: Iterable[Cdr]) -> list[Call]:
    """Recompute the calls that `changed` legs are part of; returns those that remain."""
    calls = Call.objects.in_bulk({cdr.call_id for cdr in changed})
    legs: dict[int, list[Cdr]] = {pk: [] for pk in calls}
    for cdr in Cdr.objects.filter(call__in=calls):
        legs[cdr.call_id].append(cdr)
    ids: dict[int, list[str]] = {pk: [] for pk in calls}
    for call, uid in CallId.objects.filter(call__in=calls).values_list("call_id", "call_uid"):
        ids[call].append(uid)
    now = timezone.now()
    for pk, call in calls.items():
        parents: dict[str, list[str]] = {uid: [] for uid in ids[pk]}
        for cdr in legs[pk]:
            if cdr.original_call_uid and cdr.link_followed:
                parents[cdr.call_uid].append(cdr.original_call_uid)
        for name, value in grouping.summarise(legs[pk], grouping.root_of(parents)).items():
            setattr(call, name, value)
        call.changed_at = now
    columns = [field.name for field in Call._meta.concrete_fields if not field.primary_key]
    Call.objects.bulk_update(calls.values(), columns, batch_size=100)
    return list(calls.values())


def people(calls: Iterable[Call]) -> set[int]:
    """Ids of the people one of whose agents or phones had a leg in `calls`."""
    legs = Cdr.objects.filter(call__in=[call.pk for call in calls])
    mine = Q(agents__cdrs__in=legs) | Q(extensions__cdrs__in=legs)
    return set(User.objects.filter(mine).values_list("pk", flat=True))
