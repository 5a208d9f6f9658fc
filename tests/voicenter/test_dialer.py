"""The dialer's client: what is never sent, what is read, what is never repeated (PROTOCOL S7; FAULTS F-44)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenter_console.voicenter import dialer, errors
from voicenter_console.voicenter.errors import Garbled, Refused, Unreachable
from voicenter_console.voicenter.leads import NewCall, compare, pending

from .asking import CASES, Recorder, answer_of, client_over
from .cloud import CUT, Cloud, http
from .dialing import CAMPAIGN, FULL, HIDDEN, OK, ONE, PLAIN, WAITING
from .test_client import client_of

READS = {"dialer.campaigns", "dialer.campaign_details", "dialer.members", "dialer.pending_calls"}
ALL = [name for name in CASES if name.startswith("dialer.")]


def told(name, said):
    with client_over(Recorder(json=said)) as client:
        return CASES[name][0](client)


@pytest.mark.fault("F-44")
@pytest.mark.parametrize("name", ALL)
def test_f44_only_what_reads_is_ever_sent_twice(name):
    with Cloud(CUT, http(answer_of(name))) as cloud, client_of(cloud.url) as client:
        if name in READS:
            CASES[name][0](client)
            assert len(cloud.asked) == 2
            return
        with pytest.raises(Unreachable) as caught:
            CASES[name][0](client)
        assert caught.value.sent
        assert len(cloud.asked) == 1


def test_all_fifteen_methods_are_spoken():
    spoken = set()
    for name in ALL:
        recorder = Recorder(json=answer_of(name))
        with client_over(recorder) as client:
            CASES[name][0](client)
        spoken |= {request.url.path.rpartition("/")[2] for request in recorder.asked}
    assert spoken == {
        "AddCall", "RemoveCall", "GetCampaignList", "GetMembersList", "RemoveMember", "AddMember", "StopCampaign",
        "StartCampaign", "UpdateCampaignStrategy", "ClearCampaignCalls", "AddCallsBulk", "GetCampaignPendingCalls",
        "UpdateCall", "GetCampaignDetails", "ConfigureIvrCampaign",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": ""},
        {"target": "call me!"},
        {"caller_id": "so?"},
        {"priority": -1},
        {"originate_at": datetime(2026, 7, 15)},
        {"custom_data": {"no name": 1}},
        {"custom_data": {"": 1}},
    ],
)
def test_a_call_that_can_never_be_asked_is_none(wrong):
    with pytest.raises(ValueError, match=r"neither a number|priority|zone|variable"):
        NewCall(**{"target": "0502454545"} | wrong)


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: dialer.start_campaign(client, ""),
        lambda client: dialer.start_campaign(client, "a campaign"),
        lambda client: dialer.add_member(client, CAMPAIGN, "קוד"),
        lambda client: dialer.remove_call(client, CAMPAIGN, "nobody!"),
        lambda client: dialer.add_calls_bulk(client, CAMPAIGN, []),
        lambda client: dialer.add_calls_bulk(client, CAMPAIGN, [PLAIN] * 100_001),
        lambda client: dialer.update_campaign_strategy(client, CAMPAIGN),
        lambda client: dialer.update_campaign_strategy(client, CAMPAIGN, coefficient=-1),
        lambda client: dialer.configure_ivr_campaign(client, CAMPAIGN),
        lambda client: dialer.configure_ivr_campaign(client, CAMPAIGN, max_calls=-1),
        lambda client: dialer.configure_ivr_campaign(client, CAMPAIGN, representatives=["a b"]),
    ],
)
def test_what_can_never_be_asked_is_never_sent(ask):
    recorder = Recorder(json=OK)
    with client_over(recorder) as client, pytest.raises(ValueError, match=r"."):
        ask(client)
    assert recorder.asked == []


def test_only_what_is_set_of_a_strategy_is_sent():
    recorder = Recorder(json=OK)
    with client_over(recorder) as client:
        dialer.update_campaign_strategy(client, CAMPAIGN, coefficient=1.5)
    assert recorder.asked[0].content.endswith(b'"Code":"TESTCODE","setCoefficient":1.5}')


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (1, errors.UnknownCampaign),
        (2, errors.BadTarget),
        (3, errors.ApplicationError),
        (4, errors.BadCallerId),
        (-2, errors.BadTarget),
        (-1, Refused),
        (9, Refused),
    ],
)
@pytest.mark.parametrize("name", ["dialer.add_call", "dialer.campaigns", "dialer.add_calls_bulk"])
def test_each_refusal_is_its_own(name, number, kind):
    for code in (number, str(number), f" {number} "):
        with pytest.raises(kind) as caught:
            told(name, {"ErrorCode": code, "Description": "why not"})
        assert type(caught.value) is kind
        assert (caught.value.code, caught.value.words) == (number, "why not")


def test_a_campaign_with_the_count_of_its_type():
    (winter,) = told("dialer.campaigns", answer_of("dialer.campaigns"))
    assert (winter.code, winter.name, winter.status, winter.enabled) == (CAMPAIGN, "חורף", "Enabled", True)
    assert (winter.min_priority, winter.max_priority) == (1, 7)
    assert (winter.calls_left(ivr=False), winter.calls_left(ivr=True), winter.calls_left()) == (2, 0, 2)
    (bare,) = told("dialer.campaigns", OK | {"Data": [{"Name": "x", "StatusName": "Frozen", "Code": "c"}]})
    assert (bare.status, bare.enabled, bare.calls_left(), bare.calls_left(ivr=True)) == ("Frozen", False, None, None)
    assert not told("dialer.campaigns", OK | {"Data": []}).conclusive


def test_a_waiting_call():
    first, second = told("dialer.pending_calls", answer_of("dialer.pending_calls")).calls
    assert (first.phone, first.customer_name, first.priority) == ("972544444444", "Customer", 0)
    assert (first.status, first.status_name, first.originate_at) == (1, "Pending", None)
    assert first.custom_data == {"var_lead": "L-17", "var_test1": "1"}
    assert second.originate_at == datetime(2026, 7, 15, 11, 30, 10, tzinfo=UTC)
    odd = pending({"CallStatus": "x", "CustomData": '{"var_lead": 17}', "Priority": "high"})
    assert (odd.status, odd.lead, odd.priority, odd.phone) == (None, "17", None, "")


def test_a_list_that_is_not_whole_is_refused():
    short = OK | {"Data": {"Calls": [WAITING], "Campaign": ONE | {"TotalPendingCalls": 3}}}
    with pytest.raises(Garbled, match="counts 3"):
        told("dialer.pending_calls", short)
    for data in ({"Campaign": ONE}, {"Calls": None, "Campaign": ONE}, [], None):
        with pytest.raises(Garbled):
            told("dialer.pending_calls", OK | {"Data": data})


def test_members_and_how_many_were_added_or_removed():
    (member,) = told("dialer.members", answer_of("dialer.members"))
    assert (member.sip, member.name) == ("syhrhrhr", "Support 1")
    assert told("dialer.add_member", OK | {"Data": {"TotalAdded": "0"}}) == 0
    assert told("dialer.remove_member", answer_of("dialer.remove_member")) == 1
    for data in ({}, {"TotalAdded": "some"}, None):
        with pytest.raises(Garbled):
            told("dialer.add_member", OK | {"Data": data})


# --- a bulk ------------------------------------------------------------------------------------------


def results(said):
    return [(one.call, one.confirmed, one.code, one.words) for one in told("dialer.add_calls_bulk", said)]


def test_what_is_told_of_each_call():
    assert results(answer_of("dialer.add_calls_bulk")) == [
        (FULL, True, 0, "OK"),
        (HIDDEN, True, -2, "Phone number format invalid"),
    ]


@pytest.mark.parametrize("nothing", [{}, {"AddResult": []}, {"AddResult": None}])
def test_nothing_told_of_each_is_accepted_and_unconfirmed(nothing):
    assert results(OK | nothing) == [(FULL, False, 0, ""), (HIDDEN, False, 0, "")]


def test_what_is_told_of_some_is_found_by_the_number():
    some = [{"Target": "0502454546", "ErrorCode": "-2", "Description": "no"}]
    assert results(OK | {"AddResult": some}) == [(FULL, False, 0, ""), (HIDDEN, True, -2, "no")]
    odd = [{"Target": "x"}, {"Target": "y"}]
    assert results(OK | {"AddResult": odd}) == [(FULL, False, 0, ""), (HIDDEN, False, 0, "")]


def test_a_refusal_beside_what_is_told_of_each_does_not_hide_it():
    said = answer_of("dialer.add_calls_bulk") | {"ErrorCode": 3, "Description": "some failed"}
    assert [code for _, _, code, _ in results(said)] == [0, -2]
    with pytest.raises(Garbled):
        results(OK | {"AddResult": "some"})


# --- the ledger of a chunk ---------------------------------------------------------------------------


def of(*leads):
    return [NewCall(target="0502454545", custom_data={"lead": lead}) for lead in leads]


def waiting(*leads):
    return [pending(WAITING | {"CustomData": {"var_lead": lead}}) for lead in leads]


def test_what_arrived_what_is_missing_and_what_is_there_twice():
    chunk = of(1, "b", "c", "d")
    found = compare(chunk, waiting("1", "b", "b", "other"), called=["c"])
    assert found.arrived == tuple(chunk[:3])
    assert found.missing == (chunk[3],)
    assert found.doubled == ("b",)


@pytest.mark.parametrize("chunk", [[PLAIN], of("a", "a"), of("a", "")])
def test_a_chunk_without_leads_of_its_own_cannot_be_compared(chunk):
    with pytest.raises(ValueError, match="lead"):
        compare(chunk, [])


@pytest.mark.fault("F-44")
@given(st.data())
def test_f44_whatever_arrived_in_whatever_order_one_more_bulk_makes_it_whole(data):
    names = data.draw(st.lists(st.text("abc", min_size=1, max_size=4), unique=True, min_size=1, max_size=20))
    arrived = data.draw(st.lists(st.sampled_from(names), max_size=30))
    called = data.draw(st.sets(st.sampled_from(names), max_size=5))
    chunk = of(*names)
    found = compare(chunk, waiting(*arrived, "of another chunk"), called=called)
    known = set(arrived) | called
    assert [call.lead for call in found.missing] == [name for name in names if name not in known]
    assert set(found.doubled) == {name for name in names if arrived.count(name) > 1}
    again = compare(chunk, waiting(*arrived, *(call.lead for call in found.missing)), called=called)
    assert (again.missing, again.arrived) == ((), tuple(chunk))
