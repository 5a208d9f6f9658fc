"""Every function of the library that asks Voicenter something: how a test asks it, and an answer that succeeds."""

import importlib
import inspect
import pkgutil
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx

import voicenter_console.voicenter as library
from voicenter_console.voicenter import agents, call_log, click2call, monitor, realtime
from voicenter_console.voicenter.call_search import Generation
from voicenter_console.voicenter.client import VoicenterClient
from voicenter_console.voicenter.realtime import Login, Ticket, Way

from . import dialing

CODE = "TESTCODE"
CALL_ID = "202607151430080123b7c6d5e4f30211"
OLD = {"generation": Generation.OLD}
BEGIN = datetime(2026, 7, 15, 14, tzinfo=ZoneInfo("Asia/Jerusalem"))

# name: (how it is asked, an answer that succeeds). A name after the point says which way of asking it is.
CASES = {
    **dialing.CASES,
    "monitor.extensions_calls": (
        monitor.extensions_calls,
        {
            "ERR": 0,
            "DESC": "OK",
            "EXTENSIONS": [
                {
                    "name": "Desk 1",
                    "representative": "דנה",
                    "peerstatus": "Reachable",
                    "username": "Ab3dE6gH",
                    "onlineUserID": 10007,
                    "onlineUserStatus": 1,
                    "calls": [
                        {
                            "callername": "x",
                            "callerphone": "0500000001",
                            "callstarted": 1784125805,
                            "callanswered": 1784125810,
                            "answered": 1,
                            "callstatus": "Talking",
                            "ivrid": CALL_ID,
                            "direction": "Incoming",
                            "did": "0720000000",
                        }
                    ],
                }
            ],
        },
    ),
    "monitor.queues_callers": (
        monitor.queues_callers,
        {
            "ERR": 0,
            "DESC": "OK",
            "QUEUES": [
                {
                    "Name": "מכירות",
                    "ID": 100200,
                    "Callers": [{"Phone": "0500000004", "CallID": CALL_ID, "JoinTime": 1784125809, "Duration": 20}],
                }
            ],
        },
    ),
    "monitor.extensions": (
        monitor.extensions,
        {
            "ERR": 0,
            "DESC": "OK",
            "EXTENSIONS": [
                {"SIP": "Ab3dE6gH", "Name": "Desk 1", "SpeedDial": "301", "AccountID": 555001, "AccountName": "Service"}
            ],
        },
    ),
    "monitor.extensions.own": (lambda client: monitor.extensions(client, show_all=False), None),
    "agents.set_status": (
        lambda client: agents.set_status(client, user_id="10007", status=agents.LOGIN, extension="Ab3dE6gH"),
        {"Status": 1, "StatusError": 1, "StatusErroMessage": "OK"},
    ),
    "agents.statuses": (agents.statuses, {"Statuses": [{"Name": "Lunch", "ID": 3, "Color": "#f00"}]}),
    "call_log.page": (
        lambda client: read_of(call_log.page(client, from_=BEGIN, to=BEGIN + timedelta(hours=1))),
        {
            "ERROR_NUMBER": 0,
            "ERROR_DESCRIPTION": "OK",
            "STATUS_CODE": 200,
            "TOTAL_HITS": 1,
            "RETURN_HITS": 1,
            "CDR_LIST": [{"CallID": CALL_ID, "Date": "2026-07-15T11:30:10Z", "Type": "Queue", "CdrType": 8}],
        },
    ),
    "call_log.page.full": (
        lambda client: read_of(
            call_log.page(
                client,
                from_=BEGIN,
                to=BEGIN + timedelta(hours=1),
                phones=["050-123-4567", "+972722776772"],
                extensions=["SipSip"],
                types=[9, 1, 8],
                campaigns=[81],
                queues=[100200],
                call_id=CALL_ID,
                identity="Hierarchical",
                fields=["CallID", "Date", "Duration"],
                sort=[("date", "desc"), ("Duration", "asc")],
            )
        ),
        None,
    ),
    "call_log.page.bearer": (
        lambda client: read_of(call_log.page(client, from_=BEGIN, to=BEGIN, bearer=True)),
        None,
    ),
    "call_log.page.user": (
        lambda client: read_of(call_log.page(client, from_=BEGIN, to=BEGIN, identity="User", user_code="10007")),
        None,
    ),
    "call_log.page.get": (
        lambda client: read_of(
            call_log.page(
                client,
                from_=BEGIN,
                to=BEGIN + timedelta(hours=1),
                by_get=True,
                phones=["972501234567", "0722776772"],
                extensions=["SipSip"],
                types=[8, 17],
                fields=["Date", "Type", "DID"],
            )
        ),
        None,
    ),
    "call_log.page.old": (
        lambda client: read_of(call_log.page(client, from_=BEGIN, to=BEGIN, phones=["97272776772"], **OLD)),
        None,
    ),
    "call_log.page.old-get": (
        lambda client: read_of(
            call_log.page(
                client,
                from_=BEGIN,
                to=BEGIN,
                by_get=True,
                phones=["972547588535", "0500000000"],
                extensions=["SipSip"],
                fields=["Date", "Type", "DID", "CallerNumber"],
                **OLD,
            )
        ),
        None,
    ),
    "click2call.call": (
        lambda client: click2call.call(client, phone="Ab3dE6gH", target="054-555-0118", request_id="r1"),
        {"ERRORCODE": 0, "ERRORMESSAGE": "OK", "CALLID": CALL_ID},
    ),
    "click2call.call.full": (
        lambda client: click2call.call(
            client,
            phone="logincode",
            phone_login_code="10007",
            target="+972 54 555 0118",
            request_id="r1",
            record=True,
            phone_caller_id="0720000000",
            phone_caller_name="Desk",
            target_caller_id="0720000001",
            target_caller_name="דנה",
            phone_max_dial_seconds=20,
            target_max_dial_seconds=25,
            max_seconds=600,
            phone_auto_answer=True,
            target_auto_answer=True,
            check_phone=True,
            check_target=False,
            language="he",
            voicemail_id="5",
            variables={"lead": "L-17", "var_b": "2"},
        ),
        None,
    ),
    "click2call.call.trunk": (
        lambda client: click2call.call(client, phone="SIPTRUNK", target="0545550118", request_id="r1"),
        None,
    ),
    "click2call.message": (
        lambda client: click2call.message(client, phone="0545550118"),
        {"ERRORCODE": 0, "ERRORMESSAGE": "OK", "CALLID": CALL_ID},
    ),
    "click2call.message.full": (
        lambda client: click2call.message(
            client,
            phone="0545550118",
            request_id="r1",
            before="hello",
            digits="0042",
            after_number="thanks",
            after="bye",
            record=True,
            target_caller_id="0720000001",
            target_caller_name="Desk",
            phone_max_dial_seconds=20,
            max_seconds=60,
            phone_auto_answer=True,
            variables={"lead": "L-17"},
        ),
        None,
    ),
    "click2call.callference": (
        lambda client: click2call.callference(client, phone="0545550118"),
        {"ERRORCODE": 0, "ERRORMESSAGE": "OK", "CALLID": CALL_ID},
    ),
    "click2call.callference.full": (
        lambda client: click2call.callference(
            client,
            phone="0545550118",
            request_id="r1",
            entry_code="77",
            target_caller_id="0720000001",
            target_caller_name="Desk",
            phone_max_dial_seconds=20,
            max_seconds=60,
            phone_auto_answer=True,
            variables={"lead": "L-17"},
        ),
        None,
    ),
    "realtime.log_in": (
        lambda client: realtime.log_in(client, Login(Way.TOKEN, "s3cret")),
        {
            "StatusCode": 200,
            "Status": "OK",
            "Data": {"Socket": {"Token": "t0ken", "RefreshToken": "n3xt", "URLList": ["https://monitor1.example"]}},
        },
    ),
    "realtime.log_in.user": (
        lambda client: realtime.log_in(client, Login(Way.USER, "s3cret", "dana@centre.example")),
        None,
    ),
    "realtime.log_in.account": (lambda client: realtime.log_in(client, Login(Way.ACCOUNT, "s3cret", "kinneret")), None),
    "realtime.log_in.elsewhere": (
        lambda client: realtime.log_in(client, Login(Way.TOKEN, "s3cret", path="/v2/login")),
        None,
    ),
    "realtime.refresh": (
        lambda client: realtime.refresh(
            client, Ticket(monitors=("https://monitor1.example",), token="t0ken", refresh_token="n3xt")
        ),
        {"StatusCode": 200, "Data": {"Socket": {"Token": "t1ken", "URLList": ["https://monitor1.example"]}}},
    ),
    "click2call.terminate": (
        lambda client: click2call.terminate(client, phone="Ab3dE6gH"),
        {"ERRORCODE": 0, "ERRORMESSAGE": "OK", "CALLID": ""},
    ),
}


