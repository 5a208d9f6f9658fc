"""JSON, XML-RPC and forms in both directions, and what is refused (PROTOCOL S5, FAULTS F-52 to F-55)."""

import contextlib
import json
import socket
import time
import xmlrpc.client
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicenter_console.voicenter import wire
from voicenter_console.voicenter.errors import Garbled
from voicenter_console.voicenter.wire import Format, decode, encode_answer, encode_call

# Without what XML has no place for; it is written as U+FFFD.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40)
NAME = TEXT.filter(lambda name: name == name.strip() and name)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAME, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=40)
@given(st.dictionaries(NAME, VALUE, max_size=12))
def test_json_and_xml_come_back_as_they_were(payload):
    for format in (Format.JSON, Format.XML):
        decoded = decode(encode_call(format, payload))
        assert decoded.format is format
        assert decoded.payload == payload
        assert decoded.charset == "utf-8"


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,20}", fullmatch=True), TEXT, min_size=1, max_size=12))
def test_forms_come_back_as_they_were(payload):
    decoded = decode(encode_call(Format.FORM, payload), wire.MEDIA_TYPE[Format.FORM])
    assert (decoded.format, decoded.payload) == (Format.FORM, payload)


@settings(max_examples=40)
@given(st.dictionaries(NAME, VALUE, max_size=12))
def test_the_standard_library_reads_our_answers(payload):
    body = encode_answer(Format.XML, payload)
    ((read,), method) = xmlrpc.client.loads(body)
    assert method is None
    assert read == payload


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "application/json", "text/xml; charset=utf-16", "x; charset=utf-7"]),
)
def test_any_bytes_give_fields_or_garbled(body, content_type):
    with contextlib.suppress(Garbled):
        decoded = decode(body, content_type)
        assert json.dumps(decoded.payload, ensure_ascii=False).encode()


@given(st.data())
def test_a_cut_or_changed_body_gives_fields_or_garbled(data):
    format = data.draw(st.sampled_from(list(Format)))
    body = bytearray(encode_call(format, {"caller": "דנה", "IVR": [{"Dtmf": 1}], "n": 7}))
    for place in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=4)):
        body[place] = data.draw(st.integers(0, 255))
    body = body[: data.draw(st.integers(0, len(body)))]
    with contextlib.suppress(Garbled):
        assert isinstance(decode(bytes(body)).payload, dict)


SHALOM = {"ivruniqueid": "a1", "queuename": "שלום"}


def written(format, encoding):
    body = encode_call(format, SHALOM).decode()
    if format is Format.FORM:
        return "&".join(f"{name}={value}" for name, value in SHALOM.items()).encode(encoding)
    return body.replace("encoding='utf-8'", f"encoding='{encoding}'").encode(encoding)


@pytest.mark.fault("F-54")
@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""),
        ("utf-8-sig", "utf-8"),
        ("utf-16", ""),
        ("cp1255", ""),
        ("cp1255", "windows-1255"),
        ("iso-8859-8", "iso-8859-8-i"),
        ("utf-8", "windows-1255"),
        ("cp1255", "utf-8"),
    ],
)
def test_f54_hebrew_is_readable_in_every_charset(format, encoding, declared):
    content_type = wire.MEDIA_TYPE[format] + (f"; charset={declared}" if declared else "")
    assert decode(written(format, encoding), content_type).payload == SHALOM


@pytest.mark.parametrize("encoding", ["utf-8", "cp1255"])
def test_a_form_of_escapes_is_utf8_else_cp1255(encoding):
    decoded = decode(urlencode(SHALOM, encoding=encoding).encode())
    assert (decoded.payload, decoded.charset) == (SHALOM, encoding)


def test_a_charset_declared_by_the_xml_itself_is_followed():
    body = b'<?xml version="1.0" encoding="iso-8859-8"?>' + encode_call(Format.XML, SHALOM).partition(b"?>")[2]
    hebrew = body.decode().encode("iso-8859-8")
    assert decode(hebrew).charset == "iso-8859-8"
    assert decode(hebrew).payload == SHALOM


@pytest.mark.parametrize("body", [b'{"queuename": "\xd7\xff"}', b"queuename=%D7%FF", b"queuename=\xd7\xff"])
def test_bytes_of_no_charset_are_marked_and_read_all_the_same(body):
    decoded = decode(body)
    assert decoded.charset == "utf-8 (damaged)"
    assert decoded.payload["queuename"].endswith("\ufffd")


@pytest.mark.fault("F-30")
@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize("content_type", [*wire.MEDIA_TYPE.values(), ""])
def test_f30_the_body_decides_whatever_its_header_says(format, content_type):
    decoded = decode(encode_call(format, SHALOM), content_type)
    assert (decoded.format, decoded.payload) == (format, SHALOM)


