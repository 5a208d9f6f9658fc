"""Bodies that mean harm or harm by accident: kept, answered as PROTOCOL S5 says, never a 5xx (F-30, F-52 to F-55)."""

import json
import socket
import time

import pytest

from calls.models import Call, Cdr
from tests.calls.telling import rows
from tests.conftest import FIXTURES
from tests.webhooks.answers import said_in
from voicenter_console.voicenter.wire import MEDIA_TYPE, Format, encode_call
from voicenter_console.webhooks import ingest
from voicenter_console.webhooks.models import Delivery

pytestmark = pytest.mark.django_db
SAID = json.loads((FIXTURES / "queue_answered.json").read_text())


@pytest.mark.fault("F-30")
@pytest.mark.parametrize("header", [*MEDIA_TYPE.values(), ""])
@pytest.mark.parametrize("form", Format)
def test_the_body_tells_its_encoding_whatever_its_header_says(post_hook, account, form, header):
    answer = post_hook(encode_call(form, SAID), header)

    assert answer["Content-Type"].startswith(MEDIA_TYPE[form])
    assert said_in(answer) == {"err": "0", "errdesc": "OK"}
    ingest.drain(account)
    (call,) = rows(account)
    (leg,) = call["cdrs"]
    assert (call["outcome"], call["talk_seconds"], call["wait_seconds"]) == ("answered", 42, 18)
    assert (leg["queue_name"], leg["ivr_path"][0]["dtmf"]) == ("מכירות", "2")


SHALOM = {**SAID, "queuename": "שלום"}
CHARSETS = ["utf-8", "utf-8-sig", "utf-16", "cp1255", "iso-8859-8", "utf-8 called cp1255"]


def written(form: Format, charset: str) -> tuple[bytes, str]:
    """The body in this charset, and its Content-Type."""
    declared = {"utf-8 called cp1255": "windows-1255", "iso-8859-8": "iso-8859-8"}.get(charset, "")
    codec = "utf-8" if "called" in charset else charset
    if form is Format.FORM:
        text = "&".join(
            f"{name}={value}" for name, value in SHALOM.items() if name not in ("IVR", "CustomData", "record")
        )
    else:
        text = encode_call(form, SHALOM).decode().replace("encoding='utf-8'", f"encoding='{declared or codec}'")
    return text.encode(codec), MEDIA_TYPE[form] + (f"; charset={declared}" if declared else "")


@pytest.mark.fault("F-54")
@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("form", Format)
def test_hebrew_is_readable_in_every_charset(post_hook, account, form, charset):
    body, content_type = written(form, charset)
    answer = post_hook(body, content_type)

    assert said_in(answer)["err"] == "0"
    ingest.drain(account)
    assert Cdr.objects.get().queue_name == "שלום"
    assert Delivery.objects.get().bytes == body


@pytest.mark.fault("F-54")
@pytest.mark.parametrize("form", Format)
def test_bytes_of_no_charset_are_kept_and_readable_elsewhere(post_hook, account, form):
    body = written(form, "utf-8")[0].replace("שלום".encode(), b"\xff\xfe\x81")
    assert post_hook(body, MEDIA_TYPE[form]).status_code == 200
    ingest.drain(account)

    assert Delivery.objects.get().bytes == body
    assert Cdr.objects.get().caller == SAID["caller"]


def a_struct(member: str) -> bytes:
    return (
        "<methodCall><methodName>CDR</methodName><params><param><value><struct>"
        f"<member><name>ivruniqueid</name><value>x1</value></member>{member}"
        "</struct></value></param></params></methodCall>"
    ).encode()


