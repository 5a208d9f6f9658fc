"""Click to call: every documented parameter, its answers, what is never repeated (PROTOCOL S1)."""

import json
from urllib.parse import parse_qsl

import pytest

from voicenter_console.voicenter import click2call, errors
from voicenter_console.voicenter.click2call import Accepted
from voicenter_console.voicenter.errors import Garbled, Refused, Unreachable

from .asking import CASES, Recorder, answer_of, client_over
from .cloud import CUT, Cloud, http
from .documents import example
from .test_client import CODE, client_of

OK = {"ERRORCODE": 0, "ERRORMESSAGE": "OK", "CALLID": "202603151045010123a1b2c3d4e5f607"}
BASE = {"code": CODE, "format": "JSON"}


def sent(action, **options):
    with Cloud(http(OK)) as cloud, client_of(cloud.url) as client:
        assert action(client, **options) == Accepted(OK["CALLID"])
        (asked,) = cloud.asked
    assert asked.line == "POST /ForwardDialer/click2call.aspx HTTP/1.1"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    return asked.form


def test_call_sends_the_defaults_of_its_table():
    assert sent(click2call.call, phone="Ab3dE6gH", target="054-555-0118", request_id="r1") == BASE | {
        "action": "call",
        "phone": "Ab3dE6gH",
        "target": "0545550118",
        "record": "false",
        "phonemaxdialtime": "60",
        "targetmaxdialtime": "60",
        "maxduration": "7200",
        "phoneautoanswer": "false",
        "targetautoanswer": "false",
        "var_request": "r1",
    }


def test_call_sends_every_parameter_of_its_table():
    assert sent(
        click2call.call,
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
    ) == BASE | {
        "action": "call",
        "phone": "logincode",
        "phonelogincode": "10007",
        "target": "972545550118",
        "record": "true",
        "phonecallerid": "0720000000",
        "phonecallername": "Desk",
        "targetcallerid": "0720000001",
        "targetcallername": "דנה",
        "phonemaxdialtime": "20",
        "targetmaxdialtime": "25",
        "maxduration": "600",
        "phoneautoanswer": "true",
        "targetautoanswer": "true",
        "checkphonedevicestate": "true",
        "checktargetdevicestate": "false",
        "language": "he",
        "vm_id": "5",
        "var_lead": "L-17",
        "var_b": "2",
        "var_request": "r1",
    }


def test_message_sends_every_parameter_of_its_table():
    assert sent(click2call.message, phone="0545550118") == BASE | {
        "action": "message",
        "phone": "0545550118",
        "phonemaxdialtime": "30",
        "maxduration": "30",
        "phoneautoanswer": "false",
    }
    full = sent(
        click2call.message,
        phone="0545550118",
        request_id="r1",
        before="hello",
        digits="0042",
        after_number="thanks",
        after="bye",
        record=True,
        target_caller_id="0720000001",
        target_caller_name="Desk",
    )
    assert full == BASE | {
        "action": "message",
        "phone": "0545550118",
        "pre_rec": "hello",
        "dtmf": "0042",
        "loop_rec": "thanks",
        "post_rec": "bye",
        "record": "true",
        "targetcallerid": "0720000001",
        "targetcallername": "Desk",
        "phonemaxdialtime": "30",
        "maxduration": "30",
        "phoneautoanswer": "false",
        "var_request": "r1",
    }


def test_callference_sends_every_parameter_of_its_table():
    assert sent(click2call.callference, phone="0545550118", entry_code="77", target_caller_id="0720000001") == BASE | {
        "action": "callference",
        "phone": "0545550118",
        "bbbcode": "77",
        "targetcallerid": "0720000001",
        "phonemaxdialtime": "30",
        "maxduration": "30",
        "phoneautoanswer": "false",
    }


def test_terminate_sends_the_extension_alone_and_gets_no_call_id():
    assert sent(click2call.terminate, phone="Ab3dE6gH") == BASE | {"action": "terminate", "phone": "Ab3dE6gH"}
    assert answered(http(OK | {"CALLID": ""}), click2call.terminate) == Accepted("")


def test_ten_variables_with_ours_and_no_more():
    nine = {f"n{number}": "x" for number in range(9)}
    form = sent(click2call.call, phone="Ab3dE6gH", target="0545550118", request_id="r1", variables=nine)
    assert len([name for name in form if name.startswith("var_")]) == click2call.MOST_VARIABLES
    with client_of("https://relay.example") as client:
        for wrong in (nine | {"tenth": "x"}, {"no name": "x"}, {"var_": "x"}):
            with pytest.raises(ValueError, match="variable"):
                click2call.call(client, phone="Ab3dE6gH", target="0545550118", request_id="r1", variables=wrong)


