"""Every CDR and call log example of the documents, printed and repaired: what each gives (PROTOCOL S3-S5)."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from voicenter_console.voicenter import call_log, call_search, records, wire
from voicenter_console.voicenter.client import Answer
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.fields import IvrStep
from voicenter_console.voicenter.terms import Direction

from .documents import NOW, example

CONTENT_TYPES = ["application/json", "text/xml", "application/x-www-form-urlencoded", ""]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cdr-json.printed.json", "broken JSON"),
        ("cdr-xml-second-half.printed.xml", "broken XML"),
        ("cdr-notification-fields.printed.json", "broken JSON"),
        ("cdr-3.2-fields.printed.json", "broken JSON"),
        ("cdr-error-answer.printed.xml", "broken XML"),
    ],
)
def test_an_example_broken_in_print_is_not_decodable(name, reason):
    with pytest.raises(Garbled) as caught:
        wire.decode(example(name))
    assert caught.value.reason == reason
    assert 0 < caught.value.at < len(example(name))


def test_the_first_printed_half_of_the_xml_call_has_no_call_id():
    decoded = wire.decode(example("cdr-xml-first-half.printed.xml"))
    assert decoded.method == "CDR"
    assert decoded.payload == {
        "caller": "0540000000",
        "target": "0500000000",
        "time": 1345373417,
        "duration": 12,
    }
    with pytest.raises(Garbled, match="no call id"):
        records.from_notification(decoded.payload, received_at=NOW)


def in_every_encoding(name):
    """The example's fields as sent in each encoding, each under every Content-Type."""
    fields = wire.decode(example(name)).payload
    for format in wire.Format:
        body = wire.encode_call(format, fields)
        for content_type in CONTENT_TYPES:
            decoded = wire.decode(body, content_type)
            assert decoded.format is format
            yield records.from_notification(decoded.payload, received_at=NOW)


def only_one(found):
    """The record that all of them are."""
    found = list(found)
    assert all(record == found[0] for record in found)
    return found[0]


def test_the_xml_call_repaired():
    record = only_one(in_every_encoding("cdr-xml.repaired.xml"))
    assert record.call_id == "sdfsdfsdfsfsf"
    assert (record.type, record.type_id, record.type_name) == ("extensionoutgoing", 4, "Extension Outgoing")
    assert record.direction is Direction.OUT
    assert record.extension == record.caller_extension == "IuYtReWq"
    assert (record.status, record.talk_seconds, record.queue_id) == ("ANSWER", 12, None)
    # 2012-08-19 10:50:17 on the clocks of Israel, three hours ahead in summer.
    assert record.started_at == datetime(2012, 8, 19, 7, 50, 17, tzinfo=UTC)
    assert not record.time_uncertain


def test_the_json_call_repaired_where_the_queue_id_stands_four_times():
    record = only_one(in_every_encoding("cdr-json.repaired.json"))
    assert record.call_id == "x" * 32
    assert record.queue_id is None
    assert record.ring_seconds == 31
    assert record.recording_url.endswith("/xxxxxxxx-aws-0544444444-0722776772.mp3")
    assert record.started_at == datetime(2014, 10, 26, 8, 47, 35, tzinfo=UTC)


def test_the_table_of_the_notification_repaired():
    record = only_one(in_every_encoding("cdr-notification-fields.repaired.json"))
    assert record.ivr_path == (IvrStep(order=1, layer_id=1234567, layer_number=6, layer_name="LayerName", dtmf="0"),)
    assert (record.queue_id, record.queue_name, record.wait_seconds) == (1234567, "Service Queue", 5)
    assert (record.talk_seconds, record.talk_exact, record.ring_seconds) == (33, False, 23)
    assert record.price == Decimal(7)
    assert (record.agent_name, record.agent_code) == ("Walter Melon", "9996")
    assert (record.department_id, record.department_name) == (123456, "Voicenter Account")
    assert (record.top_department_id, record.top_department_name) == (7654321, "Voicenter Top Account")
    assert record.original_call_id == "201809131730110122A1212"
    assert record.unknown == ()
    # Its id has no 14 digits, so the document's wording decides: Israel wall clock.
    assert record.started_at == datetime(2018, 9, 13, 13, 15, 54, tzinfo=UTC)


@pytest.mark.parametrize("name", ["cdr-3.2-fields.repaired.json", "cdr-v0.1-fields.printed.json"])
def test_the_id_and_time_of_the_older_tables_are_the_same_moment(name):
    record = only_one(in_every_encoding(name))
    assert record.call_id.startswith("201809131615530APIAPI")
    assert record.started_at == datetime(2018, 9, 13, 13, 15, 54, tzinfo=UTC)
    assert not record.time_uncertain
    assert record.caller_extension == "AAPINFzL"
    assert record.agent_code == "9996"
    assert record.original_call_id == "201809131730110122APIAPI-API"


