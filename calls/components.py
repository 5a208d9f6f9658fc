"""Which legs are one call: connected components over call ids, kept as CallId rows.

A leg stands under its own id, beside the id it came from. Joining two calls keeps the one that was created earlier;
the other's address redirects. Beyond MOST_LEGS a link is kept and shown, but not followed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db.models import Count
from django.utils import timezone

from calls import bulk, grouping
from calls.models import Call, CallId, CallRedirect, Cdr
from calls.signals import calls_merged
from voicenter_console.organisation.models import Account

MOST_LEGS = 100

Node = str | int


class Forest:
    """Disjoint sets of nodes with a size each. Nodes are call ids (text) and existing calls (their number)."""

    def __init__(self, sizes: dict[int, int]) -> None:
        self._parent: dict[Node, Node] = {}
        self._size: Counter[Node] = Counter(sizes)

    def find(self, node: Node) -> Node:
        top = node
        while (above := self._parent.get(top, top)) != top:
            top = above
        while node != top:  # later look-ups find the top at once
            self._parent[node], node = top, self._parent.get(node, top)
        return top

    def join(self, one: Node, other: Node, most: int | None = None) -> bool:
        """False where the two together would pass `most`."""
        one, other = self.find(one), self.find(other)
        if one == other:
            return True
        size = self._size[one] + self._size[other]
        if most is not None and size > most:
            return False
        self._parent[other] = one
        self._size[one] = size
        return True

    def grow(self, node: Node) -> None:
        """One leg more."""
        self._size[self.find(node)] += 1


def place(account: Account, changed: Sequence[Cdr], gone: Sequence[Cdr]) -> list[tuple[Call, list[Cdr]]]:
    """Give each of the `changed` legs its Call, and write the calls that they and the `gone` legs touch.

    The legs themselves are not written here. Returns those calls, each with all of its legs.
    """
    legs = sorted(changed, key=lambda cdr: (cdr.started_at, cdr.call_uid, cdr.type))
    uids = {cdr.call_uid for cdr in (*legs, *gone)} | {cdr.original_call_uid for cdr in legs if cdr.original_call_uid}
    of_account = CallId.objects.filter(account=account)
    known = {row.call_uid: row.call_id for row in bulk.found(of_account, "call_uid", uids)}
    forest = _grown(legs, known)
    homes = _homes(account, legs, known, forest)
    for cdr in legs:
        cdr.call = homes[forest.find(cdr.call_uid)]
    touched = list({id(call): call for call in homes.values()}.values())
    of_call = _legs(touched, legs, gone)
    members = _members(touched)
    for uid in uids:
        if home := homes.get(forest.find(uid)):
            members[id(home)].add(uid)
    _write(touched, of_call, members)
    for cdr in legs:
        cdr.call_id = cdr.call.pk  # a call that was new has its number only now
    bulk.insert(
        [
            CallId(account_id=account.pk, call_uid=uid, call_id=home.pk)
            for uid in sorted(uids - known.keys())
            if (home := homes.get(forest.find(uid)))
        ]
    )
    return [(call, of_call[id(call)]) for call in touched]


def _grown(legs: Sequence[Cdr], known: dict[str, int]) -> Forest:
    """What is known already, with the new legs and their links, as far as those may be followed."""
    sized = Call.objects.annotate(n=Count("cdrs"))
    forest = Forest({call.pk: call.n for call in bulk.found(sized.only("pk"), "pk", known.values())})
    for uid, call in known.items():
        forest.join(call, uid)
    for cdr in legs:
        if cdr.pk is None:
            forest.grow(cdr.call_uid)
    for cdr in legs:
        if cdr.original_call_uid:
            cdr.link_followed = forest.join(cdr.call_uid, cdr.original_call_uid, MOST_LEGS)
    return forest


def _homes(account: Account, legs: Sequence[Cdr], known: dict[str, int], forest: Forest) -> dict[Node, Call]:
    """The Call of each component: the earliest created of those it holds, or a new one, not yet written."""
    held: dict[Node, set[int]] = {forest.find(cdr.call_uid): set() for cdr in legs}
    for uid, call in known.items():
        held.setdefault(forest.find(uid), set()).add(call)
    existing = {call.pk: call for call in bulk.found(Call.objects.all(), "pk", known.values())}
    homes = {top: existing[min(calls)] if calls else Call(account=account) for top, calls in held.items()}
    for top, calls in held.items():
        for merged in sorted(calls)[1:]:
            _join(homes[top], existing[merged])
    return homes


def _join(kept: Call, gone: Call) -> None:
    """`gone` becomes part of `kept`: legs, ids, and whatever the floors above hung on it."""
    calls_merged.send(sender=Call, survivor=kept, merged=gone)
    Cdr.objects.filter(call=gone).update(call=kept)
    CallId.objects.filter(call=gone).update(call=kept)
    CallRedirect.objects.filter(call=gone).update(call=kept)
    CallRedirect.objects.create(old=gone.pk, call=kept)
    Call.objects.filter(pk=gone.pk).delete()


def _legs(calls: Sequence[Call], changed: Sequence[Cdr], gone: Sequence[Cdr]) -> dict[int, list[Cdr]]:
    """All legs of each call (by its identity in memory): the changed ones, and those that stay as they are."""
    by_pk = {call.pk: call for call in calls if call.pk}
    legs: dict[int, list[Cdr]] = {id(call): [] for call in calls}
    for cdr in changed:
        legs[id(cdr.call)].append(cdr)
    elsewhere = {cdr.pk for cdr in (*changed, *gone)}
    for cdr in bulk.found(Cdr.objects.defer("raw", "custom_data"), "call", by_pk):
        if cdr.pk not in elsewhere:
            legs[id(by_pk[cdr.call_id])].append(cdr)
    return legs


def _members(calls: Sequence[Call]) -> dict[int, set[str]]:
    """The call ids that each call had so far."""
    by_pk = {call.pk: call for call in calls if call.pk}
    members: dict[int, set[str]] = {id(call): set() for call in calls}
    for row in bulk.found(CallId.objects.all(), "call", by_pk):
        members[id(by_pk[row.call_id])].add(row.call_uid)
    return members


def _write(calls: Iterable[Call], legs: dict[int, list[Cdr]], members: dict[int, set[str]]) -> None:
    now = timezone.now()
    fresh = [call for call in calls if call.pk is None]
    known = [call for call in calls if call.pk is not None]
    for call in calls:
        parents: dict[str, list[str]] = {uid: [] for uid in members[id(call)]}
        for cdr in legs[id(call)]:
            if cdr.original_call_uid and cdr.link_followed:
                parents[cdr.call_uid].append(cdr.original_call_uid)
        for name, value in grouping.summarise(legs[id(call)], grouping.root_of(parents)).items():
            setattr(call, name, value)
        call.changed_at = now
    Call.objects.bulk_create(fresh)
    bulk.update(known)
