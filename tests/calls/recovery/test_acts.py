"""Claim, release, snooze, close, undo, call: one wins, the other is told; what is undone is as it was."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from calls import dialling, guard
from calls.models import DialRequest, Recovery, RecoveryAct, RecoveryPolicy
from calls.recovery import acts, sweep
from tests.calls.recovery.telling import after, called, lost
from tests.calls.telling import tell
from voicenter_console.live.models import Event
from voicenter_console.organisation.models import AuditEntry, Department

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def now(card: Recovery) -> Recovery:
    return Recovery.objects.get(pk=card.pk)


def test_a_claim_lasts_ten_minutes_and_is_known_to_all(card, dana, noa, service):
    one = card()
    acts.claim(dana, one)

    held = now(one)
    assert (held.state, held.claimed_by, held.claimed_name) == ("claimed", dana, "Dana Lavi")
    assert timedelta(minutes=9) < held.claimed_until - timezone.now() <= 10 * MINUTE
    with pytest.raises(acts.Refused) as told:
        acts.claim(noa, one)
    assert (told.value.why, told.value.card.claimed_name) == ("taken", "Dana Lavi")
    assert told.value.card.claimed_until == held.claimed_until
    entry = AuditEntry.objects.get(verb="recovery.claim")
    assert (entry.actor, entry.subject) == (dana, str(one.pk))
    event = Event.objects.get(kind="recoveries")
    assert (event.departments, event.people) == ([service.pk], [dana.pk])


def test_who_holds_it_may_claim_longer(card, account, dana):
    RecoveryPolicy.objects.create(account=account, claim_minutes=3)
    one = card()
    acts.claim(dana, one)
    first = now(one).claimed_until
    acts.claim(dana, one)
    assert now(one).claimed_until > first


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer anyway")
@pytest.mark.django_db(transaction=True)
def test_an_act_never_waits_for_who_writes_rows_of_the_account(card, account, dana):
    """As the ingester does, which may in turn wait for the card."""
    one = card()
    with closing(connection.copy()) as ingester, ingester.cursor() as writing:
        writing.execute("BEGIN")
        writing.execute("SELECT 1 FROM organisation_account WHERE id = %s FOR KEY SHARE", [account.pk])
        with connection.cursor() as impatient:
            impatient.execute("SET lock_timeout = '500ms'")
        try:
            acts.claim(dana, one)
        finally:
            with connection.cursor() as patient:
                patient.execute("RESET lock_timeout")
    assert now(one).claimed_by == dana


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_at_once_one_wins(card, dana, noa):
    one = card()
    together = threading.Barrier(2)

    def try_it(who):
        together.wait()
        try:
            acts.claim(who, one)
        except acts.Refused as refused:
            return refused.card.claimed_by_id, refused.why
        finally:
            connection.close()
        return "won"

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            ends = list(pool.map(try_it, [dana, noa]))
        winner = [dana, noa][ends.index("won")]
        assert sorted(map(str, ends)) == sorted(["won", str((winner.pk, "taken"))])
        assert now(one).claimed_by == winner
        assert RecoveryAct.objects.filter(kind="claim").count() == AuditEntry.objects.count() == 1
        acts.release(winner, one)
        RecoveryAct.objects.all().delete()
        AuditEntry.objects.all().delete()


def test_a_claim_that_ran_out_is_free_at_once_and_ended_by_the_sweep(card, dana, noa):
    one, other = card(), card("+972545550119")
    acts.claim(dana, one)
    acts.claim(dana, other)
    with time_machine.travel(timezone.now() + 11 * MINUTE):
        acts.claim(noa, one)
        sweep.run()
    assert now(one).claimed_by == noa
    assert (now(other).state, now(other).claimed_name) == ("open", "")
    assert other.acts.get(kind="lapse").name == "Dana Lavi"


def test_only_the_holder_or_a_manager_releases(card, dana, noa, rina):
    one = card()
    acts.claim(dana, one)
    with pytest.raises(acts.Refused):
        acts.release(noa, one)
    acts.release(dana, one)
    assert now(one).state == "open"
    acts.claim(noa, one)
    acts.release(rina, one)
    assert now(one).state == "open"


def test_snoozed_until_then(card, dana, noa):
    one = card()
    until = timezone.now() + timedelta(hours=2)
    acts.snooze(dana, one, until)
    assert (now(one).state, now(one).snoozed_until) == ("snoozed", until)
    sweep.run()
    assert now(one).state == "snoozed"
    with time_machine.travel(until + MINUTE):
        sweep.run()
    assert now(one).state == "open"


@pytest.mark.parametrize("until", [timedelta(0), -MINUTE, timedelta(days=15)])
def test_not_into_the_past_and_not_for_ever(card, dana, until):
    with pytest.raises(ValueError, match="two weeks"):
        acts.snooze(dana, card(), timezone.now() + until)


def test_closed_with_a_reason_once(card, dana, noa):
    one = card()
    acts.close(dana, one, "gave_up")
    closed = now(one)
    assert (closed.state, closed.reason, closed.closed_by, closed.closed_name) == (
        "closed", "gave_up", dana, "Dana Lavi"
    )  # fmt: skip
    for act in (lambda: acts.close(noa, one, "reached"), lambda: acts.claim(noa, one)):
        with pytest.raises(acts.Refused, match="closed"):
            act()
    with pytest.raises(ValueError, match="bored"):
        acts.close(dana, card("+972545550119"), "bored")


def test_nobody_closes_or_snoozes_what_another_holds(card, dana, noa):
    one = card()
    acts.claim(dana, one)
    with pytest.raises(acts.Refused, match="taken"):
        acts.close(noa, one, "reached")
    with pytest.raises(acts.Refused, match="taken"):
        acts.snooze(noa, one, timezone.now() + MINUTE)


@pytest.mark.parametrize(
    "act",
    [
        lambda who, one: acts.close(who, one, "gave_up"),
        lambda who, one: acts.snooze(who, one, timezone.now() + MINUTE),
        lambda who, one: acts.release(who, one),
    ],
)
def test_an_undo_leaves_it_as_it_was(card, dana, act):
    one = card()
    acts.claim(dana, one)
    before = now(one)
    done = act(dana, one)
    acts.undo(dana, done)
    undone = now(one)
    for name in ("state", "claimed_by", "claimed_name", "claimed_until", "snoozed_until", "reason", "closed_at"):
        assert getattr(undone, name) == getattr(before, name), name


def test_what_happened_since_is_not_undone(card, account, dana, noa):
    one = card()
    done = acts.snooze(dana, one, timezone.now() + MINUTE)
    with pytest.raises(acts.Refused, match="changed"):
        acts.undo(noa, done)
    acts.close(noa, one, "duplicate")
    with pytest.raises(acts.Refused, match="changed"):
        acts.undo(dana, done)
    closed = RecoveryAct.objects.get(kind="close")
    card(at=timezone.now())  # the person called again
    with pytest.raises(acts.Refused, match="superseded"):
        acts.undo(noa, closed)
    assert now(one).reason == "duplicate"


def test_nobody_is_waited_for_for_ever(card, account, dana):
    long_ago = timezone.now() - timedelta(hours=73)
    one, held, kept = (
        card(at=long_ago),
        card("+972545550119", at=long_ago),
        card("+972545550117", at=long_ago + 90 * MINUTE),
    )
    acts.claim(dana, held)
    sweep.run()
    assert (now(one).state, now(one).reason, now(one).closed_at) == (
        "closed", "gave_up", long_ago + timedelta(hours=72)
    )  # fmt: skip
    assert (now(held).state, now(kept).state) == ("claimed", "open")
    RecoveryPolicy.objects.create(account=account, keep_hours=48)
    sweep.run()
    assert now(kept).reason == "gave_up"


# --- calls ------------------------------------------------------------------------------------------------------------


def ring(who, one, key="k") -> DialRequest:
    asked = acts.call(who, one, key=key)
    dialling.send(asked.pk)
    asked.refresh_from_db()
    return asked


def test_a_call_claims_by_itself_and_carries_the_card(card, cloud, phone, dana, noa):
    one = card()
    asked = ring(dana, one)
    (rung,) = cloud.dials
    assert (rung.target, rung.variables["var_recall_id"]) == ("972545550118", str(one.pk))
    assert (now(one).state, now(one).claimed_by) == ("claimed", dana)
    assert now(one).claimed_until > timezone.now() + timedelta(minutes=29)
    assert one.acts.get(kind="call").dial == asked
    with pytest.raises(acts.Refused, match="taken"):
        acts.call(noa, one, key="other")
    assert ring(dana, one) == asked
    assert len(cloud.dials) == 1
    assert one.acts.filter(kind="call").count() == 1


def test_a_refused_call_gives_the_claim_back(card, dana, noa, rina, phone):
    one = card("+13125550118")  # abroad, and that is switched off
    assert acts.call(dana, one, key="k").error == "international"
    assert now(one).state == "open"
    with pytest.raises(guard.Unaskable):
        acts.call(rina, one, key="k")  # no phone is tied to her
    assert now(one).state == "open"
    acts.claim(dana, one)
    assert acts.call(dana, one, key="again").error == "international"
    assert now(one).claimed_by == dana


def test_a_refused_call_on_a_claim_that_had_run_out_leaves_the_card_open(card, dana, noa, phone):
    one = card("+13125550118")
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        acts.claim(noa, one)
    assert acts.call(dana, one, key="k").error == "international"
    assert (now(one).state, now(one).claimed_name) == ("open", "")


def test_a_refused_call_leaves_one_s_own_claim_as_long_as_it_was(card, dana, phone):
    one = card("+13125550118")
    acts.claim(dana, one)
    until = now(one).claimed_until
    acts.call(dana, one, key="k")
    assert (now(one).claimed_by, now(one).claimed_until) == (dana, until)


def test_the_next_one_is_who_waited_longest_and_can_be_called(card, cloud, phone, dana, noa, gal):
    card("+972545550111", waited_seconds=20)
    longest = card("+972545550112", waited_seconds=90)
    card("+13125550118", waited_seconds=500)
    acts.claim(noa, card("+972545550114", waited_seconds=300))
    acts.snooze(dana, card("+972545550115", waited_seconds=400), timezone.now() + MINUTE)
    sales = Department.objects.create(account=longest.account, provider_id=555002, name="Sales")
    card("+972545550116", waited_seconds=600, department=sales)
    found, asked = acts.call_next(dana, key="k")
    assert (found, asked.target) == (longest, "972545550112")
    with pytest.raises(acts.NobodyWaits):
        acts.call_next(gal, key="k")


def test_the_card_ends_when_the_call_s_records_come(account, service, cloud, phone, dana):
    with time_machine.travel(after(122), tick=False):
        tell(account, lost(120))
        one = Recovery.objects.get()
        ring(dana, one)
        assert now(one).state == "claimed"
    with time_machine.travel(after(140), tick=False):
        tell(account, called(123))
    ended = now(one)
    assert (ended.state, ended.reason, ended.claimed_by, ended.called_back_at) == (
        "closed", "reached", None, after(123)
    )  # fmt: skip
    assert [act.kind for act in one.acts.all()] == ["claim", "call"]