def answered(body, status=200):
    return call_log.read(Answer(status, body, "application/json", None))


@pytest.mark.parametrize("name", ["call-log-answer.printed.json", "call-log-fields.printed.json"])
def test_a_call_log_answer_broken_in_print_is_refused_whole(name):
    with pytest.raises(Garbled, match="broken JSON"):
        answered(example(name))


def lower(value):
    if isinstance(value, dict):
        return {key.lower(): lower(item) for key, item in value.items()}
    return [lower(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("spelling", [lambda said: said, lower], ids=["PascalCase", "lower case"])
def test_the_call_log_answer_repaired(spelling):
    page = answered(json.dumps(spelling(json.loads(example("call-log-answer.repaired.json")))).encode())
    assert (page.total_hits, page.return_hits, page.complete) == (2, 2, True)
    out, into = (records.from_call_log(row, received_at=NOW) for row in page.rows)
    assert out.started_at == datetime(2021, 10, 10, 9, 4, 58, tzinfo=UTC)
    assert into.started_at == datetime(2021, 10, 2, 12, 55, 18, tzinfo=UTC)
    assert not out.time_uncertain
    assert (out.type_id, out.status, out.talk_seconds, out.ring_seconds) == (4, "ANSWER", 2, 10)
    assert (out.extension, into.extension) == ("SipSip", "SipSip")
    assert (into.status, into.talk_seconds) == ("CHANUNAVAIL", 0)
    assert into.original_call_id == "20211002156fdf534hfgh453df34"
    assert into.custom_data == {}
    assert [(step.layer_name, step.dtmf, step.layer_number) for step in into.ivr_path] == [("rep 1", "0", 1)]
    assert (into.department_id, into.recording_url) == (12345678, "")


def test_the_ids_of_that_answer_tell_its_times_too():
    """The proof that ids are Israel wall time: three hours ahead of a Date with Z, in summer."""
    page = answered(example("call-log-answer.repaired.json"))
    for row in page.rows:
        told = records.from_call_log(dict(row, Date=""), received_at=NOW)
        exact = records.from_call_log(row, received_at=NOW)
        assert abs(told.started_at - exact.started_at) < timedelta(seconds=5)
        assert told.time_uncertain


def test_the_table_of_the_call_log_repaired():
    page = answered(example("call-log-fields.repaired.json"))
    record = records.from_call_log(page.rows[0], received_at=NOW)
    # A Date without a zone beside an id without a time is GMT.
    assert record.started_at == datetime(2017, 7, 20, 9, 59, 29, tzinfo=UTC)
    assert [(step.order, step.layer_name, step.dtmf, step.layer_number) for step in record.ivr_path] == [
        (1, "Main Menu", "2", 0),
        (2, "Sales", "0", 15),
    ]
    assert record.original_call_id == "2020072118102assdsdas"
    assert record.recording_url == "https://cpanel.voicenter.co.il/CallsHistory/PlayRecord/123abc.mp3"
    assert record.recording_expected is True
    assert record.agent_name == "Walter Melon"
    # Name and number contradict each other in the table; the name is what a push has too.
    assert (record.type, record.type_id) == ("incomingcall", 1)
    assert record.extension == record.target_extension == "AAPINFzL"
    assert record.unknown == ()


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("cdr-answer.printed.xml", {"err": 0, "errdesc": "OK"}),
        ("cdr-answer.printed.json", {"err": "0", "errdesc": "OK"}),
        ("cdr-error-answer.repaired.xml", {"err": 2, "errdesc": "Some error description"}),
    ],
)
def test_answers_of_the_documents_are_readable(name, payload):
    assert wire.decode(example(name)).payload == payload


@pytest.mark.parametrize("format", wire.Format)
def test_our_answer_is_the_documents(format):
    decoded = wire.decode(wire.encode_answer(format, {"err": 0, "errdesc": "OK"}), wire.MEDIA_TYPE[format])
    assert decoded.format is format
    assert {name: str(value) for name, value in decoded.payload.items()} == {"err": "0", "errdesc": "OK"}


def test_our_xml_answer_carries_an_int():
    assert b"<int>0</int>" in wire.encode_answer(wire.Format.XML, {"err": 0, "errdesc": "OK"})


@pytest.mark.parametrize("name", ["call-log-request.repaired.json", "call-log-v0.1-request.printed.json"])
def test_we_ask_for_every_field_that_the_requests_of_the_documents_name(name):
    asked = wire.decode(example(name)).payload
    assert set(asked["fields"]) <= set(call_search.FIELDS)


def test_the_request_as_printed_is_no_json():
    with pytest.raises(Garbled):
        wire.decode(example("call-log-request.printed.json"))
