"""A published flow answers callers, out of memory; what they did is written down (FAULTS F-62, F-71, F-76 to F-79)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError
from django.utils import timezone

from ivr import drafts, journal, publishing, shelf
from ivr.models import Binding, Flow, FlowVersion, IvrSession, IvrStep

pytestmark = pytest.mark.django_db


def test_a_caller_walks_the_flow_and_leaves_one_session_with_its_steps(published, ask):
    menu = ask()
    assert (menu["ACTION"], menu["DATA"]["REC"]) == ("MENU", "welcome")
    call = ask(menu["DATA"]["MENU"], "1")
    assert (call["ACTION"], call["DATA"]["TARGET"]) == ("CALL", "0355501420")
    ask(method="HANGUP_CALL", CALL_STATUS="ANSWERED")

    session = IvrSession.objects.get()
    assert (session.flow, session.version.number, session.end) == (published, 1, "hung_up")
    assert list(session.steps.order_by("pk").values_list("node", "digits")) == [("main", ""), ("reception", "1")]


@pytest.mark.fault("F-79")
def test_a_request_sent_twice_is_the_same_answer_and_one_step(published, ask):
    menu = ask()["DATA"]["MENU"]
    assert ask(menu, "1") == ask(menu, "1")
    assert IvrStep.objects.count() == 2


@pytest.mark.fault("F-76")
def test_a_call_keeps_its_version_through_a_publish(published, ask, owner):
    menu = ask()["DATA"]["MENU"]
    draft = {**published.draft, "nodes": {**published.draft["nodes"], "reception": {"kind": "hang_up"}}}
    changed = drafts.save_draft(published, draft, seen=published.draft_mark, by=owner)
    publishing.publish(changed, by=owner)
    shelf.forget()

    assert ask(menu, "1")["ACTION"] == "CALL", "this caller stands in version 1"
    # a new call began after the publication: its id carries no time, so it begins now
    menu = ask(call_id="no-time-in-this-one")["DATA"]["MENU"]
    assert ask(menu, "1", call_id="no-time-in-this-one")["ACTION"] == "HANGUP"


@pytest.mark.fault("F-76")
@pytest.mark.parametrize("menu", ["999999.main.1.1", "main", "", "-1.-1", "1.main.1.1; DROP TABLE"])
def test_an_unknown_place_is_answered_all_the_same(published, ask, menu):
    assert ask(menu, "1")["STATUS"] == 0


def test_another_accounts_version_is_not_spoken_by_its_number(published, ask, front_desk, owner):
    from voicenter_console.organisation.models import Account

    other = Flow.objects.create(account=Account.objects.create(name="Other"), name="Theirs", draft=front_desk)
    theirs = publishing.publish(other, by=owner).version
    shelf.forget()
    assert ask(f"{theirs.pk}.main.1.1", "1")["ACTION"] == "HANGUP"  # the account's own fallback: nothing is set


@pytest.mark.fault("F-71")
def test_while_the_database_is_away_callers_are_answered_and_written_down_later(published, ask, monkeypatch):
    menu = ask()["DATA"]["MENU"]

    def away(*_):
        raise DatabaseError("gone")

    monkeypatch.setattr(shelf._shelf, "rows", away)
    monkeypatch.setattr("voicenter_console.webhooks.snapshot.FRESH_SECONDS", -1)
    assert ask(menu, "1")["ACTION"] == "CALL"


@pytest.mark.fault("F-71")
def test_a_process_that_starts_without_a_database_begins_with_the_copy_on_disk(published, monkeypatch):
    shelf.book()

    def away(*_):
        raise DatabaseError("gone")

    shelf._shelf.__init__()
    shelf.forget()
    monkeypatch.setattr(shelf._shelf, "rows", away)
    version = FlowVersion.objects.get()
    assert shelf.book().version(version.pk).graph.entry == "main"


@pytest.mark.fault("F-78")
def test_a_session_whose_hang_up_was_lost_is_closed_after_hours_and_a_late_one_changes_nothing(published, ask):
    ask()
    IvrSession.objects.update(last_at=timezone.now() - journal.FORGOTTEN)
    assert journal.sweep() == 1
    ask(method="HANGUP_CALL", CALL_STATUS="ANSWERED")
    assert IvrSession.objects.get().end == "lost"


def test_the_binding_chooses_the_flow_by_number_called(published, ask, account, front_desk, owner):
    sales = Flow.objects.create(account=account, name="Sales", draft=front_desk | {"entry": "goodbye"})
    sales.draft["nodes"] = {"goodbye": {"kind": "hang_up"}}
    sales.draft["fallback"] = "goodbye"
    sales.save()
    publishing.publish(sales, by=owner)
    Binding.objects.create(account=account, flow=sales, did="+97235550199", place=1)
    shelf.forget()
    assert ask(DID="0355550199", call_id="a")["ACTION"] == "MENU"
    assert ask(DID="035550199", call_id="b")["ACTION"] == "HANGUP"


def test_a_percentage_and_test_callers_get_the_new_version_first(published, ask, owner):
    draft = {**published.draft, "entry": "goodbye"}
    draft["nodes"] = {"goodbye": {"kind": "hang_up"}}
    draft["fallback"] = "goodbye"
    changed = drafts.save_draft(published, draft, seen=published.draft_mark, by=owner)
    publishing.publish(changed, by=owner, test_callers=["054-000-0001"])
    shelf.forget()
    assert ask(call_id="tester")["ACTION"] == "HANGUP"
    assert ask(call_id="customer", CALLER_ID="0540000002")["ACTION"] == "MENU"

    publishing.give(FlowVersion.objects.get(number=2), by=owner, percent=30)
    shelf.forget()
    heard = [ask(call_id=f"caller-{n}", CALLER_ID="0540000002")["ACTION"] for n in range(100)]
    assert 15 <= heard.count("HANGUP") <= 45
    assert heard == [ask(call_id=f"caller-{n}", CALLER_ID="0540000002")["ACTION"] for n in range(100)]


def test_a_call_that_began_before_the_first_publication_gets_what_the_account_has_set(published, ask):
    assert ask(call_id="202611221200000123a1b2c3d4e5f607")["ACTION"] == "HANGUP"
