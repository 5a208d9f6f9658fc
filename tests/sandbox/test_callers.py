"""Callers who walk an IVR by asking: a console that is scripted, and answers that leave them in silence."""

import json

import httpx
import pytest

from tests.sandbox.conftest import still
from voicenter_console.sandbox.callers import Callers
from voicenter_console.voicenter import actions, ivr
from voicenter_console.voicenter.actions import Language
from voicenter_console.voicenter.fields import ivr_path
from voicenter_console.voicenter.ivr import ActionRequest, HangUp, LayerRequest
from voicenter_console.voicenter.wire import MEDIA_TYPE, decode, encode_answer

MAIN = actions.Menu(prompt="welcome", menu="main", size=1)


class Console:
    """Answers by (menu, keys) or (layer, keys), and keeps what it was asked."""

    def __init__(self, script):
        self.script, self.asked, self.ended = script, [], []

    def __call__(self, request):
        message = decode(request.content, request.headers["content-type"])
        said = ivr.read(message, received_at=self.now())
        match said:
            case HangUp():
                self.ended.append(said)
                answer = actions.hang_up_answer()
            case ActionRequest():
                self.asked.append((said.menu, said.previous_menu, said.keys))
                answer = actions.answer(self.script[said.menu, said.keys], Language.HEBREW, message.format)
            case LayerRequest():
                self.asked.append((said.layer, said.keys))
                answer = actions.layer_answer(self.script[said.keys], Language.HEBREW)
        body = encode_answer(message.format, answer)
        return httpx.Response(200, content=body, headers={"Content-Type": MEDIA_TYPE[message.format]})


@pytest.fixture
def walking():
    """Makes callers of a cloud that stands still, who ask `answers`."""

    def walking(answers):
        cloud = still()
        answers.now = cloud.now
        client = httpx.Client(transport=httpx.MockTransport(answers))
        cloud.callers = Callers(
            cloud, {"external": "http://console/ivr/", "layer": "http://console/layer/"}, client=client
        )
        return cloud

    return walking


@pytest.mark.parametrize("format", ["json", "xml"])
def test_a_caller_presses_keys_and_ends_where_the_console_says(walking, format):
    sales = actions.Menu(prompt="sales", menu="sales", size=1)
    console = Console({
        ("-1", ""): MAIN, ("main", "2"): sales, ("sales", "0"): actions.GoToLayer(layer=21),
    })  # fmt: skip
    cloud = walking(console)
    walk = cloud.callers.walk("external", ["2", "0"], format)

    assert console.asked == [("-1", "-1", ""), ("main", "-1", "2"), ("sales", "main", "0")]
    assert [answered for _, _, answered in walk.steps] == ["MENU", "MENU", "VO"]
    assert walk.leg.queue.name == "Sales"
    assert not walk.silent

    assert cloud.callers.hang_up_due() == 0  # the call lasts as long as it would
    cloud.advance(600)
    assert cloud.callers.hang_up_due() == 1
    (ended,) = console.ended
    assert (ended.call_id, ended.status) == (walk.call_id, walk.leg.status)
    assert ended.called_at == walk.leg.started
    assert ended.total_seconds == (walk.leg.ended - walk.leg.started).total_seconds()

    (leg,) = [leg for leg in cloud.ended_legs(cloud.started) if leg.call_id == walk.call_id]
    said = cloud.notification(leg)
    steps, _ = ivr_path(said["IVR"])
    assert [(step.layer_name, step.dtmf) for step in steps][:2] == [("main", "2"), ("sales", "0")]
    assert steps[-1].layer_number == 21
    assert said["queuename"] == "Sales"


@pytest.mark.parametrize(
    ("action", "target", "status"),
    [
        (actions.Call(target="0545550118", show="035550142"), "ANSWER", "ANSWER"),
        (actions.Call(target="0545550118", show="035550142"), "BUSY", "BUSY"),
        (actions.HangUp(prompt="goodbye"), "", "TE"),
        (actions.Record(prompt="beep", longest=60), "", "TE"),
    ],
)
def test_each_action_ends_as_it_would(walking, action, target, status):
    cloud = walking(Console({("-1", ""): action}))
    assert cloud.callers.walk("external", [], "json", target).status == status


def test_a_call_that_fails_goes_on_at_the_menu_it_names(walking):
    console = Console({
        ("-1", ""): actions.Call(target="0545550118", show="035550142", next_menu="busy"),
        ("busy", ""): actions.HangUp(),
    })  # fmt: skip
    walk = walking(console).callers.walk("external", [], "json", "NOANSWER")
    assert [answered for _, _, answered in walk.steps] == ["CALL", "HANGUP"]


def test_nobody_walks_for_ever(walking):
    console = Console({("-1", ""): MAIN, ("main", ""): MAIN})
    assert len(walking(console).callers.walk("external", [], "json").steps) == 30


@pytest.mark.parametrize(
    ("action", "layer"),
    [
        (actions.NextLayer(layer=20, custom={"crm_id": "7"}), 20),
        (actions.Say(parts=(("digits", "42"),), layer=22, failed_layer=1), 22),
        (actions.Dial(targets=("YoRBdfYy",), show="035550142", unavailable_layer=23), 23),
        (actions.Failed(), 20),
    ],
)
def test_the_layer_dialect(walking, action, layer):
    cloud = walking(Console({"2": action}))
    walk = cloud.callers.walk("layer", ["2"], "json", "NOANSWER")
    assert walk.leg.path[-1].number == layer
    if isinstance(action, actions.NextLayer):
        assert cloud.notification(walk.leg)["crm_id"] == "7"


@pytest.mark.parametrize(
    ("status", "body", "wrong"),
    [
        (500, b"", "HTTP 500"),
        (200, b"", "an empty body"),
        (200, b'{"STATUS": 0}', "STATUS"),
        (200, b'{"STATUS": 0, "LANGUAGE": "HE", "ACTION": " SAYDIGITS ", "DATA": {}}', "SAYDIGITS"),
        (200, b'{"STATUS": 0, "LANGUAGE": "HE", "ACTION": "VO", "DATA": {"LAYER": "31"}}', "LAYER"),
    ],
)
def test_an_answer_that_breaks_the_tables_is_silence(walking, status, body, wrong):
    class Broken(Console):
        def __call__(self, request):
            return httpx.Response(status, content=body)

    walk = walking(Broken({})).callers.walk("external", [], "json")
    assert wrong in walk.silent
    assert walk.status == "VOEND"


def test_the_control_door_starts_one_and_tells_of_all(walking):
    from voicenter_console.sandbox.http import application

    cloud = walking(Console({("-1", ""): actions.HangUp()}))
    with httpx.Client(transport=httpx.WSGITransport(app=application(cloud)), base_url="http://cloud") as door:
        assert door.post("/sandbox/walk", json={"dialect": "external", "format": "xml"}).status_code == 200
        assert door.post("/sandbox/walk", json={"dialect": "morse"}).status_code == 400
        (walk,) = door.get("/sandbox/walks").json()["walks"]
        assert json.dumps(walk["steps"]) == '[["-1", "", "HANGUP"]]'
        cloud.callers = None
        assert door.post("/sandbox/walk", json={}).status_code == 400
