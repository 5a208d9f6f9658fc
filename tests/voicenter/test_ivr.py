"""What the cloud asks while a caller waits, in every encoding and with the documents' quirks (PROTOCOL S6, S13)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.voicenter.documents import NOW
from voicenter_console.voicenter import ivr
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.wire import Decoded, Format, decode, encode_call

ACTION = {
    "DID": "0732793256", "CALLER_ID": "n5zx1C2a", "CALLER_NAME": "n5zx1C2a",
    "IVR_UNIQUE_ID": "1bcd7954224861f85a2d70612f248282", "DTMF": "", "MENU": "-1", "PREVIOUS_MENU": "-1",
}  # fmt: skip
LAYER = {
    "DID": "0732793256", "CALLER_ID": "0523574321", "IVR_UNIQUE_ID": "xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "DTMF": "1234567", "LAYER_ID": 8, "PREVIOUS_LAYER_ID": 4,
}  # fmt: skip
HANGUP = {
    "DID": "0730000000", "CALLER_ID": "0540000000", "IVR_UNIQUE_ID": "ced4619f30fc17182d8e41ddf4d6869X",
    "TARGET": "0500000555", "CALL_TIME_EPOCH": 15616841651, "CALL_START_EPOCH": 15616841612,
    "CALL_DURATION": 650, "CALL_DAILTIME": 15, "CALL_STATUS": "ANSWERED",
}  # fmt: skip


def asked(method: str, data: dict, form: Format = Format.JSON) -> ivr.IvrRequest:
    """As the cloud says it: in XML-RPC the method is the call's name."""
    payload = data if form is Format.XML else {"METHOD": method, "DATA": data}
    return ivr.read(decode(encode_call(form, payload, method)), received_at=NOW)


@pytest.mark.parametrize("form", Format)
def test_the_documents_first_request_begins_a_call(form):
    request = asked("GET_IVR_ACTION", ACTION, form)

    assert request == ivr.ActionRequest(
        call_id="1bcd7954224861f85a2d70612f248282", caller="n5zx1C2a", did="0732793256", caller_name="n5zx1C2a",
        keys="", menu="-1", previous_menu="-1",
    )  # fmt: skip
    assert request.begins


@pytest.mark.parametrize("form", Format)
def test_the_documents_layer_input(form):
    assert asked("IVR_LAYER_INPUT", LAYER, form) == ivr.LayerRequest(
        call_id="xxxxxxxxxxxxxxxxxxxxxxxxxxxx", caller="0523574321", did="0732793256", keys="1234567", layer=8,
        previous_layer=4,
    )  # fmt: skip


@pytest.mark.parametrize("form", Format)
def test_the_documents_hang_up_whose_times_are_absurd(form):
    request = asked("HANGUP_CALL", HANGUP, form)

    assert (request.status, request.total_seconds, request.ring_seconds, request.target) == (
        "ANSWER", 650, 15, "0500000555",
    )  # fmt: skip
    assert (request.called_at, request.time_uncertain) == (NOW, True)


def test_a_hang_up_counts_by_israels_clock_as_pushes_do():
    said = HANGUP | {"IVR_UNIQUE_ID": "202607151430080123b7c6d5e4f30211", "CALL_TIME_EPOCH": "1784125810",
                     "CALL_START_EPOCH": 1784125808}  # fmt: skip
    request = asked("HANGUP_CALL", said)

    assert request.called_at == datetime(2026, 7, 15, 11, 30, 10, tzinfo=UTC)
    assert request.entered_at == datetime(2026, 7, 15, 11, 30, 8, tzinfo=UTC)
    assert not request.time_uncertain


@pytest.mark.fault("F-77")
def test_keys_are_text_and_keep_their_zeros():
    assert asked("GET_IVR_ACTION", ACTION | {"DTMF": "0050"}).keys == "0050"
    assert asked("IVR_LAYER_INPUT", LAYER | {"DTMF": 7}).keys == "7"


@pytest.mark.fault("F-77")
@pytest.mark.parametrize(
    "spelt",
    [
        {"method": " get_ivr_action ", "data": {f" {name.lower()} ": value for name, value in ACTION.items()}},
        {"Method": "GET_IVR_ACTION", "Data": '{"MENU": "12.main.1", "DTMF": "2"}'},
        {"METHOD": "GET_IVR_ACTION", "MENU": "12.main.1", "DTMF": "2"},
    ],
)
def test_casing_blanks_and_data_as_text_or_beside_the_method(spelt):
    request = ivr.read(Decoded(Format.JSON, spelt, None, "utf-8"), received_at=NOW)

    assert isinstance(request, ivr.ActionRequest)
    assert request.menu in ("-1", "12.main.1")


def test_layers_come_as_text_too_and_nothing_before_the_first():
    request = asked("IVR_LAYER_INPUT", LAYER | {"LAYER_ID": "5", "PREVIOUS_LAYER_ID": "-1"})
    assert (request.layer, request.previous_layer) == (5, None)


def test_both_spellings_of_the_ringing_time():
    said = {name: value for name, value in HANGUP.items() if name != "CALL_DAILTIME"}
    assert asked("HANGUP_CALL", said | {"CALL_DIALTIME": 9}).ring_seconds == 9


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ({"METHOD": "REBOOT", "DATA": {}}, "not known"),
        ({"DATA": {}}, "no method"),
        ({"METHOD": "GET_IVR_ACTION", "DATA": "[1]"}, "no object"),
        ({"METHOD": ["GET_IVR_ACTION"]}, "no method"),
    ],
)
def test_what_asks_none_of_the_three_is_garbled(payload, why):
    with pytest.raises(Garbled, match=why):
        ivr.read(Decoded(Format.JSON, payload, None, "utf-8"), received_at=NOW)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(list(ivr.Method)), st.dictionaries(st.sampled_from([*ACTION, *LAYER, *HANGUP]), _ANY))
def test_whatever_the_fields_hold_a_known_method_is_a_request(method, data):
    assert asked(method.value, data).call_id is not None
