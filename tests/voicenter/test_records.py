"""The vendor's words to ours (PROTOCOL call types, statuses, S3 to S5; FAULTS F-22, F-26, F-55)."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenter_console.voicenter import fields, records, terms
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.fields import IvrStep
from voicenter_console.voicenter.records import Reading
from voicenter_console.voicenter.terms import Direction

RECEIVED = datetime(2026, 7, 15, 11, 31, 30, tzinfo=UTC)
CALL_ID = "202607151430080123b7c6d5e4f30211"
PATH = [
    {"layer_id": 9002, "layer_name": "Sales", "LayerNumber": "2", "DTMF": "007", "dtmf_order": 2},
    {"layer_id": 9001, "layer_name": "Main", "layer_number": 0, "Dtmf": 2, "dtmf_order": 1},
]
QUEUE_CALL = {
    "caller": "0555550118",
    "target": "Ab3dE6gH",
    "time": 1784125810,
    "duration": 60,
    "ivruniqueid": CALL_ID,
    "type": "Queue",
    "status": "ANSWER",
    "targetextension": "Ab3dE6gH",
    "callerextension": "",
    "did": "0720000000",
    "queueid": 100200,
    "queuename": "מכירות",
    "price": 0.0,
    "dialtime": 6,
    "representative_name": "דנה לוי",
    "representative_code": " 10007 ",
    "seconds_waiting_in_queue": 18,
    "actualCallDuration": 42,
    "IVR": PATH,
    "CustomData": {"var_lead": "L-17"},
}


def pushed(reading=None, **said):
    return records.from_notification({"ivruniqueid": CALL_ID, **said}, received_at=RECEIVED, reading=reading)


def pulled(**said):
    return records.from_call_log({"CallID": CALL_ID, **said}, received_at=RECEIVED)


def test_a_queue_call():
    record = records.from_notification(QUEUE_CALL, received_at=RECEIVED)
    assert record.started_at == datetime(2026, 7, 15, 11, 30, 10, tzinfo=UTC)
    assert (record.type, record.direction, record.extension) == ("queue", Direction.IN, "Ab3dE6gH")
    assert (record.talk_seconds, record.talk_exact, record.wait_seconds, record.ring_seconds) == (
        42,
        True,
        18,
        6,
    )
    assert record.ivr_path == (
        IvrStep(order=1, layer_id=9001, layer_number=0, layer_name="Main", dtmf="2"),
        IvrStep(order=2, layer_id=9002, layer_number=2, layer_name="Sales", dtmf="007"),
    )
    assert (record.agent_code, record.price, record.custom_data) == (
        "10007",
        Decimal(0),
        {"var_lead": "L-17"},
    )
    assert record.unknown == ()
    assert record.raw is QUEUE_CALL


@pytest.mark.parametrize("path", [json.dumps(PATH), json.dumps(json.dumps(PATH)), PATH])
def test_an_ivr_path_may_be_a_string_of_json(path):
    assert pushed(IVR=path).ivr_path == records.from_notification(QUEUE_CALL, received_at=RECEIVED).ivr_path


def test_an_ivr_path_that_is_no_json_is_kept_and_fails_nothing():
    record = pushed(IVR="[{broken")
    assert (record.ivr_path, record.ivr_raw) == ((), "[{broken")
    assert pushed(IVR=["x", 1]).ivr_raw == '["x", 1]'


@pytest.mark.fault("F-22")
@pytest.mark.parametrize(
    ("spellings", "type_id"),
    [
        (["Click2Callleg1", "Click2Call leg1", " CLICK2CALL  LEG1 ", 9, "9"], 9),
        (["ProductiveCall Leg1", "ProductiveCallLeg1"], 14),
    ],
)
def test_f22_the_spellings_of_a_type_are_one_key(spellings, type_id):
    found = {(one.type, one.type_id, one.type_name) for one in (pushed(type=name) for name in spellings)}
    assert found == {(terms.BY_ID[type_id].key, type_id, terms.BY_ID[type_id].name)}


def test_the_table_of_types():
    assert [one.id for one in terms.CALL_TYPES if one.direction is Direction.IN] == [1, 8, 11]
    assert {one.id for one in terms.CALL_TYPES if one.leg} - {21, 22} == terms.TWO_LEG
    assert len(terms.BY_KEY) == len(terms.CALL_TYPES) == 19


@pytest.mark.parametrize(
    ("said", "key", "type_id", "direction"),
    [
        ({"CdrType": 8}, "queue", 8, Direction.IN),
        ({"CdrType": "5"}, "#5", 5, Direction.UNKNOWN),
        ({}, "", None, Direction.UNKNOWN),
        ({"Type": "Future Type", "CdrType": 4}, "futuretype", 4, Direction.OUT),
        ({"Type": "Extension Outgoing", "CdrType": 1}, "extensionoutgoing", 4, Direction.OUT),
    ],
)
def test_a_type_from_name_and_number(said, key, type_id, direction):
    record = pulled(**said)
    assert (record.type, record.type_id, record.direction) == (key, type_id, direction)


@pytest.mark.fault("F-26")
def test_f26_what_is_new_is_kept_as_it_was_said():
    record = pushed(type="Future Type", status="Parked", direction="incoming", NewField=1, aiNew={}, DoNotCallMe="1")
    assert (record.type, record.type_name, record.type_id) == ("futuretype", "Future Type", None)
    assert (record.status, record.direction) == ("PARKED", Direction.IN)
    assert record.unknown == ("NewField", "aiNew")
    assert record.dnc is True


@pytest.mark.parametrize(
    ("status", "kept"),
    [("ANSWERED", "ANSWER"), (" abandoned ", "ABANDONE"), ("", None), (None, None), ("te", "TE")],
)
def test_statuses_have_one_spelling(status, kept):
    assert pushed(status=status).status == kept
    assert pulled(DialStatus=status).status == kept


@pytest.mark.parametrize("type_id", sorted(terms.TWO_LEG - {17}))
def test_of_two_legs_a_pull_tells_the_first_and_a_push_the_second(type_id):
    name = terms.BY_ID[type_id].name
    push = pushed(type=name, status="NOANSWER", leg1DialStatusName="ANSWER")
    assert (push.status, push.leg1_status) == ("NOANSWER", "ANSWER")
    pull = pulled(CdrType=type_id, DialStatus="ANSWER", Duration=7)
    assert (pull.status, pull.leg1_status, pull.talk_seconds) == (None, "ANSWER", 7)
    assert pulled(CdrType=type_id, DialStatus="ANSWER", DialStatus2="BUSY").status == "BUSY"


def test_on_other_types_dial_status_is_the_status():
    for type_id in (1, 4, 8, 17, 21, 22):
        assert pulled(CdrType=type_id, DialStatus="ANSWER").status == "ANSWER"


@pytest.mark.parametrize(
    ("said", "talk"),
    [
        ({"status": "ANSWER", "duration": 33}, (33, False)),
        ({"status": "ANSWER", "duration": "33"}, (33, False)),
        ({"status": "NOANSWER", "duration": 33}, (0, False)),
        ({"status": "ABANDONE", "duration": 33}, (0, False)),
        ({"status": "VOICEMAIL", "duration": 33}, (33, False)),
        ({"status": "STOLEN", "duration": 33}, (33, False)),
        ({"isAnswer": 0, "duration": 33}, (0, False)),
        ({"duration": 33}, (33, False)),
        ({"status": "ANSWER", "duration": 60, "actualCallDuration": 42}, (42, True)),
        ({"status": "ANSWER", "duration": 60, "actualCallDuration": -1}, (60, False)),
        ({}, (None, False)),
    ],
)
def test_talk_time(said, talk):
    record = pushed(**said)
    assert (record.talk_seconds, record.talk_exact) == talk


def test_an_account_s_durations_may_include_the_wait():
    said = {"status": "ANSWER", "duration": 60, "seconds_waiting_in_queue": 18}
    assert pushed(**said).talk_seconds == 60
    assert pushed(reading=Reading(wait_in_duration=True), **said).talk_seconds == 42
    assert pushed(reading=Reading(wait_in_duration=True), **said | {"duration": 10}).talk_seconds == 0


@pytest.mark.parametrize("none", [0, "0", "", None, "null", -3, 10**30])
def test_no_queue_comes_in_many_forms(none):
    assert pushed(queueid=none).queue_id is None


@pytest.mark.parametrize("absurd", [-1, 2**31, 10**30, 10**400, 1e300, "9" * 500, "-5", "x", "٣٣", [], {}, True])
def test_absurd_numbers_are_none_and_stay_in_the_raw_fields(absurd):
    record = pushed(duration=absurd, dialtime=absurd, seconds_waiting_in_queue=absurd, DepartmentID=absurd)
    assert (record.talk_seconds, record.ring_seconds, record.wait_seconds, record.department_id) == (None,) * 4
    assert record.raw["duration"] == absurd


@pytest.mark.parametrize(
    ("said", "agorot"),
    [(7, "7"), ("0.5", "0.5"), (0.1, "0.1"), (1234567.125, "1234567.125"), (10**30, None), ("x", None)],
)
def test_prices_are_agorot(said, agorot):
    assert pushed(price=said).price == (None if agorot is None else Decimal(agorot))


def test_where_a_call_came_from_is_said_in_either_place():
    parent = "202607151429480207c0ffee12345678"
    push = pushed(OriginalIvrUniqueID=f"{parent} ")
    pull = pulled(CustomData={"OriginalIvrUniqueID": parent, "var_lead": 17})
    assert push.original_call_id == pull.original_call_id == parent
    assert pull.custom_data == {"var_lead": "17"}
    assert pushed(OriginalIvrUniqueID=CALL_ID).original_call_id == ""


@pytest.mark.parametrize(
    "said",
    [
        {"var_lead": "L-17", "Var_Two": 2},
        {"CustomData": {"var_lead": "L-17", "Var_Two": 2}},
        {"customdata": '{"var_lead": "L-17", "Var_Two": "2"}'},
        {"CUSTOM_DATA": [{"var_lead": "L-17"}, {"Var_Two": 2}]},
        {"CustomData": {"var_lead": "L-17"}, " Var_Two ": "2"},
    ],
)
def test_custom_data_is_one_map_wherever_it_was_put(said):
    record = pushed(**said)
    assert record.custom_data == {"var_lead": "L-17", "Var_Two": "2"}
    assert record.unknown == ()


def test_the_extension_is_our_own_side_of_the_call():
    sides = {"callerextension": "CallerE1", "targetextension": "TargetE1"}
    assert pushed(type="Incoming Call", **sides).extension == "TargetE1"
    assert pushed(type="Extension Outgoing", **sides).extension == "CallerE1"
    assert pushed(type="XferCDR", callerextension="CallerE1").extension == "CallerE1"
    assert pushed(type="Queue", callerextension="CallerE1").extension == ""
    assert pushed(type="Queue", extenUser="Ab3dE6gH").extension == "Ab3dE6gH"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("https://x.example/a b.mp3", "https://x.example/ab.mp3"),
        ("http://x.example/a-\n  b.mp3", "http://x.example/a-b.mp3"),
        ("javascript:alert(1)", ""),
        ("https://x.example/" + "a" * 5000, ""),
        (None, ""),
    ],
)
def test_a_recording_is_an_address_or_nothing(said, kept):
    assert pushed(record=said).recording_url == kept
    assert pulled(RecordURL=said).recording_url == kept


def test_the_analysis_may_be_a_string():
    analysis = {"insights": {"summary": "קצר"}, "transcript": [{"text": "שלום"}]}
    assert pushed(aiData=analysis).ai == pushed(aiData=json.dumps(analysis)).ai == analysis
    assert pushed(aiData="soon").ai is None


@pytest.mark.parametrize("none", [None, "", "  \n", {}, [], True])
def test_without_a_call_id_it_is_nobody_s_record(none):
    with pytest.raises(Garbled, match="no call id"):
        pushed(ivruniqueid=none)
    with pytest.raises(Garbled, match="no call id"):
        pulled(CallID=none)


def test_a_call_id_has_no_blanks_and_at_most_64_characters():
    assert pushed(ivruniqueid=" 2026071514 \n 3008x ").call_id == "20260715143008x"
    assert pushed(ivruniqueid="x" * 100).call_id == "x" * 64
    assert pushed(ivruniqueid=20260715143008).call_id == "20260715143008"


def test_any_spelling_of_the_keys_is_read():
    loud = {f" {name.upper()} ": value for name, value in QUEUE_CALL.items()}
    loud_record = records.from_notification(loud, received_at=RECEIVED)
    assert loud_record == records.from_notification(QUEUE_CALL, received_at=RECEIVED)


HOSTILE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["٠٥٤", "\u202e", "\x00", "1" * 5000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.fault("F-55")
@given(st.dictionaries(st.sampled_from(sorted(fields.NOTIFICATION)) | st.text(max_size=12), HOSTILE))
def test_f55_no_notification_raises(said):
    check(records.from_notification({**said, "ivruniqueid": CALL_ID}, received_at=RECEIVED))


@pytest.mark.fault("F-55")
@given(st.dictionaries(st.sampled_from(sorted(fields.CALL_LOG)) | st.text(max_size=12), HOSTILE))
def test_f55_no_row_of_the_call_log_raises(said):
    check(records.from_call_log({**said, "callid": CALL_ID}, received_at=RECEIVED))


def check(record):
    """It fits its columns: no NUL, nothing endless, numbers of 32 bits."""
    for text in (
        record.caller,
        record.target,
        record.status or "",
        record.agent_name,
        record.type,
        record.ivr_raw,
    ):
        assert "\x00" not in text
        assert len(text) <= 4000
    assert len(record.caller) <= 64
    for number in (
        record.talk_seconds,
        record.ring_seconds,
        record.wait_seconds,
        record.queue_id,
        record.type_id,
    ):
        assert number is None or 0 <= number < 2**31
    assert record.price is None or record.price.is_finite()
    assert record.started_at.tzinfo is UTC
