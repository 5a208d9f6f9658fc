"""The delivery page: the answer first, then what it is made of."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from calls.health import answer, clocks
from calls.models import Cdr, LiveBoard, SyncGap, SyncState, SyncWindow
from voicenter_console import phones
from voicenter_console.jobs import claims
from voicenter_console.jobs import heartbeat as hearts
from voicenter_console.jobs.models import Heartbeat, Job
from voicenter_console.organisation.models import Account, AuditEntry, Department, RefusedAddress, User
from voicenter_console.webhooks import health, ingest, letters
from voicenter_console.webhooks.inbox import keep
from voicenter_console.webhooks.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def read_until_now(account, now):
    """The call log was read to the end, so that the truth line is green."""
    SyncState.objects.create(account=account, last_read_at=now)
    SyncWindow.objects.create(
        account=account, from_at=now - timedelta(days=1), to_at=now - timedelta(minutes=5), state="closed",
        read_at=now, settled=True, hits=0, rows=0,
    )  # fmt: skip


def shown(client, **query) -> dict:
    page = client.get("/deliveries/", query)
    assert page.status_code == 200
    return page.context


def the_answer(client) -> answer.Answer:
    return shown(client)["answer"]


def test_green_when_everything_until_a_moment_is_here(as_rina, read_until_now):
    found = the_answer(as_rina)
    assert (found.tone, found.title) == ("ok", "Yes. Every call is here, once, until")
    assert found.at is not None


@pytest.mark.fault("F-35")
def test_red_with_the_letter_that_names_the_address(as_rina, account, read_until_now):
    SyncState.objects.filter(account=account).update(
        error="Voicenter does not trust the address",
        error_code=4,
        words="IP not trusted",
        address="203.0.113.20",
    )
    page = as_rina.get("/deliveries/")
    assert page.context["answer"].tone == "lost"
    assert "Please add 203.0.113.20 to the trusted addresses of account Kinneret Home" in page.content.decode()


def test_red_when_pushes_stopped_that_are_usual_at_this_time(as_rina, account, read_until_now, now):
    for number in range(12):
        keep(
            account.pk,
            "cdr",
            b"%d" % number,
            received_at=now - timedelta(days=7, minutes=20 + number),
            state="done",
        )
    keep(account.pk, "cdr", b"the last", received_at=now - timedelta(hours=1), state="done")

    found = the_answer(as_rina)
    assert (found.tone, found.title) == ("lost", "No. Nothing has been pushed since")
    assert found.text.startswith("A week ago 12 came in the same time.")
    assert shown(as_rina)["lines"][0]["tone"] == "miss"


def test_a_silence_that_is_usual_is_none(as_rina, account, read_until_now, now):
    keep(account.pk, "cdr", b"the last", received_at=now - timedelta(hours=9), state="done")
    assert the_answer(as_rina).tone == "ok"


def test_red_when_nobody_reads_what_came(as_rina, account, read_until_now, now):
    keep(account.pk, "cdr", b"waits", received_at=now - timedelta(minutes=3))
    assert the_answer(as_rina).title == "No. Nothing has been read since"


def test_amber_with_the_number_that_is_missing(as_rina, account, read_until_now, now):
    SyncGap.objects.create(
        account=account, from_at=now - timedelta(hours=2), to_at=now, missing=37, reason="one second"
    )
    found = the_answer(as_rina)
    assert (found.tone, found.title) == ("miss", "Not quite. 37 calls are missing.")


def test_hours_tell_what_became_of_the_bodies(as_rina, account, now):
    for number, state in enumerate(["done", "done", "dead", "new"]):
        keep(account.pk, "cdr", b"%d" % number, received_at=now, state=state)
    for _ in range(3):
        keep(account.pk, "cdr", b"0", received_at=now)
    keep(account.pk, "call_log", b"a page", received_at=now, state="done")

    hour = shown(as_rina)["deliveries"][timezone.localtime(now).hour]
    assert {name: hour[name] for name in ("understood", "waiting", "again", "unread")} == {
        "understood": 2, "waiting": 1, "again": 3, "unread": 1,
    }  # fmt: skip
    yesterday = (timezone.localtime(now) - timedelta(days=1)).date()
    assert not any(hour["understood"] for hour in shown(as_rina, day=yesterday.isoformat())["deliveries"])


@pytest.mark.parametrize("day", ["", "yesterday", "0001-01-01", "9999-12-31", "2026-02-30", "\x00"])
def test_a_day_that_is_none_is_today_or_empty(as_rina, account, day):
    assert as_rina.get("/deliveries/", {"day": day}).status_code == 200


@pytest.fixture
def pull_of(account):
    """A page of the call log with the same calls as some pushes, all at their exact time."""

    def row(push: dict, at: str) -> dict:
        return {
            "CallID": push["ivruniqueid"], "Type": push["type"], "Date": at, "Duration": push["duration"],
            "DialStatus": push["status"], "CallerNumber": push["caller"], "TargetNumber": push["target"],
        }  # fmt: skip

    def pulled(*rows: tuple[dict, str]) -> None:
        page = {
            "ERROR_NUMBER": 0, "TOTAL_HITS": len(rows), "RETURN_HITS": len(rows),
            "CDR_LIST": [row(push, at) for push, at in rows],
        }  # fmt: skip
        keep(account.pk, "call_log", json.dumps(page).encode(), content_type="application/json", compress=True)
        ingest.drain(account)

    return pulled


def test_push_and_pull_are_compared_hour_by_hour(as_rina, push, a_push, pull_of):
    push(a_push, {**a_push, "ivruniqueid": a_push["ivruniqueid"] + "x"})
    pull_of((a_push, "2026-07-15T11:30:10Z"))
    day = shown(as_rina, day="2026-07-15")

    at_half_past_two = day["agreement"][14]
    assert (at_half_past_two["both"], at_half_past_two["push"], at_half_past_two["pull"]) == (1, 1, 0)
    assert day["one_sided"] == 1


@pytest.mark.fault("F-16")
@pytest.mark.parametrize(("month", "wall"), [(7, 3 * 3600), (1, 2 * 3600)], ids=["summer", "winter"])
@pytest.mark.parametrize("stream", ["wall", "true", "mixed", "too few"])
def test_the_page_proposes_the_clock_that_fifty_calls_fit(push, a_push, pull_of, account, stream, month, wall):
    """What counts two hours ahead in winter and three in summer is Israel's wall clock; a mixture is none."""
    begin = datetime(2026, month, 15, 11, 30, 10, tzinfo=UTC)
    said = []
    for n in range(49 if stream == "too few" else 60):
        ahead = wall if stream == "wall" or (stream == "mixed" and n % 2) else 0
        epoch = int((begin + timedelta(seconds=n)).timestamp()) + ahead
        said.append({**a_push, "ivruniqueid": f"call-{n}", "time": epoch})
    push(*said)
    pull_of(*((one, f"{begin + timedelta(seconds=n):%Y-%m-%dT%H:%M:%SZ}") for n, one in enumerate(said)))

    check = clocks.checks([account])[0]
    agree = {"wall": 50, "true": 0, "mixed": 25, "too few": 0}[stream]
    assert (check.seen, check.agree) == (min(50, len(said)), agree)
    assert check.proposal == ("true" if stream == "true" else None)

    account.push_clock = "true"
    assert clocks.checks([account])[0].proposal == ("wall" if stream == "wall" else None)


