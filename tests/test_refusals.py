"""Each code of each API has words of its own, in English and in Hebrew."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from calls import dial_words, dialling
from voicenter_console.organisation import refusals
from voicenter_console.voicenter import agents, call_log, click2call, dialer, errors, monitor

TABLES = {
    "call_log": (call_log.REFUSALS, refusals.call_log),
    "dialer": (dialer.REFUSALS, refusals.dialer),
    "active_calls": (monitor.REFUSALS, refusals.active_calls),
    "login": (agents.REFUSALS, refusals.login),
}
LOGIN = [(agents.LOGIN_ERROR, detail) for detail in agents.LOGIN_ERRORS] + [
    (agents.INITIATION_ERROR, detail) for detail in agents.INITIATION_ERRORS
]


@pytest.fixture(autouse=True)
def _english():
    """Whatever page another test saw last."""
    with override("en"):
        yield


def in_both(say, error) -> tuple[str, str]:
    with override("en"):
        english = say(error)
    with override("he"):
        return english, say(error)


@pytest.mark.parametrize("api", TABLES)
def test_no_code_of_a_table_is_without_words(api):
    table, say = TABLES[api]
    strange = in_both(say, errors.Refused(77))
    said = [in_both(say, kind(number)) for number, kind in table.items()]
    assert strange not in said
    assert len(set(said)) == len(table)
    for english, hebrew in [*said, strange]:
        assert english.isascii()
        assert any("א" <= letter <= "ת" for letter in hebrew), english


@pytest.mark.parametrize(("number", "detail"), LOGIN)
def test_no_reason_of_a_login_is_without_words(number, detail):
    kind = agents.REFUSALS[number]
    english, hebrew = in_both(refusals.login, kind(number, "", detail=detail))
    assert english not in {in_both(refusals.login, one(code))[0] for code, one in agents.REFUSALS.items()}
    assert english != hebrew
    others = [
        in_both(refusals.login, agents.REFUSALS[n](n, "", detail=d))[0] for n, d in LOGIN if (n, d) != (number, detail)
    ]
    assert english not in others


def test_in_use_and_logged_in_elsewhere_are_told_apart():
    assert "Somebody else" in refusals.login(errors.ExtensionInUse(4, "", detail=4))
    assert "another extension" in refusals.login(errors.AlreadyLoggedIn(4, "", detail=5))
    assert refusals.login(errors.LoginRefused(4, "", detail=99)) == str(refusals.LOGIN[4])


def test_click_to_call_has_its_words_where_its_requests_are():
    for kind in (*click2call.REFUSALS.values(), errors.NotAuthorised, errors.LimitExceeded):
        words = dial_words.reason(dialling._REFUSALS[kind])
        assert words != dial_words.reason("refused")


@pytest.mark.parametrize("say", [say for _, say in TABLES.values()])
def test_what_a_status_told_alone_and_what_never_came(say):
    said = {
        say(errors.NotAuthorised(2)),
        say(errors.LimitExceeded(1)),
        say(errors.Unreachable("no connection within 3 s", sent=False)),
        say(errors.Unreachable("nothing came for 30 s", sent=True)),
        say(errors.Garbled("an empty answer")),
    }
    assert len(said) == 4 if say is refusals.login else 5  # a lost login leaves it open, whichever way
    assert say(errors.LeftAlone(20)) == say(errors.Unreachable("x", sent=False))


def test_what_was_to_be_changed_and_had_no_answer_is_not_known():
    lost = errors.Unreachable("the connection broke", sent=True)
    assert "not known" in refusals.dialer(lost, acting=True)
    assert "not known" in refusals.dialer(errors.Garbled("cut"), acting=True)
    assert "not known" not in refusals.dialer(lost)
    assert "not known" in refusals.login(lost)


def test_the_address_that_is_not_trusted_is_named():
    assert "192.0.2.7" in refusals.call_log(errors.AddressNotTrusted(4, "IP address 192.0.2.7", address="192.0.2.7"))