def test_a_body_that_is_nothing_is_answered_in_the_format_of_its_header():
    assert wire.sniff(b"?", "application/json; charset=utf-8") is Format.JSON
    assert wire.sniff(b"", "text/xml") is Format.XML
    assert wire.sniff(b"") is Format.FORM


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1}',
        b'\xef\xbb\xbf \r\n{"a": 1}',
        b'[{"a": 1}]',
        b'"{\\"a\\": 1}"',
        b'["{\\"a\\": 1}"]',
        b'{"a": 0, "a": 1}',
        '{"a": 1}'.encode("utf-16"),
        '{"a": 1}'.encode("utf-32"),
    ],
)
def test_forms_of_json_that_are_one_object(body):
    assert decode(body).payload == {"a": 1}


BARE = b"<methodCall><methodName>CDR</methodName><params><param><value>%s</value></param></params></methodCall>"
MEMBER = b"<struct><member><name>a</name>%s</member></struct>"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (b"<value>text</value>", "text"),
        (b"<value/>", ""),
        (b"<value><string/></value>", ""),
        (b"<value> <string> x </string> </value>", " x "),
        (b"<value><i8>15616841651</i8></value>", 15616841651),
        (b"<value><i4> 7 </i4></value>", 7),
        (b"<value><int>seven</int></value>", "seven"),
        (b"<value><boolean>1</boolean></value>", True),
        (b"<value><double>0.5</double></value>", 0.5),
        (b"<value><nil/></value>", None),
        (b"<value><string><![CDATA[<&>]]></string></value>", "<&>"),
        (b"<value><array><data><value>x</value><value><i4>1</i4></value></data></array></value>", ["x", 1]),
        (b"<value><int>" + b"9" * 5000 + b"</int></value>", "9" * 5000),
    ],
)
def test_values_of_xml_rpc(value, read):
    assert decode(BARE % (MEMBER % value)).payload == {"a": read}


DEEP = 100_000
DOCTYPE = b"<?xml version='1.0'?><!DOCTYPE methodCall [%s]>" + BARE % (MEMBER % b"<value>&b;</value>")


@pytest.mark.fault("F-52")
@pytest.mark.parametrize(
    "body",
    [
        b"[" * DEEP,
        b'{"a":' * DEEP,
        b'{"a":' + b"[" * 900 + b'"\\u0000"' + b"]" * 900 + b"}",
        b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}",
        BARE % (MEMBER % (b"<value><array><data>" * 40 + b"</data></array></value>" * 40)),
        b"<a>" * DEEP + b"</a>" * DEEP,
        b"<!-- x --><a>" + b"<a>" * DEEP,
        pytest.param(BARE % (b"<array><data>" + b"<value/>" * 800_000 + b"</data></array>"), marks=pytest.mark.slow),
        json.dumps({f"k{n}": n for n in range(501)}).encode(),
        json.dumps({"a": [{f"k{n}": n for n in range(500)}] * 401}).encode(),
        "&".join(f"k{n}=1" for n in range(501)).encode(),
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        BARE % (MEMBER % b"<value><double>inf</double></value>"),
        BARE % (MEMBER % b"<value><double>nan</double></value>"),
    ],
)
def test_f52_the_deep_the_wide_and_the_endless_are_not_decodable(body):
    with pytest.raises(Garbled):
        decode(body)


@pytest.mark.fault("F-52")
def test_f52_thousands_of_fields_and_long_numbers_are():
    transcript = {"aiData": [{"text": "x", "startTime": n} for n in range(50_000)], "n": 1}
    body = json.dumps(transcript).encode().replace(b'"n": 1', b'"n": ' + b"9" * 5000)
    payload = decode(body).payload
    assert len(payload["aiData"]) == 50_000
    assert payload["n"] == "9" * 5000