@pytest.fixture
def true_epochs(push, a_push, pull_of, account):
    """51 calls whose ids tell no time, pushed by a true clock, and the pull's word on their exact time."""
    begin = 1784115010  # 2026-07-15 11:30:10 UTC
    pushes = [{**a_push, "ivruniqueid": f"call-{n}", "time": begin + n} for n in range(51)]
    push(*pushes)
    return pushes, pull_of


def test_the_clock_is_checked_against_the_pull_and_a_manager_switches_it(as_rina, rina, account, true_epochs):
    pushes, pull_of = true_epochs
    assert Cdr.objects.get(call_uid="call-0").started_at.isoformat() == "2026-07-15T08:30:10+00:00"
    pull_of(*((push, f"2026-07-15T11:30:{10 + n}Z") for n, push in enumerate(pushes[:50])))

    check = clocks.checks([account])[0]
    assert (check.seen, check.agree, check.proposal) == (50, 0, "true")
    assert "They fit this clock: true epoch" in as_rina.get("/deliveries/").content.decode()

    as_rina.post(f"/deliveries/clock/{account.pk}/", {"to": "true"})
    entry = AuditEntry.objects.get(verb="account.clock")
    assert (entry.actor, entry.before, entry.after) == (rina, "wall", "true")
    for pk in claims.due():
        claims.work(pk)

    job = Job.objects.get()
    assert (job.state, job.done, job.total) == ("done", 51, 51)
    alone = Cdr.objects.get(call_uid="call-50")
    assert alone.started_at.isoformat() == "2026-07-15T11:31:00+00:00"
    assert alone.call.started_at == alone.started_at
    account.refresh_from_db()
    assert clocks.checks([account])[0].proposal is None


