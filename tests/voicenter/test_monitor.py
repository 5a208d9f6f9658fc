"""Active calls, waiting callers and extensions as Voicenter tells them (PROTOCOL S8, S9, Time)."""

import logging
from datetime import UTC, datetime

import pytest

from voicenter_console.voicenter import monitor
from voicenter_console.voicenter.errors import ApplicationError, Garbled, NotAuthorised

from .asking import CALL_ID, CODE, Recorder, answer_of, client_over

NOW = datetime(2026, 7, 15, 11, 30, 40, tzinfo=UTC)


def told(ask, said, **options):
    with client_over(Recorder(json=said)) as client:
        return ask(client, **options)


def test_an_extension_and_the_call_on_it_with_times_in_utc():
    (desk,) = told(monitor.extensions_calls, answer_of("monitor.extensions_calls"), now=NOW)
    assert (desk.sip, desk.name, desk.representative) == ("Ab3dE6gH", "Desk 1", "דנה")
    assert (desk.peer_status, desk.user_id, desk.agent_status) == ("Reachable", "10007", 1)
    (call,) = desk.calls
    assert (call.call_id, call.status, call.direction, call.answered) == (CALL_ID, "Talking", "Incoming", True)
    assert (call.caller_phone, call.did) == ("0500000001", "0720000000")
    # Israel's wall clock counted as if it were UTC: 14:30:05 in summer.
    assert call.started_at == datetime(2026, 7, 15, 11, 30, 5, tzinfo=UTC)
    assert call.answered_at == datetime(2026, 7, 15, 11, 30, 10, tzinfo=UTC)
    assert not call.time_uncertain


def test_a_true_epoch_is_told_by_the_call_id_and_without_one_by_the_setting():
    said = answer_of("monitor.extensions_calls")
    call = said["EXTENSIONS"][0]["calls"][0] | {"callstarted": 1784115005, "callanswered": 0, "answered": 0}

    def read(call, **options):
        (desk,) = told(monitor.extensions_calls, {**said, "EXTENSIONS": [{"calls": [call]}]}, now=NOW, **options)
        return desk.calls[0]

    assert read(call).started_at == datetime(2026, 7, 15, 11, 30, 5, tzinfo=UTC)
    assert read(call).answered_at is None
    assert read(call | {"ivrid": ""}).started_at == datetime(2026, 7, 15, 8, 30, 5, tzinfo=UTC)
    assert read(call | {"ivrid": ""}, wall_clock=False).started_at == datetime(2026, 7, 15, 11, 30, 5, tzinfo=UTC)


def test_the_newer_spelling_of_the_same_call():
    said = answer_of("monitor.extensions_calls")
    old = said["EXTENSIONS"][0]["calls"][0]
    new = {("callStarted" if key == "callstarted" else key): value for key, value in old.items()}
    new |= {"recording": {"Filename": "x.mp3", "IsMuted": 0}, "customdata": '{"var_lead": "L-17"}'}
    (desk,) = told(monitor.extensions_calls, {**said, "EXTENSIONS": [{"username": "a", "calls": [new]}]}, now=NOW)
    assert desk.calls[0].started_at == datetime(2026, 7, 15, 11, 30, 5, tzinfo=UTC)
    assert desk.calls[0].custom_data == {"var_lead": "L-17"}
    assert desk.calls[0].raw["recording"]["Filename"] == "x.mp3"


def test_who_waits_in_which_queue_and_since_when():
    (queue,) = told(monitor.queues_callers, answer_of("monitor.queues_callers"), now=NOW)
    assert (queue.id, queue.name) == (100200, "מכירות")
    (caller,) = queue.callers
    assert (caller.phone, caller.call_id) == ("0500000004", CALL_ID)
    assert caller.joined_at == datetime(2026, 7, 15, 11, 30, 9, tzinfo=UTC)


def test_the_extensions_of_the_organisation():
    (desk,) = told(monitor.extensions, answer_of("monitor.extensions"))
    assert (desk.sip, desk.name, desk.speed_dial) == ("Ab3dE6gH", "Desk 1", "301")
    assert (desk.account_id, desk.account_name) == (555001, "Service")


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (monitor.extensions_calls, "EXTENSIONS"),
        (monitor.queues_callers, "QUEUES"),
        (monitor.extensions, "EXTENSIONS"),
    ],
)
def test_an_empty_list_is_never_conclusive(ask, name):
    found = told(ask, {"ERR": 0, "DESC": "OK", name: []})
    assert (len(found), found.conclusive) == (0, False)
    assert told(ask, {"ERR": 0, "DESC": "OK", name: [{}]}).conclusive
    with pytest.raises(Garbled):
        told(ask, {"ERR": 0, "DESC": "OK"})
    with pytest.raises(Garbled):
        told(ask, {"ERR": 0, "DESC": "OK", name: [1]})


def test_its_errors():
    with pytest.raises(NotAuthorised):
        told(monitor.extensions_calls, {"ERR": 1, "DESC": "Authorization failed."})
    with pytest.raises(ApplicationError) as caught:
        told(monitor.queues_callers, {"ERR": "2", "DESC": "Internal error."})
    assert (caught.value.code, caught.value.words) == (2, "Internal error.")


def test_calls_that_are_no_calls_are_left_out():
    said = {"ERR": 0, "EXTENSIONS": [{"username": "a", "calls": None}, {"username": "b", "calls": [7, {}]}]}
    first, second = told(monitor.extensions_calls, said, now=NOW)
    assert first.calls == ()
    assert second.calls[0].started_at == NOW
    assert second.calls[0].time_uncertain


def test_a_code_in_the_address_is_masked_in_the_logs(caplog):
    caplog.set_level(logging.DEBUG, "httpx")
    with client_over(Recorder(json=answer_of("monitor.extensions")), code_in_address=True) as client:
        monitor.extensions(client)
    assert "code=•••&showAll=1" in caplog.text
    assert CODE not in caplog.text
