"""Whatever Voicenter answers gives a typed result or a named error, and never tells the code (FAULTS F-45, T9)."""

import json
import logging

import pytest

from voicenter_console.voicenter.errors import Garbled, LimitExceeded, NotAuthorised, Refused, VoicenterError
from voicenter_console.voicenter.wire import Format, encode_answer

from .asking import CASES, CODE, Recorder, answer_of, client_over

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}
PAGE = b"<html><body>Bad gateway</body></html>"


def asked(name, **response):
    with client_over(Recorder(**response)) as client:
        return CASES[name][0](client)


def lower(value):
    if isinstance(value, dict):
        return {key.lower(): lower(one) for key, one in value.items()}
    return [lower(one) for one in value] if isinstance(value, list) else value


def as_text(value):
    if isinstance(value, dict):
        return {key: as_text(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_text(one) for one in value]
    return str(value) if isinstance(value, int) else value


SPELLINGS = {
    "lower case": lambda said: {"json": lower(said)},
    "upper case": lambda said: {"json": {key.upper(): value for key, value in said.items()}},
    "blanks in keys": lambda said: {"json": {f" {key} ": value for key, value in said.items()}},
    "numbers as text": lambda said: {"json": as_text(said)},
    "an array of one": lambda said: {"content": json.dumps([said]).encode(), "headers": JSON},
    "JSON in JSON": lambda said: {"content": json.dumps(json.dumps(said)).encode(), "headers": JSON},
    "JSON called HTML": lambda said: {"content": json.dumps(said).encode(), "headers": HTML},
    "a byte order mark": lambda said: {"content": b"\xef\xbb\xbf" + json.dumps(said).encode(), "headers": JSON},
    "XML for JSON": lambda said: {"content": encode_answer(Format.XML, said), "headers": {"Content-Type": "text/xml"}},
}


@pytest.mark.fault("F-45")
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", CASES)
def test_f45_every_spelling_of_a_good_answer_is_the_same_result(name, spelling):
    said = answer_of(name)
    assert asked(name, **SPELLINGS[spelling](said)) == asked(name, json=said)


BROKEN = {
    "nothing": {"content": b"", "headers": JSON},
    "blanks": {"content": b" \r\n ", "headers": JSON},
    "a page": {"content": PAGE, "headers": HTML},
    "a page of a server that is down": {"content": PAGE, "headers": HTML, "status": 503},
    "an empty object": {"content": b"{}", "headers": JSON},
    "an empty list": {"content": b"[]", "headers": JSON},
    "a bare word": {"content": b"OK", "headers": {"Content-Type": "text/plain"}},
    "a number": {"content": b"0", "headers": JSON},
    "null": {"content": b"null", "headers": JSON},
    "other fields": {"content": b'{"hello": "world"}', "headers": JSON},
    "XML that is no answer": {"content": b"<hello/>", "headers": {"Content-Type": "text/xml"}},
    "XML with an entity": {"content": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "headers": HTML},
    "nested beyond sense": {"content": b"[" * 100_000, "headers": JSON},
    "not a number": {"content": b'{"ERR": NaN, "ErrorCode": NaN, "Status": NaN, "ERRORCODE": NaN}', "headers": JSON},
    "success and no more": {
        "content": b'{"ERR": 0, "ErrorCode": 0, "ERROR_NUMBER": 0}',
        "headers": JSON,
        "status": 500,
    },
    "success that is no number": {"content": b'{"ERR": "none", "ErrorCode": [], "Status": {}}', "headers": JSON},
    "bytes of no charset": {"content": b'{"ERR": \xff\xfe}', "headers": JSON},
}


@pytest.mark.parametrize("shape", BROKEN)
@pytest.mark.parametrize("name", CASES)
def test_every_broken_answer_is_a_named_error(name, shape):
    with pytest.raises(Garbled):
        asked(name, **BROKEN[shape])


@pytest.mark.parametrize("name", CASES)
def test_an_answer_cut_anywhere_is_a_named_error(name):
    whole = json.dumps(answer_of(name)).encode()
    for at in range(0, len(whole) - 1, max(1, len(whole) // 40)):
        with pytest.raises(Garbled):
            asked(name, content=whole[:at], headers=JSON)


@pytest.mark.parametrize(("status", "kind"), [(401, NotAuthorised), (429, LimitExceeded)])
@pytest.mark.parametrize("name", CASES)
def test_a_status_may_tell_what_the_body_does_not(name, status, kind):
    with pytest.raises(kind):
        asked(name, content=PAGE, headers=HTML, status=status)


LEAKS = [
    {
        name: number,
        words: f"bad code {CODE}",
        "ERR": number,
        "DESC": CODE,
        "ERROR_NUMBER": number,
        "ERROR_DESCRIPTION": CODE,
    }
    for number in (1, 2, 3, 4, 5, -2, 77)
    for name, words in (("ErrorCode", "Description"), ("Status", "StatusErrorMessage"), ("ERRORCODE", "ERRORMESSAGE"))
    if (name, number) != ("Status", 1)
]


@pytest.mark.parametrize("said", LEAKS, ids=str)
@pytest.mark.parametrize("name", CASES)
def test_an_error_never_tells_the_code(name, said, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "httpx")
    recorder = Recorder(json=said)
    with client_over(recorder, code_in_address=True) as client:
        with pytest.raises(VoicenterError) as caught:
            CASES[name][0](client)
        assert CODE not in repr(client)
    told = [str(caught.value), repr(caught.value), getattr(caught.value, "words", ""), caplog.text]
    assert not [text for text in told if CODE in text]
    assert isinstance(caught.value, (Refused, Garbled))
