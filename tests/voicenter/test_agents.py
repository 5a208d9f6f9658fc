"""An agent's status: what may be asked, every refusal of the document's tables, both spellings (PROTOCOL S11)."""

import pytest

from voicenter_console.voicenter import agents, errors
from voicenter_console.voicenter.errors import Garbled, Refused, Unreachable

from .asking import Recorder, client_over
from .cloud import CUT, Cloud, http
from .test_client import client_of

AGENT = {"user_id": "10007", "status": agents.LOGIN, "extension": "Ab3dE6gH"}


def told(said, **options):
    with client_over(Recorder(json=said)) as client:
        return agents.set_status(client, **AGENT | options)


@pytest.mark.parametrize("name", ["StatusErrorMessage", "StatusErroMessage"])
@pytest.mark.parametrize("error", [0, 1, "1", None])
def test_status_1_is_the_only_success(name, error):
    assert told({"Status": 1, "StatusError": error, name: "OK"}).words == "OK"
    with pytest.raises(Refused):
        told({"Status": 0, "StatusError": 0, name: "OK"})


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (2, 0, errors.NotAuthorised),
        (3, 0, errors.BadRequest),
        *[(4, number, errors.LoginRefused) for number in (0, 1, 2, 3, 77)],
        (4, 4, errors.ExtensionInUse),
        (4, 5, errors.AlreadyLoggedIn),
        *[(5, number, errors.InitiationRefused) for number in agents.INITIATION_ERRORS],
        (9, 0, Refused),
    ],
)
@pytest.mark.parametrize("name", ["StatusErrorMessage", "StatusErroMessage"])
def test_each_refusal_is_its_own(status, error, kind, name):
    with pytest.raises(kind) as caught:
        told({"Status": str(status), "StatusError": str(error), name: "why not"})
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.words) == (status, "why not")
    if status in (4, 5):
        assert caught.value.detail == error


@pytest.mark.parametrize(
    "wrong",
    [{"user_id": ""}, {"user_id": "dana"}, {"user_id": "١٢٣"}, {"status": 6}, {"status": 0}, {"extension": "a b"}],
)
def test_what_can_never_be_asked_is_never_sent(wrong):
    recorder = Recorder(json={"Status": 1})
    with client_over(recorder) as client, pytest.raises(ValueError, match=r"a user|no status|code of"):
        agents.set_status(client, **AGENT | wrong)
    assert recorder.asked == []


def test_a_lost_answer_leaves_it_open_and_is_not_asked_again():
    with Cloud(CUT, http({"Status": 1})) as cloud, client_of(cloud.url) as client:
        with pytest.raises(Unreachable) as caught:
            agents.set_status(client, **AGENT)
        assert caught.value.sent
        assert len(cloud.asked) == 1


def test_the_account_s_names_of_statuses():
    rows = [{"Name": "הפסקה", "ID": "3", "Color": "#f00"}, {"Name": "no number"}]
    with client_over(Recorder(json={"Statuses": rows})) as client:
        (lunch,) = agents.statuses(client)
    assert (lunch.id, lunch.name, lunch.colour) == (3, "הפסקה", "#f00")
    with client_over(Recorder(json={"Statuses": []})) as client:
        assert not agents.statuses(client).conclusive
    with client_over(Recorder(json={"ERR": 1, "DESC": "no"})) as client, pytest.raises(Refused):
        agents.statuses(client)
    with client_over(Recorder(json={"ERR": 0})) as client, pytest.raises(Garbled):
        agents.statuses(client)