@pytest.mark.fault("F-53")
@pytest.mark.parametrize(
    "declarations",
    [
        b"<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>",
        b"<!ENTITY b SYSTEM 'file:///etc/hostname'>",
        b"<!ENTITY b SYSTEM 'http://192.0.2.1/x'>",
        b"<!ENTITY % p SYSTEM 'http://192.0.2.1/x'> %p;",
        b"<!ELEMENT methodCall ANY>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_f53_a_doctype_is_refused_at_once_and_reaches_nothing(declarations, encoding, monkeypatch):
    def refuse(*_):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    body = (DOCTYPE % declarations).decode().encode(encoding)
    began = time.process_time()
    with pytest.raises(Garbled):
        decode(body, f"text/xml; charset={encoding}")
    assert time.process_time() - began < 0.05


@pytest.mark.fault("F-53")
@pytest.mark.parametrize(
    "value",
    [
        b"<value><base64>eA==</base64></value>",
        b"<value><dateTime.iso8601>20260715T14:30:10</dateTime.iso8601></value>",
        b"<value><i4>1</i4><i4>2</i4></value>",
        b"<value><string><b>x</b></string></value>",
        b"",
    ],
)
def test_f53_other_types_are_refused(value):
    with pytest.raises(Garbled):
        decode(BARE % (MEMBER % value))


def test_utf7_is_never_followed():
    body = b"+ADw-methodCall/+AD4-"
    with pytest.raises(Garbled, match="neither"):
        decode(body, "text/plain; charset=utf-7")


@pytest.mark.fault("F-25")
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "an empty body"),
        (b"hello", "neither JSON, XML nor a form"),
        (b"[]", "an array that does not hold one object"),
        (b'[{"a": 1}, {"b": 2}]', "an array that does not hold one object"),
        (b'"caller"', "broken JSON"),
        (b"<html><body/></html>", "XML that is no XML-RPC: <html>"),
        (BARE % b"7", "the parameter is no struct"),
        (b"<methodCall><params/></methodCall>", "0 parameters, where one struct is expected"),
    ],
)
def test_f25_what_is_no_message_says_why(body, reason):
    with pytest.raises(Garbled) as caught:
        decode(body)
    assert caught.value.reason == reason


def test_the_place_where_json_and_xml_break_is_told_in_bytes():
    with pytest.raises(Garbled) as caught:
        decode('\ufeff {"a": "דנה", b}'.encode())
    assert caught.value.at == len('\ufeff {"a": "דנה", '.encode())
    with pytest.raises(Garbled) as caught:
        decode(b"<methodCall>\n<params>\n</x>")
    assert 20 <= caught.value.at < 27


@pytest.mark.fault("F-55")
def test_f55_nul_and_lone_surrogates_become_the_replacement_character():
    payload = decode(b'{"a\\u0000": "x\\u0000\\ud800y", "b": ["\\udfff"], "c": "\\ud83d\\ude00"}').payload
    assert payload == {"a\ufffd": "x\ufffd\ufffdy", "b": ["\ufffd"], "c": "😀"}
    assert decode(b"caller=%00&n=1").payload == {"caller": "\ufffd", "n": "1"}


def test_the_call_of_the_standard_library_is_read():
    fields = {"caller": "0545550118", "time": 1784125810, "price": 0.5, "IVR": [], "x": True}
    decoded = decode(xmlrpc.client.dumps((fields,), "CDR").encode())
    assert (decoded.method, decoded.payload) == ("CDR", fields)


def test_keys_are_compared_without_case_and_blanks():
    assert wire.fold({"LAYER ": 1, "seconds_waiting_in_ queue": 2, "Targetextension": 3}) == {
        "layer": 1,
        "seconds_waiting_in_queue": 2,
        "targetextension": 3,
    }
    assert wire.fold({"DepartmentId": 5, "DepartmentID": ""}) == {"departmentid": 5}
    assert wire.fold({"a": 1, "A": 2}) == {"a": 2}


PARTED = "multipart/form-data; boundary=----WebKitFormBoundary7MA4"


def parted(*fields, end="--\r\n", boundary="----WebKitFormBoundary7MA4"):
    head = f"--{boundary}\r\nContent-Disposition: form-data; name="
    return (
        "".join(f'{head}"{name}"{more}\r\n\r\n{value}\r\n' for name, value, more in fields).encode()
        + f"--{boundary}{end}".encode()
    )


def test_a_form_in_parts_is_a_form():
    body = parted(("phone", "+972545550118", ""), ("name", "ישראל & בניו", ""), ("f", "MZ", '; filename="a.exe"'))
    decoded = decode(body, PARTED)
    assert (decoded.format, decoded.payload) == (Format.FORM, {"phone": "+972545550118", "name": "ישראל & בניו"})


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (parted(("phone", "1", ""), end=""), "cut short"),
        (parted(("phone", "1", ""))[:60], "no name|cut short"),
        (parted(*[(f"n{n}", "1", "") for n in range(501)]), "too many fields"),
        (parted(("phone", "1", "")).replace(b"name=", b"mane="), "no name"),
        (b"--another\r\n\r\n", "neither JSON, XML nor a form"),
    ],
)
def test_a_form_in_parts_that_is_broken_says_how(body, why):
    with pytest.raises(Garbled, match=why):
        decode(body, PARTED)