def test_a_clock_that_is_none_is_refused(as_rina, account):
    assert as_rina.post(f"/deliveries/clock/{account.pk}/", {"to": "sundial"}).status_code == 400
    assert not AuditEntry.objects.exists()


def test_a_refused_address_is_shown_and_let_in(as_rina, account, post_hook, a_push):
    account.addresses, account.enforce_addresses = ["192.0.2.0/24"], True
    account.save()
    assert post_hook(a_push).status_code == 403
    refused = RefusedAddress.objects.get()
    assert b"127.0.0.1" in as_rina.get("/deliveries/").content

    as_rina.post(f"/deliveries/addresses/{refused.pk}/admit/")
    account.refresh_from_db()
    assert account.addresses == ["192.0.2.0/24", "127.0.0.1"]
    assert AuditEntry.objects.get(verb="account.addresses").before == ["192.0.2.0/24"]
    assert not RefusedAddress.objects.exists()


@pytest.mark.fault("F-26")
def test_new_words_are_counted_and_shown_with_when_they_were_first_seen(as_rina, push, a_push):
    push(
        {**a_push, "status": "STOLEN"},
        {**a_push, "ivruniqueid": "another", "status": "STOLEN", "moonPhase": "full"},
    )
    words = {(word.kind, word.word): word.times for word in shown(as_rina)["drift"]}
    assert words[("status", "STOLEN")] == 2
    assert words[("field", "moonPhase")] == 1


def test_a_cause_opens_with_the_point_where_its_bodies_break(as_rina, post_hook):
    body = b'{"caller": "0545550118", "ivruniqueid": '
    post_hook(body)
    key = shown(as_rina)["causes"][0][0]
    page = as_rina.get("/deliveries/", {"cause": key})
    assert "0545550118" in page.content.decode()
    assert f"ends here, byte {len(body)}" in page.content.decode()


@pytest.mark.parametrize("at", range(10, 40, 3))
def test_numbers_are_masked_for_those_who_may_not_see_them_wherever_the_body_breaks(rina, as_rina, post_hook, at):
    body = b'{"caller": "0545550118", "did": "+972 3-555-0100"}'
    post_hook(body[:at] + b"}}}")
    rina.separate_rights = {"see_numbers": False}
    rina.save()
    delivery = Delivery.objects.get()
    for page in (f"/deliveries/{delivery.pk}/raw/", f"/deliveries/?cause={shown(as_rina)['causes'][0][0]}"):
        text = as_rina.get(page).content.decode()
        assert "0545550118" not in text
        assert "555-0100" not in text


def test_a_letter_says_when_its_call_came_by_another_way(as_rina, push, post_hook, a_push):
    push(a_push)
    post_hook(b'{"ivruniqueid": "' + a_push["ivruniqueid"].encode() + b'", "caller": "05')
    context = shown(as_rina, cause=shown(as_rina)["causes"][0][0])
    assert [cdr.call_uid for cdr in context["elsewhere"]] == [a_push["ivruniqueid"]]


def test_a_very_long_body_is_shown_around_the_break(account):
    body = b'{"a": "' + b"x" * 100_000 + b'", "b": ]' + b" " * 100_000
    delivery = Delivery.objects.get(pk=keep(account.pk, "cdr", body, reason="broken JSON", answer=1).id)
    letter = letters.opened(delivery, whole_numbers=True)
    assert letter.at == body.index(b"]")
    assert letter.before.endswith('"b": ')
    assert letter.cut_before
    assert letter.cut_after
    assert len(letter.before) + len(letter.after) <= letters.MOST_BYTES


def test_an_agent_and_a_stranger_do_not_open_it(as_dana, as_gal):
    for client in (as_dana, as_gal):
        assert client.get("/deliveries/").status_code == 403


def test_who_leads_no_whole_account_sees_nothing_of_it(as_rina, rina, post_hook):
    post_hook(b"broken")
    rina.departments.clear()
    context = shown(as_rina)
    assert (context["accounts"], context["causes"], context["dead"]) == ([], [], 0)
    assert as_rina.get(f"/deliveries/{Delivery.objects.get().pk}/raw/").status_code == 404


