"""The call log's request and its answers (PROTOCOL S3, S4; FAULTS F-34 to F-36, F-38)."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from voicenter_console.voicenter import call_log, call_search, errors, records
from voicenter_console.voicenter.call_search import Generation
from voicenter_console.voicenter.client import Answer
from voicenter_console.voicenter.errors import Garbled, Refused

from .asking import CODE as ASKING_CODE
from .asking import Recorder, client_over
from .cloud import Cloud, http
from .test_client import CODE, client_of

FROM = datetime(2026, 7, 15, 14, tzinfo=ZoneInfo("Asia/Jerusalem"))
ROW = {"CallID": "20260715143008x", "Date": "2026-07-15T11:30:10Z", "Type": "Queue"}


def page(rows=1, **said):
    return {
        "ERROR_NUMBER": 0,
        "ERROR_DESCRIPTION": "OK",
        "TOTAL_HITS": rows,
        "RETURN_HITS": rows,
        "CDR_LIST": [ROW] * rows,
    } | said


def read(body, status=200, retry_after=None):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return call_log.read(Answer(status, body, "application/json", retry_after))


def ask(cloud, client, **options):
    found = call_log.page(client, from_=FROM, to=FROM + timedelta(hours=1), **options)
    return found, cloud.asked[-1]


def test_what_is_asked():
    with Cloud(http(page())) as cloud, client_of(cloud.url) as client:
        found, asked = ask(cloud, client, types=[17, 8], extensions=["SipSip"], call_id="x")
    assert asked.line == "POST /hub/cdr/ HTTP/1.1"
    assert asked.json == {
        "code": CODE,
        "fields": list(call_search.FIELDS),
        "search": {
            "fromdate": "2026-07-15T11:00:00",
            "todate": "2026-07-15T12:00:00",
            "IdentityCriteria": "Account",
            "cdrTypes": [8, 17],
            "extensions": ["SipSip"],
            "callID": "x",
        },
        "sort": [{"field": "date", "order": "asc"}],
    }
    assert found.rows == (ROW,)
    assert json.loads(found.body) == page()


def test_the_code_may_go_as_a_bearer_token():
    with Cloud(http(page()), http(page())) as cloud, client_of(cloud.url) as client:
        _, asked = ask(cloud, client, bearer=True)
        assert asked.headers["authorization"] == f"Bearer {CODE}"
        assert CODE.encode() not in asked.body
        _, asked = ask(cloud, client, identity="User", user_code="10007")
        assert (asked.json["code"], asked.json["search"]["IdentityCriteria"]) == ("10007", "User")


def test_the_span_is_whole_seconds_and_never_shorter_than_asked():
    with Cloud(http(page())) as cloud, client_of(cloud.url) as client:
        call_log.page(client, from_=FROM + timedelta(milliseconds=300), to=FROM + timedelta(milliseconds=900))
        assert cloud.asked[0].json["search"]["fromdate"] == "2026-07-15T11:00:00"
        assert cloud.asked[0].json["search"]["todate"] == "2026-07-15T11:00:01"
    with pytest.raises(ValueError, match="zone"):
        call_log.page(client, from_=datetime(2026, 7, 15), to=FROM)
    with pytest.raises(ValueError, match="identity"):
        call_log.page(client, from_=FROM, to=FROM, identity="Everybody")


@pytest.mark.parametrize("number", [1, "1"])
@pytest.mark.parametrize("status", [200, 403, 429])
@pytest.mark.fault("F-34")
def test_f34_the_limit_is_one_refusal_whatever_its_status(number, status):
    with pytest.raises(errors.LimitExceeded) as caught:
        read({"ERROR_NUMBER": number, "ERROR_DESCRIPTION": "Request limit exceeded."}, status, retry_after=30.0)
    assert (caught.value.code, caught.value.retry_after) == (1, 30.0)


@pytest.mark.fault("F-34")
def test_f34_the_limit_without_a_body():
    with Cloud(http(b"", 429, Retry_After="7")) as cloud, client_of(cloud.url) as client:
        with pytest.raises(errors.LimitExceeded) as caught:
            ask(cloud, client)
        assert caught.value.retry_after == 7


@pytest.mark.fault("F-35")
def test_f35_the_address_that_is_not_trusted_is_told():
    said = {
        "ERROR_NUMBER": 4,
        "ERROR_DESCRIPTION": "IP address 192.0.2.7 is not trusted.",
        "STATUS_CODE": 403,
    }
    with Cloud(http(said, 403)) as cloud, client_of(cloud.url) as client:
        with pytest.raises(errors.AddressNotTrusted) as caught:
            ask(cloud, client)
        assert caught.value.address == "192.0.2.7"
        assert len(cloud.asked) == 1


@pytest.mark.fault("F-35")
def test_f35_no_error_repeats_the_code():
    said = {"error_number": 2, "error_description": f"Authorization failed for {CODE}."}
    with (
        Cloud(http(said, 403)) as cloud,
        client_of(cloud.url) as client,
        pytest.raises(errors.NotAuthorised) as caught,
    ):
        ask(cloud, client)
    assert CODE not in f"{caught.value} {caught.value.words} {caught.value!r}"


@pytest.mark.fault("F-36")
@pytest.mark.parametrize(
    ("number", "status", "kind"),
    [(3, 200, errors.TooMuch), (5, 404, errors.OutOfRange), (77, 200, Refused)],
)
def test_f36_the_other_refusals(number, status, kind):
    with pytest.raises(kind) as caught:
        read({"ERROR_NUMBER": number, "ERROR_DESCRIPTION": "words"}, status)
    assert (type(caught.value), caught.value.code, caught.value.words) == (kind, number, "words")


@pytest.mark.fault("F-38")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>Service Unavailable</html>", 200),
        (b"<html>Service Unavailable</html>", 503),
        (b"", 200),
        (b"OK", 200),
        (page(RETURN_HITS=2), 200),
        (page(RETURN_HITS="many"), 200),
        (page(TOTAL_HITS=-1), 200),
        (page(ERROR_NUMBER="none"), 200),
        (page(CDR_LIST=None), 200),
        (page(CDR_LIST={}), 200),
        (page(CDR_LIST=[ROW["CallID"]]), 200),
        (page(), 500),
        ({}, 200),
    ],
)
def test_f38_a_page_that_is_not_whole_is_no_page(body, status):
    with pytest.raises(Garbled):
        read(body, status)


@pytest.mark.fault("F-38")
def test_f38_a_page_cut_anywhere_is_no_page():
    body = json.dumps(page(rows=40)).encode()
    for end in range(0, len(body), 100):
        with pytest.raises(Garbled):
            read(body[:end])


def test_a_page_that_is_not_all_of_its_span():
    assert read(page(rows=2)).complete
    assert not read(page(rows=2, TOTAL_HITS=3)).complete
    full = read(page(rows=call_log.MOST_ROWS))
    assert (full.total_hits, full.complete) == (10_000, False)


def test_an_empty_span_and_an_older_answer():
    assert read(page(rows=0)).rows == ()
    assert read({"ERROR_NUMBER": 0, "TOTAL_HITS": 0, "RETURN_HITS": 0, "CDR_LIST": None}).rows == ()
    older = read({"error_number": "0", "error_description": "OK", "cdr_list": [ROW, ROW]})
    assert (older.total_hits, older.return_hits, older.complete) == (2, 2, True)


def test_the_kept_bytes_of_a_page_give_its_rows_again():
    kept = read(page(rows=3)).body
    assert records.rows_of_page(kept) == (ROW,) * 3
    record = records.from_call_log(records.rows_of_page(kept)[0], received_at=datetime(2026, 7, 16, tzinfo=UTC))
    assert record.started_at == datetime(2026, 7, 15, 11, 30, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sort": [("price of tea", "asc")]}, "no field"),
        ({"sort": [("date", "up")]}, "order"),
        ({"fields": ["Calleumber"]}, "no field"),
        ({"types": ["8"]}, "whole numbers"),
        ({"queues": [-1]}, "whole numbers"),
        ({"phones": ["so what?"]}, "neither a number"),
        ({"generation": Generation.OLD, "types": [8]}, "0.1"),
        ({"generation": Generation.OLD, "call_id": "x"}, "0.1"),
        ({"generation": Generation.OLD, "fields": ["UserName"]}, "no field"),
        ({"format": call_log.Format.HTML}, "0.1"),
        ({"by_get": True, "identity": "User", "user_code": "10007"}, "no address"),
    ],
)
def test_what_a_generation_cannot_be_asked_is_never_sent(wrong, words):
    recorder = Recorder(json=page())
    with client_over(recorder) as client, pytest.raises(ValueError, match=words):
        call_log.page(client, **{"from_": FROM, "to": FROM} | wrong)
    assert recorder.asked == []


@pytest.mark.parametrize("generation", Generation)
def test_by_get_the_code_is_in_no_address(generation):
    recorder = Recorder(json=page())
    with client_over(recorder) as client:
        call_log.page(client, from_=FROM, to=FROM, by_get=True, generation=generation)
    (request,) = recorder.asked
    assert request.method == "GET"
    assert ASKING_CODE not in str(request.url)
    assert request.headers["authorization"] == f"Bearer {ASKING_CODE}"


OLD_PAGE = {"from_": FROM, "to": FROM, "generation": Generation.OLD, "format": call_log.Format.HTML}


def table(body, status=200):
    with client_over(Recorder(content=body, status=status, headers={"Content-Type": "text/html"})) as client:
        return call_log.page(client, **OLD_PAGE)


def test_the_older_version_may_answer_with_a_table():
    body = "<html><body><table>\n<tr><th>CallID</th><th>Date</th><th>QueueName</th></tr>\n"
    body += (
        "<tr><td>20260715143008x</td><td>2026-07-15T11:30:10Z</td><td>a &amp; <b>b</b></td></tr></table></body></html>"
    )
    found = table(body.encode())
    assert found.rows == ({"CallID": "20260715143008x", "Date": "2026-07-15T11:30:10Z", "QueueName": "a & b"},)
    assert (found.total_hits, found.return_hits, found.complete) == (1, 1, True)
    assert call_log.outline(found.rows[0], received_at=FROM).call_id == "20260715143008x"
    for cut in range(body.index("<table>"), body.index("</table>"), 9):
        with pytest.raises(Garbled):
            table(body[:cut].encode())


def test_a_table_and_json_are_told_apart():
    with pytest.raises(errors.NotAuthorised):
        table(json.dumps({"ERROR_NUMBER": 2, "ERROR_DESCRIPTION": "Authorization failed."}).encode(), 403)
    with pytest.raises(Garbled, match="JSON where"):
        table(json.dumps(page()).encode())
    for body, status in (
        (b"<html>Welcome</html>", 200),
        (b"<table></table>", 200),
        (b"<table></table>", 502),
        (b"", 200),
    ):
        with pytest.raises(Garbled):
            table(body, status)
    with pytest.raises(Garbled, match="web page"):
        read(b"<table><tr><th>CallID</th></tr></table>")
    with pytest.raises(Garbled, match="different length"):
        table(b"<table><tr><th>A</th><th>B</th></tr><tr><td>1</td></tr></table>")
