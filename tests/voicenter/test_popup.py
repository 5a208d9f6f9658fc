"""Who rings at whose phone, in the three forms it is told in (PROTOCOL S2, traps 68 to 77)."""

import pytest

from voicenter_console.voicenter import popup
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.popup import Phase

TOLD = {
    "phone": "972545550118", "callerName": "Sales", "ivrid": "202607151430080123b7c6d5e4f30211",
    "extenUser": "Ab3dE6gH", "did": "035550142", "status": "Ringing", "direction": "Incoming",
    "currentCall": {"callerphone": "972545550118", "callstatus": "Ringing", "customdata": {"var_lead": "L-17"}},
}  # fmt: skip


def test_the_browsers_json():
    assert popup.read(TOLD) == popup.PopUp(
        phone="972545550118", phase=Phase.RINGING, call_id="202607151430080123b7c6d5e4f30211", extension="Ab3dE6gH",
        did="035550142", caller_name="Sales", custom={"var_lead": "L-17"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "phase"),
    [
        ({}, Phase.RINGING),
        ({"statusCall": "Ringing"}, Phase.RINGING),
        ({"status": "Talking"}, Phase.TALKING),
        ({"status": "HANGUP", "cause": "Normal hangup"}, Phase.HANGUP),
        ({"status": "Dialing"}, Phase.DIALING),
        ({"status": "Levitating"}, Phase.RINGING),
    ],
)
def test_the_phase_is_status_or_statuscall_and_ringing_without_either(said, phase):
    assert popup.read({"phone": "0545550118", **said}).phase == phase


@pytest.mark.parametrize("current", ["[]", [1], 7, '{"customdata": []}', None])
def test_an_odd_current_call_is_no_trouble(current):
    assert popup.read({"phone": "0545550118", "currentCall": current}).custom == {}


def test_without_a_number_it_is_garbled():
    with pytest.raises(Garbled):
        popup.read({"ivrid": "20260715143008"})


def test_the_card_is_all_text_as_the_document_types_it():
    assert popup.card(url="https://console.example/contacts/7/", name="ישראל", total=1, company="Demo") == {
        "STATUS": "OK", "URL": "https://console.example/contacts/7/", "CLIENTNAME": "ישראל", "TOTAL": "1",
        "COMPANY": "Demo",
    }  # fmt: skip