DOCTYPE = '<!DOCTYPE m [<!ENTITY a "{}">]>'
REFUSED = {
    "deep JSON": b"[" * 100_000,
    "deep JSON, closed": b'{"a":' * 40 + b"1" + b"}" * 40,
    "deep XML": b"<a>" * 200_000,
    "deep XML-RPC": b"<methodCall><params><param>" + b"<value><array><data>" * 60_000,
    "keys in one object": json.dumps({f"k{n}": 1 for n in range(501)} | {"ivruniqueid": "x"}).encode(),
    "keys in the body": json.dumps(
        {"ivruniqueid": "x", "aiData": [{f"k{n}": 1 for n in range(500)} for _ in range(401)]}
    ).encode(),
    "a million keys": b'{"ivruniqueid":"x","aiData":[' + b'{"a":1},' * 1_000_000 + b"{}]}",
    "fields of a form": b"ivruniqueid=x&" + b"&".join(b"k%d=1" % n for n in range(600)),
    "NaN": b'{"ivruniqueid": "x", "duration": NaN}',
    "Infinity": b'{"ivruniqueid": "x", "duration": -Infinity}',
    "1e999": b'{"ivruniqueid": "x", "duration": 1e999}',
    "entity": (DOCTYPE.format("b") + "<methodCall/>").encode(),
    "billion laughs": (
        '<!DOCTYPE m [<!ENTITY a "ha">' + "".join(f'<!ENTITY a{n} "{"&a;" * 10}">' for n in range(9)) + "]><m>&a8;</m>"
    ).encode(),
    "quadratic": (DOCTYPE.format("a" * 50_000) + "<m>" + "&a;" * 50_000 + "</m>").encode(),
    "external entity": b'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/hostname">]><methodCall>&x;</methodCall>',
    **{
        f"document type in {charset}": (DOCTYPE.format("b") + "<methodCall>&a;</methodCall>").encode(charset)
        for charset in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig")
    },
    "external entity by http": b'<!DOCTYPE m [<!ENTITY x SYSTEM "http://192.0.2.1/x">]><methodCall>&x;</methodCall>',
    "parameter entity": b'<!DOCTYPE m [<!ENTITY % x SYSTEM "http://192.0.2.1/x"> %x;]><methodCall/>',
    "document type": b'<!DOCTYPE methodCall SYSTEM "http://192.0.2.1/x.dtd"><methodCall/>',
    "UTF-7": b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE m+AD4-<methodCall/>',
    "base64": a_struct("<member><name>a</name><value><base64>AAAA</base64></value></member>"),
    "dateTime": a_struct("<member><name>a</name><value><dateTime.iso8601>1</dateTime.iso8601></value></member>"),
    "empty": b"",
    "blank": b" \r\n\t",
    "null": b"null",
    "a number": b"1",
    "two objects": b"[{},{}]",
    "no id": b'{"caller": "0545550118"}',
    "blank id": b'{"ivruniqueid": "  "}',
    "an object for an id": b'{"ivruniqueid": {"a": 1}}',
    "binary": bytes(range(256)),
    "NUL bytes": b"\x00" * 1000,
    "half a surrogate": b'{"ivruniqueid": ""}' + b"\\ud800",
}


@pytest.mark.fault("F-52")
@pytest.mark.fault("F-53")
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_decoded_is_kept_and_answered_err_1(post_hook, account, name, monkeypatch):
    def no_network(*args, **options):
        raise AssertionError("a body made us open a connection")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    began = time.process_time()
    answer = post_hook(REFUSED[name], "application/json", **{"Content-Length": str(len(REFUSED[name]))})
    spent = time.process_time() - began

    assert answer.status_code == 200
    assert said_in(answer)["err"] == "1"
    assert spent < 2
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.bytes) == ("dead", REFUSED[name])
    ingest.drain(account)
    assert not Cdr.objects.exists()


@pytest.mark.fault("F-53")
@pytest.mark.parametrize("entity", ['SYSTEM "{}"', 'SYSTEM "file://{}"', 'PUBLIC "x" "file://{}"'])
def test_no_file_is_read_into_a_record(post_hook, account, tmp_path, entity):
    canary = tmp_path / "canary.txt"
    canary.write_text("canary-of-a-file-5550166")
    named = f"<!DOCTYPE m [<!ENTITY x {entity.format(canary)}>]>"
    member = "<member><name>caller</name><value>&x;</value></member>"
    assert said_in(post_hook(named.encode() + a_struct(member), "text/xml"))["err"] == "1"
    ingest.drain(account)
    assert not Cdr.objects.exists()
    assert "canary-of-a-file" not in str(Delivery.objects.values())


@pytest.mark.fault("F-53")
def test_marked_text_is_text_and_the_types_of_the_contract_are_read(post_hook, account):
    typed = {"duration": "<i4>60</i4>", "time": "<i8>1784125810</i8>", "price": "<double>1.5</double>",
             "isAnswer": "<boolean>1</boolean>", "queueid": "<nil/>", "did": "<string/>",
             "caller": "<![CDATA[0545550118 <&>]]>"}  # fmt: skip
    members = "".join(f"<member><name>{key}</name><value>{value}</value></member>" for key, value in typed.items())
    assert said_in(post_hook(a_struct(members), "text/xml"))["err"] == "0"
    ingest.drain(account)
    assert Cdr.objects.values_list("talk_seconds", "price", "queue_id", "did", "caller").get() == (
        60, 1.5, None, "", "0545550118 <&>",
    )  # fmt: skip


