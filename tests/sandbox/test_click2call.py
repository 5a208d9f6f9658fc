"""The Click2Call door: four actions, two request forms, two answers, four errors."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest

from voicenter_console.sandbox.cloud import Script
from voicenter_console.sandbox.legs import Kind

DOOR = "/ForwardDialer/click2call.aspx"
TARGET = "0545550118"


@pytest.fixture
def agent(cloud):
    return cloud.centre.agents[0]


@pytest.fixture
def ask(client, cloud, agent):
    def ask(**asked):
        asked = {
            "code": cloud.code,
            "phone": agent.extension.sip,
            "target": TARGET,
            "action": "call",
            "format": "JSON",
        } | asked
        return client.post(DOOR, data={name: value for name, value in asked.items() if value is not None})

    return ask


def legs_of(cloud, call_id) -> list:
    return [leg for leg in cloud.ended_legs() if leg.call_id == call_id]


def test_a_call_becomes_two_legs_that_carry_its_variables(ask, cloud, agent):
    cloud.scripts.append(Script("ANSWER", "ANSWER", talk=100))
    said = ask(var_request="r-1", record="true", targetcallerid="0775550100").json()
    assert (said["ERRORCODE"], said["ERRORMESSAGE"]) == (0, "OK")
    assert legs_of(cloud, said["CALLID"]) == []
    assert {leg.kind for leg in cloud.running_legs() if leg.call_id == said["CALLID"]} <= {Kind.CLICK_LEG1}
    cloud.advance(200)
    first, second = sorted(legs_of(cloud, said["CALLID"]), key=lambda leg: leg.kind)
    assert (first.kind, second.kind) == (Kind.CLICK_LEG1, Kind.CLICK_LEG2)
    assert (second.status, second.leg1, second.talk, second.recorded) == ("ANSWER", "ANSWER", 100, True)
    assert second.target == "972545550118"
    assert first.target_extension is second.caller_extension is agent.extension
    for leg in (first, second):
        assert cloud.notification(leg)["var_request"] == "r-1"
        assert cloud.call_log_row(leg)["CustomData"] == {"var_request": "r-1"}
    dial = cloud.dials[0]
    assert (dial.call_id, dial.target, dial.variables) == (said["CALLID"], TARGET, {"var_request": "r-1"})


@pytest.mark.parametrize(("leg1", "leg2", "status"), [("NOANSWER", "", "NOTCALLED"), ("ANSWER", "BUSY", "BUSY")])
def test_a_call_that_fails(ask, cloud, leg1, leg2, status):
    cloud.scripts.append(Script(leg1, leg2))
    call_id = ask().json()["CALLID"]
    cloud.advance(120)
    for leg in legs_of(cloud, call_id):
        assert (leg.leg1, leg.status) == (leg1, status)
    assert len(legs_of(cloud, call_id)) == 2


def test_by_get_and_in_xml_by_default(client, cloud, agent):
    asked = {"code": cloud.code, "phone": agent.extension.number, "target": TARGET}
    answer = client.get("/forwardDialer/click2call.aspx", params=asked)
    members = members_of(answer.text)
    assert members["ERRORCODE"] == "0"
    assert len(members["CALLID"]) == 32
    members = members_of(client.get(DOOR, params={"code": cloud.code, "action": "call"}).text)
    assert members == {"ERRORCODE": "1", "ERRORMESSAGE": "Phone is missing", "CALLID": ""}


def members_of(xml: str) -> dict:
    struct = ElementTree.fromstring(xml).find("./params/param/value/struct")
    return {member.findtext("name"): member.findtext("./value/string") for member in struct}


def test_a_plain_phone_may_ring_first_and_an_extension_second(ask, cloud, agent):
    cloud.scripts.append(Script("ANSWER", "ANSWER", talk=10))
    call_id = ask(phone="0525550123", target=agent.extension.number).json()["CALLID"]
    cloud.advance(120)
    first, second = sorted(legs_of(cloud, call_id), key=lambda leg: leg.kind)
    assert (first.target, first.agent) == ("0525550123", None)
    assert (second.target, second.target_extension, second.price) == (agent.extension.sip, agent.extension, 0)


def test_the_longest_duration_holds(ask, cloud):
    cloud.scripts.append(Script("ANSWER", "ANSWER", talk=500))
    call_id = ask(maxduration="60").json()["CALLID"]
    cloud.advance(120)
    assert [leg.talk for leg in legs_of(cloud, call_id) if leg.kind is Kind.CLICK_LEG2] == [60]


def test_terminate_hangs_up_a_talk(ask, cloud, agent):
    cloud.scripts.append(Script("ANSWER", "ANSWER", talk=900))
    call_id = ask().json()["CALLID"]
    cloud.advance(120)
    assert ask(action="terminate", target=None).json() == {"ERRORCODE": 0, "ERRORMESSAGE": "OK", "CALLID": ""}
    legs = legs_of(cloud, call_id)
    assert {leg.ended for leg in legs} == {cloud.now()}
    assert all(leg.status == "ANSWER" and 60 < leg.talk <= 120 for leg in legs)
    assert max(leg.price for leg in legs) == 24
    assert not [leg for leg in cloud.running_legs() if agent.extension.sip in leg.extensions()]


def test_terminate_while_the_agents_phone_rings(ask, cloud):
    cloud.scripts.append(Script("NOANSWER"))
    call_id = ask().json()["CALLID"]
    cloud.advance(3)
    ask(action="terminate")
    assert {(leg.kind, leg.leg1, leg.status) for leg in legs_of(cloud, call_id)} == {
        (Kind.CLICK_LEG1, "CANCEL", "NOTCALLED"),
        (Kind.CLICK_LEG2, "CANCEL", "NOTCALLED"),
    }


@pytest.mark.parametrize(("action", "kind"), [("message", Kind.CLICK_LEG1), ("callference", Kind.CONFERENCE)])
def test_message_and_conference_ring_one_phone(ask, cloud, action, kind):
    call_id = ask(action=action, target=None, pre_rec="welcome", maxduration="20").json()["CALLID"]
    cloud.advance(60)
    (leg,) = legs_of(cloud, call_id)
    assert (leg.kind, leg.status) == (kind, "ANSWER")
    assert leg.talk <= 20


@pytest.mark.parametrize(
    "asked",
    [
        {"phone": None},
        {"phone": "nobody!"},
        {"target": None},
        {"target": "+972545550118"},
        {"target": "call me"},
        {"action": "sing"},
        {"maxduration": "long"},
        {f"var_{n}": "x" for n in range(11)},
    ],
)
def test_error_1_invalid_parameters(ask, cloud, asked):
    said = ask(**asked).json()
    assert (said["ERRORCODE"], said["CALLID"]) == (1, "")
    assert said["ERRORMESSAGE"]
    assert cloud.dials == []


def test_ten_variables_are_allowed(ask):
    assert ask(**{f"var_{n}": "x" for n in range(10)}).json()["ERRORCODE"] == 0


def test_errors_2_3_and_4(ask, cloud, agent):
    assert ask(code="wrong").json()["ERRORCODE"] == 2
    assert ask(action="terminate").json()["ERRORCODE"] in (0, 2)
    cloud.terminate(agent.extension.sip)
    assert ask(action="terminate").json()["ERRORCODE"] == 2
    cloud.centre.offline.add(agent.extension.sip)
    assert ask().json()["ERRORCODE"] == 3
    assert ask(phone="logincode", phonelogincode="00000").json()["ERRORCODE"] == 3
    cloud.centre.offline.clear()
    cloud.centre.blocked.add(agent.extension.sip)
    assert ask().json()["ERRORCODE"] == 4
    assert cloud.dials == []


def test_a_login_code_finds_the_extension(ask, cloud, agent):
    call_id = ask(phone="logincode", phonelogincode=agent.code).json()["CALLID"]
    assert cloud.dials[0].phone == agent.extension.sip
    assert call_id == cloud.dials[0].call_id


def test_a_cut_answer_has_rung_all_the_same(ask, cloud):
    cloud.faults.change(cut=5, doors=["click2call"])
    assert len(ask().content) == 5
    assert len(cloud.dials) == 1
    cloud.faults.change(down=True)
    assert ask().status_code == 503
    assert len(cloud.dials) == 1


def test_the_placed_call_shows_in_the_pull(ask, client, cloud):
    call_id = ask().json()["CALLID"]
    cloud.advance(4000)
    window = {"fromdate": (cloud.now() - timedelta(hours=2)).isoformat(), "todate": cloud.now().isoformat()}
    rows = client.post("/hub/cdr", json={"code": cloud.code, "search": window | {"callID": call_id}}).json()["CDR_LIST"]
    assert [row["cdrtype"] for row in rows] == [9, 10]