@pytest.mark.parametrize("target", ["", "+", "05455501i8;", "x" * 50, "٠٥٤٥٥٥٠١١٨"])
def test_what_no_phone_could_dial_is_never_asked(target):
    with client_of("https://relay.example") as client, pytest.raises(ValueError, match="neither"):
        click2call.call(client, phone="Ab3dE6gH", target=target, request_id="r1")


def answered(answer, action=None):
    with Cloud(answer, http(OK)) as cloud, client_of(cloud.url) as client:
        try:
            if action:
                return action(client, phone="Ab3dE6gH")
            return click2call.call(client, phone="Ab3dE6gH", target="0545550118", request_id="r1")
        finally:
            assert len(cloud.asked) == 1


@pytest.mark.fault("F-45")
@pytest.mark.parametrize("number", [3, "3", " 3 ", 3.0])
@pytest.mark.parametrize("name", ["ERRORCODE", "ErrorCode", "errorcode "])
def test_f45_the_error_code_in_any_form(number, name):
    with pytest.raises(errors.Offline) as caught:
        answered(http({name: number, "ERRORMESSAGE": "offline", "CALLID": ""}))
    assert (caught.value.code, caught.value.words) == (3, "offline")


@pytest.mark.fault("F-45")
def test_f45_the_document_s_answers():
    with pytest.raises(errors.BadRequest) as caught:
        answered(http(example("click2call-answer.printed.xml"), content_type="text/html"))
    assert caught.value.words == "Phone is missing"
    assert answered(http(example("click2call-answer.printed.json"))).call_id == "sdfsdfsdfsdfsdfsdfsdfsdfsdf0brp"


@pytest.mark.parametrize(
    ("number", "kind"),
    [(1, errors.BadRequest), (2, errors.ApplicationError), (4, errors.Blocked), (9, Refused)],
)
def test_each_refusal_is_its_own(number, kind):
    with pytest.raises(kind) as caught:
        answered(http({"ERRORCODE": number, "ERRORMESSAGE": f"no, {CODE}", "CALLID": ""}))
    assert type(caught.value) is kind
    assert CODE not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        http(b"<html>502</html>", 502, "text/html"),
        http(b""),
        http({}),
        http({"ERRORCODE": -2}),
        http({"ERRORCODE": 0, "ERRORMESSAGE": "OK", "CALLID": ""}),
    ],
)
def test_an_answer_that_leaves_it_open_is_garbled_and_not_asked_again(answer):
    with pytest.raises(Garbled):
        answered(answer)


def test_a_lost_answer_is_told_and_never_asked_again():
    with pytest.raises(Unreachable) as caught:
        answered(CUT)
    assert caught.value.sent


@pytest.mark.parametrize(
    "name", ["click2call.call", "click2call.message", "click2call.callference", "click2call.terminate"]
)
def test_every_parameter_of_the_document_s_tables_is_sent_and_no_other(name):
    table = json.loads(example("click2call-parameters.json"))[name.rpartition(".")[2]]
    recorder = Recorder(json=answer_of(name))
    with client_over(recorder) as client:
        CASES[f"{name}.full" if f"{name}.full" in CASES else name][0](client)
    sent = {key for key, _ in parse_qsl(recorder.asked[0].content.decode())}
    own = {key for key in sent if key.startswith("var_")}
    assert sent - own | {"format"} == {key.lower() for key in table if key != "var_*"} | {"format"}
    assert own or "var_*" not in table


ONE = {"phone": "Ab3dE6gH", "target": "0545550118", "request_id": "r1"}


@pytest.mark.parametrize(
    ("action", "wrong"),
    [
        (click2call.call, {"phone": "logincode"}),
        (click2call.call, {"phone_login_code": "10007"}),
        (click2call.call, {"phone": "logincode", "phone_login_code": "so what"}),
        (click2call.call, {"phone_caller_id": "my phone"}),
        (click2call.call, {"target_caller_name": "two\nlines"}),
        (click2call.call, {"target_caller_name": "x" * 81}),
        (click2call.call, {"phone_max_dial_seconds": 0}),
        (click2call.call, {"max_seconds": 86_401}),
        (click2call.call, {"language": "Hebrew"}),
        (click2call.call, {"voicemail_id": "a b"}),
        (click2call.message, {"before": "hello.wav"}),
        (click2call.message, {"after": "../hello"}),
        (click2call.message, {"digits": "12a"}),
        (click2call.callference, {"entry_code": "a b"}),
    ],
)
def test_what_the_tables_do_not_allow_is_never_sent(action, wrong):
    options = ONE if action is click2call.call else {"phone": "0545550118"}
    recorder = Recorder(json=OK)
    with client_over(recorder) as client, pytest.raises(ValueError, match=r"."):
        action(client, **options | wrong)
    assert recorder.asked == []


def test_a_caller_id_may_be_hidden():
    assert sent(click2call.call, **ONE, target_caller_id="Anonymous")["targetcallerid"] == "Anonymous"