def read_of(page: call_log.CallLogPage) -> tuple:
    """A page by what its rows say, as the rows themselves are kept in their spelling."""
    return [call_log.outline(row, received_at=BEGIN) for row in page.rows], page.total_hits, page.return_hits


def answer_of(name: str) -> dict:
    """The answer that succeeds, of a case or of the function it asks."""
    return CASES[name][1] or CASES[name.rpartition(".")[0]][1]


class Recorder(httpx.BaseTransport):
    """Answers every request with the same response, and keeps what was asked."""

    def __init__(self, *, content=b"", status=200, headers=None, json=None):
        self.asked: list[httpx.Request] = []
        self._response = {"status_code": status, "headers": headers, "json": json, "content": None if json else content}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        return httpx.Response(**self._response)


def client_over(transport: httpx.BaseTransport, **options) -> VoicenterClient:
    """A client with today's hosts, over that transport."""
    return VoicenterClient(account="demo", code=CODE, transport=transport, **options)


def written(request: httpx.Request) -> bytes:
    """A request as the golden files have it: its line, what its body is, its body."""
    head = f"{request.method} {request.url}\n"
    if request.content:
        head += f"Content-Type: {request.headers['content-type']}\n"
    return head.encode() + b"\n" + request.content


def client_methods() -> set[str]:
    """Everything in the library that takes a client: what we can ask of Voicenter."""
    found = set()
    for module in pkgutil.iter_modules(library.__path__):
        loaded = importlib.import_module(f"{library.__name__}.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if name.startswith("_") or function.__module__ != loaded.__name__:
                continue
            first = next(iter(inspect.signature(function).parameters.values()), None)
            if first is not None and first.annotation in (VoicenterClient, "VoicenterClient"):
                found.add(f"{module.name}.{name}")
    return found