def cut_examples() -> list[bytes]:
    """The documents' own records, each cut off at 70 places: none is whole."""
    whole = [path.read_bytes().strip() for path in sorted((FIXTURES / "documents").glob("cdr-*.repaired.*"))]
    bodies = {body[: len(body) * n // 71] for body in whole for n in range(1, 71)}
    return sorted(bodies)


@pytest.mark.fault("F-25")
def test_three_hundred_broken_bodies_are_one_dead_letter_each_however_often_they_come(post_hook, account):
    bodies = [*cut_examples(), *(body for body in REFUSED.values() if len(body) < 10_000)]
    assert len(bodies) >= 300
    for body in bodies:
        for _ in range(11):
            answer = post_hook(body, "application/json", **{"Content-Length": str(len(body))})
            assert (answer.status_code, said_in(answer)["err"]) == (200, "1"), body[-80:]
    dead = Delivery.objects.dead()
    assert dead.count() == Delivery.objects.count() == len(bodies)
    assert set(dead.values_list("times", flat=True)) == {11}
    assert {bytes(body) for body in dead.values_list("body", flat=True)} == set(bodies)
    assert not dead.filter(reason="").exists()


ODD_VALUES = {
    "NUL": "a\x00b",
    "lone surrogate": "a\ud800b",
    "control characters": "".join(map(chr, range(1, 32))),
    "a long name": "x" * 300_000,
    "right to left": "\u202e8110555450",
    "zero width": "05\u200b4555\u200d0118",
    "homoglyph digits": "٠٥٤٥٥٥٠١١٨",
    "combining bomb": "e" + "\u0301" * 5000,
    "a list": ["0545550118", {"a": None}],
    "an object": {"a": {"b": [1, 2]}},
    "true": True,
    "a wide integer": 10**299,
    "an integer of 5,000 digits": "DIGITS",
    "minus": -1,
    "a float": 1.5e300,
    "sql": "'; DROP TABLE calls_cdr; --",
    "html": "<script>alert(1)</script>",
    "null": None,
}
FIELDS = [
    "caller", "target", "time", "duration", "type", "status", "targetextension", "did", "queueid", "queuename", "price",
    "dialtime", "representative_name", "representative_code", "seconds_waiting_in_queue", "DepartmentName",
    "DepartmentId", "TopDepartmentID", "actualCallDuration", "IVR", "CustomData", "record", "OriginalIvrUniqueID",
    "leg1DialStatusName", "isAnswer", "aiData", "var_note", "direction",
]  # fmt: skip


@pytest.mark.fault("F-55")
@pytest.mark.fault("F-52")
@pytest.mark.parametrize("name", ODD_VALUES)
def test_an_odd_value_anywhere_never_fails_the_record(post_hook, account, as_owner, name):
    value = ODD_VALUES[name]
    ivr = [{"layer_id": value, "layer_name": value, "Dtmf": value, "dtmf_order": value}]
    for number, field in enumerate([*FIELDS, "all", "layer"]):
        odd = {"IVR": ivr} if field == "layer" else dict.fromkeys(FIELDS, value) if field == "all" else {field: value}
        said = json.dumps({**SAID, **odd, "ivruniqueid": f"odd{number}"}).replace('"DIGITS"', "7" * 5000)
        assert said_in(post_hook(said.encode()))["err"] == "0", field
    ingest.drain(account)

    assert Delivery.objects.filter(state="done").count() == Delivery.objects.count()
    assert Cdr.objects.count() == len(FIELDS) + 2
    assert not Cdr.objects.filter(started_at=None).exists()
    for url in ("/calls/", f"/calls/{Call.objects.latest('pk').pk}/", "/deliveries/"):
        page = as_owner.get(url)
        assert page.status_code == 200
        assert b"<script>alert" not in page.content
        assert "\x00" not in page.content.decode()


@pytest.mark.fault("F-55")
def test_only_0_to_9_are_digits_of_a_number(push):
    push({**SAID, "caller": "٠٥٤٥٥٥٠١١٨", "duration": "٤٢", "actualCallDuration": None, "queueid": "٧"})
    leg = Cdr.objects.get()
    assert (leg.talk_seconds, leg.queue_id) == (None, None)
    assert Call.objects.get().customer_e164 == ""


@pytest.mark.fault("F-52")
def test_of_repeated_keys_the_last_wins(post_hook, account):
    body = json.dumps(SAID)[:-1] + ', "queueid": 1, "queueid": 2, "queueid": 3}'
    assert said_in(post_hook(body.encode()))["err"] == "0"
    ingest.drain(account)
    assert Cdr.objects.get().queue_id == 3


def test_a_string_that_holds_the_object_and_an_array_of_one_are_the_object(post_hook, account):
    for body in (json.dumps(json.dumps(SAID)), json.dumps([SAID]), json.dumps(SAID)):
        assert said_in(post_hook(body.encode()))["err"] == "0"
    ingest.drain(account)
    assert Cdr.objects.get().records.count() == 1


@pytest.mark.parametrize("method", ["get", "put", "delete", "options", "head", "patch"])
def test_a_hook_hears_post_alone_and_tells_nothing(client, account, method):
    answer = getattr(client, method)("/hooks/somebody-else/cdr/")
    assert answer.status_code == 405
    assert b"CDR" not in answer.content
