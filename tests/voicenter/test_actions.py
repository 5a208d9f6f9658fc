"""What a caller's switch is told: each action in each dialect and encoding, byte for byte (FAULTS F-77)."""

import json
import xmlrpc.client
from pathlib import Path

import pytest

from voicenter_console.voicenter import actions
from voicenter_console.voicenter.actions import Cause, Language
from voicenter_console.voicenter.wire import Format, encode_answer

GOLDEN = Path(__file__).parent.parent / "fixtures" / "voicenter" / "answers"
IVR = {
    "menu": actions.Menu(prompt="welcome", menu="12.main.1", size=1, loops=2, delay=3, check=True),
    "say_digits": actions.SayDigits(
        prompt="is_this_right", menu="12.read.1", size=1, digits="0545550118", before="your_number"
    ),
    "call": actions.Call(
        target="0545550118", show="035550142", name="Kinneret Home", ring=25, longest=3200, record=False,
        caller_prompt="now_calling", target_prompt="a_customer", music="quiet", after_answer="16",
        next_menu="12.busy.1", next_prompt="busy", next_loops=1, next_size=2, next_delay=1,
        dial_strings=("SIP/972545550118@provider1", "SIP/972545550118@provider2"),
    ),
    "call_short": actions.Call(target="YoRBdfYy", show="035550142"),
    "hang_up": actions.HangUp(prompt="goodbye", cause=Cause.NORMAL_CLEARING),
    "hang_up_short": actions.HangUp(cause=None),
    "go_to_layer": actions.GoToLayer(layer=31, prompt="blank", loops=1, delay=2),
    "record": actions.Record(prompt="after_the_tone", longest=120),
    "record_short": actions.Record(),
}  # fmt: skip
LAYER = {
    "next_layer": actions.NextLayer(layer=22, name="שלומי", custom={"crm_id ": "7", "note": "x" * 200}),
    "dial": actions.Dial(
        targets=("0545550118", "YoRBdfYy"), show="035550142", name="Kinneret Home", ring=30, longest=7200,
        next_layer=1, answered_layer=1, unavailable_layer=2, custom={"crm_id": "7"},
    ),
    "dial_short": actions.Dial(targets=("0545550118",), show="035550142", record=False),
    "say": actions.Say(
        parts=(("recording", "your_order"), ("digits", "007"), ("number", "42"), ("date", "2026-07-15")),
        layer=2, failed_layer=1,
    ),
    "failed": actions.Failed(),
}  # fmt: skip
TABLES = {
    "MENU": ({"REC": str, "LOOP": int, "DELAY": int, "SIZE": int, "MENU": str, "VALIDATION": int}, {}),
    "SAYDIGITS": (
        {"REC": str, "LOOP": int, "DELAY": int, "SIZE": int, "MENU": str, "VALIDATION": int, "SAYDIGITSRECORD": str,
         "DIGITS": str}, {},
    ),
    "CALL": (
        {"TARGET": str, "CALLERID": str, "CALLERNAME": str, "CALL_MAX_DIAL": int, "CALL_MAX": int, "REC_STATUS": int},
        {"CALLER_REC": str, "MOH_CLASS": str, "TARGET_REC": str, "NEXT_MENU": str, "NEXT_MENU_RECORD": str,
         "NEXT_MENU_LOOP": int, "NEXT_MENU_SIZE": int, "NEXT_MENU_WAIT": int, "DTMF_PLAY": str, "DIALSTRINGS": list},
    ),
    "HANGUP": ({}, {"HANGUP_REC": str, "HANGUP_CAUSE": int}),
    "VO": ({"LAYER": int, "RECORD": str, "LOOP": int, "DELAY": int}, {}),
    "SILENTRECORD": ({}, {"REC": str, "MAXDURATION": int}),
}  # fmt: skip
SUFFIX = {Format.JSON: "json", Format.XML: "xml"}
EVERY = [
    *((f"ivr_{name}", lambda form, one=one: actions.answer(one, Language.HEBREW, form)) for name, one in IVR.items()),
    *((f"layer_{name}", lambda _, one=one: actions.layer_answer(one, Language.HEBREW)) for name, one in LAYER.items()),
    ("hang_up_call", lambda _: actions.hang_up_answer()),
]


@pytest.mark.fault("F-77")
@pytest.mark.parametrize("form", SUFFIX)
@pytest.mark.parametrize(("name", "fields"), EVERY, ids=[name for name, _ in EVERY])
def test_each_action_is_its_golden_file(name, fields, form):
    assert encode_answer(form, fields(form)) == (GOLDEN / f"{name}.{SUFFIX[form]}").read_bytes().removesuffix(b"\n")


def test_no_golden_file_is_left_over():
    assert {file.name for file in GOLDEN.iterdir()} == {f"{name}.{end}" for name, _ in EVERY for end in SUFFIX.values()}


@pytest.mark.fault("F-77")
@pytest.mark.parametrize("action", IVR.values(), ids=IVR)
def test_fields_are_those_of_the_documents_tables_and_of_their_types(action):
    """Read back by the standard library, not by our own reader."""
    body = encode_answer(Format.XML, actions.answer(action, Language.ENGLISH, Format.XML))
    ((said,), _) = xmlrpc.client.loads(body)
    assert {name: type(value) for name, value in said.items()} == {
        "STATUS": int, "ACTION": str, "LANGUAGE": str, "DATA": dict,
    }  # fmt: skip
    mandatory, optional = TABLES[said["ACTION"]]
    assert mandatory.keys() <= said["DATA"].keys() <= mandatory.keys() | optional.keys()
    for name, value in said["DATA"].items():
        assert type(value) is (mandatory | optional)[name], name


@pytest.mark.fault("F-77")
@pytest.mark.parametrize(("name", "fields"), EVERY, ids=[name for name, _ in EVERY])
def test_no_key_and_no_action_has_a_blank(name, fields):
    def keys(value):
        if isinstance(value, dict):
            yield from value
            for inner in value.values():
                yield from keys(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from keys(inner)

    said = json.loads(encode_answer(Format.JSON, fields(Format.JSON)))
    assert all(key == key.strip() for key in keys(said))
    assert said.get("ACTION", "") == said.get("ACTION", "").strip()


def test_digits_keep_their_zeros():
    said = actions.answer(IVR["say_digits"], Language.HEBREW, Format.JSON)
    assert said["DATA"]["DIGITS"] == "0545550118"


def test_every_cause_of_the_documents_table_has_its_number():
    written = "1 2 3 16 17 18 19 20 21 22 23 26 27 28 29 31 34 38 41 42 47 55 57 58 65 70 79 87 88 102 111 127"
    assert [int(cause) for cause in Cause] == [int(number) for number in written.split()]