def test_it_speaks_hebrew(as_rina, post_hook, push, a_push):
    push(a_push)
    post_hook(b"broken")
    as_rina.cookies["django_language"] = "he"
    with translation.override("he"):
        page = as_rina.get("/deliveries/")
    assert b'dir="rtl"' in page.content


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_rows(as_rina, push, a_push, post_hook, account, count_queries):
    def fill(first: int) -> None:
        for number in range(first, first + 4):
            push({**a_push, "ivruniqueid": f"{a_push['ivruniqueid']}{number}", f"field{number}": 1})
            post_hook(b"broken" + b"!" * number)
            post_hook(b"<methodCall>" + b"<x>" * number)
            RefusedAddress.objects.create(account=account, address=f"198.51.100.{number}")
            keep(account.pk, "cdr", b"%d" % number, reason=f"cause {number}", answer=1)

    fill(1)
    key = shown(as_rina)["causes"][0][0]
    few = count_queries(lambda: as_rina.get("/deliveries/", {"cause": key}))
    fill(10)
    assert count_queries(lambda: as_rina.get("/deliveries/", {"cause": key})) == few


def test_pull_now_is_one_job_for_two_presses(as_rina, account):
    for _ in range(2):
        assert as_rina.post("/deliveries/pull/").status_code == 302
    assert Job.objects.get().kind == "calls.pull"


def test_accounts_are_those_one_sees_something_of(rina: User, dana: User, owner: User, account):
    for accounts in (health.accounts_led, health.accounts_watched):
        assert list(accounts(rina)) == list(accounts(owner)) == [account]
        assert not accounts(dana)


def test_who_leads_a_part_of_the_account_sees_its_health_and_no_body(as_rina, rina, service, account, post_hook):
    service.parent = Department.objects.create(account=account, provider_id=1, name="The centre")
    service.save()
    post_hook(b"broken")
    context = shown(as_rina)
    assert (context["accounts"], context["dead"], context["causes"]) == ([account], 1, [])
    assert as_rina.get(f"/deliveries/{Delivery.objects.get().pk}/raw/").status_code == 404
    as_rina.post("/deliveries/pull/")
    assert as_rina.post(f"/deliveries/clock/{account.pk}/", {"to": "true"}).status_code == 404
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('{"caller":0545550118}', '{"caller":0545•••118}'),
        ("caller=%2B972545550118&did=035550100", "caller=%2B972545•••118&did=035•••100"),
        (r'{"caller": "\u002b972545550118"}', r'{"caller": "\u002b972545•••118"}'),
        ("<string>+972 54-555-0118</string>", "<string>+972 54-5••-•118</string>"),
        ("20261122100208aa4417 on 2026-11-22, 42 s", "20261122100208aa4417 on 2026-11-22, 42 s"),
    ],
)
def test_digits_of_telephones_are_hidden_in_any_text(text, hidden):
    assert phones.masked(text) == hidden


def live_line(client) -> dict | None:
    return next((line for line in shown(client)["lines"] if line["name"] == "Live calls"), None)


def test_the_collector_s_sign_of_life_stands_among_the_lines(as_rina, client, account, now):
    def ready() -> dict:
        return client.get("/readyz").json()

    hearts.strike("worker")
    line = live_line(as_rina)
    assert (line["tone"], line["state"]) == ("lost", "the collector was not seen for a minute")
    assert ready() == {"ready": False, "database": True, "worker": True, "collector": False}

    hearts.strike("collector")
    assert live_line(as_rina)["tone"] == "fail"  # alive, and nothing heard yet
    assert ready()["ready"] is True

    board = LiveBoard.objects.create(account=account, as_of=now, source="polling")
    line = live_line(as_rina)
    assert (line["tone"], line["at"], line["detail"]) == ("ok", now, "asked for every few seconds")
    LiveBoard.objects.update(source="monitor7.voicenter.co", as_of=now - timedelta(minutes=2))
    line = live_line(as_rina)
    assert (line["tone"], line["detail"]) == ("miss", "told by RealTime")
    LiveBoard.objects.update(as_of=now, trouble="the monitor closed the line")
    line = live_line(as_rina)
    assert (line["tone"], line["detail"]) == ("miss", "the monitor closed the line")

    board.delete()
    Account.objects.update(follows_live=False)
    Heartbeat.objects.filter(part="collector").delete()
    assert live_line(as_rina) is None
    assert ready() == {"ready": True, "database": True, "worker": True}
