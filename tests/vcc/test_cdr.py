"""VCC Live's records by uuid, as a server that counts the questions answers them (PROTOCOL S14, traps 119 to 128)."""

import base64
import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from voicenter_console.vcc_live import cdr, errors
from voicenter_console.vcc_live.client import VccClient

FIXTURES = Path(__file__).parent.parent / "fixtures" / "vcc"
UUID = "85955f2e-049f-4a41-9145-f513abf50c7b"
BUDAPEST = ZoneInfo("Europe/Budapest")
REPAIRED = (FIXTURES / "answer.repaired.json").read_bytes()


class Server:
    """Answers by path: (status, body), 404 elsewhere."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []

    def __call__(self, request):
        self.asked.append(request)
        status, body = self.answers.get(request.url.path, (404, b""))
        return httpx.Response(status, content=body, headers={"Content-Type": "text/plain"})

    @property
    def paths(self):
        return [request.url.path for request in self.asked]


@pytest.fixture
def ask():
    def ask(answers, uuid=UUID, day=date(2014, 1, 7)):
        server = Server(answers)
        with VccClient(customer="kinneret", token="secret", transport=httpx.MockTransport(server)) as client:
            try:
                return cdr.by_uuid(client, uuid, day), server
            except errors.VccError as error:
                return error, server

    return ask


def test_the_documents_example_repaired(ask):
    found, server = ask({f"/v2/cdr/2014/01/{UUID}": (200, REPAIRED)})

    (request,) = server.asked
    assert str(request.url) == f"https://kinneret.asp.virtual-call-center.eu/v2/cdr/2014/01/{UUID}"
    assert request.headers["Authorization"] == "Basic " + base64.b64encode(b"kinneret:secret").decode()
    call = cdr.read(found.call, BUDAPEST)
    assert (call.uuid, call.direction, call.started_at) == (UUID, "out", datetime(2014, 1, 7, 13, 19, 30, tzinfo=UTC))
    assert (call.source, call.destination) == ("3615100304", "360100")
    assert (call.talk_seconds, call.ring_seconds, call.queue_seconds, call.queue_id, call.user_id) == (6, 8, 0, 8, "5")
    assert call.custom == {"egyedimezo": "egyedimezo-ertek"}
    assert call.answered
    assert found.body == REPAIRED


def test_the_documents_example_as_printed_is_no_answer(ask):
    error, _ = ask({f"/v2/cdr/2014/01/{UUID}": (200, (FIXTURES / "answer.printed.json").read_bytes())})
    assert isinstance(error, errors.Garbled)


def test_an_answer_about_another_call_is_refused(ask):
    other = "bbf5825e-85de-4ec1-8625-e6eaf5c96b1e"
    error, _ = ask({f"/v2/cdr/2014/01/{other}": (200, REPAIRED)}, uuid=other)
    assert isinstance(error, errors.WrongCall)


@pytest.mark.parametrize(
    ("day", "months"),
    [
        (date(2026, 7, 15), ["2026/07"]),
        (date(2026, 7, 1), ["2026/07", "2026/06"]),
        (date(2026, 7, 31), ["2026/07", "2026/08"]),
        (date(2026, 12, 31), ["2026/12", "2027/01"]),
        (date(2026, 1, 1), ["2026/01", "2025/12"]),
    ],
)
def test_the_neighbouring_month_on_the_first_and_the_last_day(ask, day, months):
    error, server = ask({}, day=day)
    assert isinstance(error, errors.NotYet)
    assert server.paths == [f"/v2/cdr/{month}/{UUID}" for month in months]


@pytest.mark.parametrize("body", [b'{"response": [], "errors": []}', b'{"response": {}, "errors": []}',
                                  b'{"response": null, "errors": []}'])  # fmt: skip
def test_an_empty_answer_is_not_yet(ask, body):
    error, _ = ask({f"/v2/cdr/2014/01/{UUID}": (200, body)})
    assert isinstance(error, errors.NotYet)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"", errors.NotAuthorised),
        (403, b"", errors.NotAuthorised),
        (500, b"", errors.Refused),
        (302, b"", errors.Refused),
        (200, b"<html>Welcome</html>", errors.Garbled),
        (200, b"", errors.Garbled),
        (200, b"[" * 100_000, errors.Garbled),
        (200, b'{"response": {"uuid": NaN}}', errors.Garbled),
        (200, b'{"cdr": []}', errors.Garbled),
        (200, b'{"response": [], "errors": ["No such month"]}', errors.Refused),
    ],
)
def test_each_trouble_has_its_name_and_holds_no_token(ask, status, body, kind):
    error, _ = ask({f"/v2/cdr/2014/01/{UUID}": (status, body)})
    assert type(error) is kind
    assert "secret" not in str(error)


def test_a_list_of_one_is_the_call(ask):
    body = json.dumps({"response": [json.loads(REPAIRED)["response"]], "errors": []}).encode()
    found, _ = ask({f"/v2/cdr/2014/01/{UUID}": (200, body)})
    assert found.call["uuid"] == UUID


def test_a_server_that_never_ends_or_never_answers_is_unreachable(ask):
    error, _ = ask({f"/v2/cdr/2014/01/{UUID}": (200, b" " * (2 << 20))})
    assert isinstance(error, errors.Unreachable)


def test_the_practice_example():
    """Both spellings, the system's own calls, and times that are none."""
    said = {
        "uuid": UUID, "direction": "inbound", "userid": -1, "dc": 16, "start_ts": "2026-07-01 00:00:05",
        "start_ts_utc": "0000-00-00 00:00:00", "talktime": 0, "queueid": 0, "next_contact": "0000-00-00 00:00:00",
        "recordCustomFielData": [],
    }  # fmt: skip
    call = cdr.read(said, BUDAPEST)
    assert call.started_at == datetime(2026, 6, 30, 22, 0, 5, tzinfo=UTC)
    assert (call.direction, call.user_id, call.queue_id, call.custom, call.answered) == ("in", "", None, {}, False)
    assert cdr.read(said | {"recordCustomFielData": {"f": "v"}}, BUDAPEST).custom == {"f": "v"}
    assert cdr.read(said | {"start_ts": "0000-00-00 00:00:00"}, BUDAPEST).started_at is None


@pytest.mark.parametrize("said", [{}, {"uuid": ""}, {"uuid": ["x"]}, {"uuid": "x" * 65}, {"uuid": True}])
def test_without_a_uuid_it_is_nobodys(said):
    with pytest.raises(errors.Garbled):
        cdr.read(said, BUDAPEST)


@pytest.mark.parametrize("value", [10**400, 1.5, "-1", "1e9", None, [], "٥", 2**31])
def test_absurd_figures_are_none(value):
    assert cdr.read({"uuid": UUID, "talktime": value}, BUDAPEST).talk_seconds is None


def test_what_no_database_takes_is_replaced():
    body = rb'{"response": {"uuid": "a\u0000b", "source": "\ud800"}, "errors": []}'
    assert cdr.response_of(body) == {"uuid": "a\ufffdb", "source": "\ufffd"}


@pytest.mark.parametrize("customer", ["", "a/b", "a.b", "user@host", "x:y"])
def test_a_customer_that_is_no_host_name_is_refused(customer):
    with pytest.raises(ValueError, match="customer"):
        VccClient(customer=customer, token="t")


def test_a_secret_never_goes_out_in_the_clear():
    with pytest.raises(ValueError, match="not https"):
        VccClient(customer="kinneret", token="t", base_url="http://vcc.example")
