"""Recordings: fetched from named hosts only, heard with the right to, and each listening written down (F-57, F-66)."""

import io
import socket
import threading
import wave
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from calls.models import Call, Cdr, Listening, Waveform
from calls.recordings import hearing, peaks, store
from tests.calls.telling import NOON, push, tell
from tests.conftest import PASSWORD
from tests.fixtures.voicenter.spelling import pushed
from voicenter_console.jobs import claims
from voicenter_console.jobs.models import Job
from voicenter_console.organisation import gateway
from voicenter_console.organisation.models import AuditEntry
from voicenter_console.sandbox.clock import STILL, Clock
from voicenter_console.sandbox.cloud import Cloud
from voicenter_console.sandbox.http import application
from voicenter_console.voicenter import audio

pytestmark = pytest.mark.django_db(transaction=True)
TONE = Path(__file__).parents[1] / "fixtures" / "audio" / "tone.mp3"
URL = "https://recordings.example/one.mp3"


def sound(seconds: float = 3, channels: int = 2) -> bytes:
    """A WAV file, loud in its first half."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(8000)
        half = int(8000 * seconds / 2) * channels
        file.writeframes(b"\xff\x7f" * half + b"\x00\x00" * half)
    return out.getvalue()


@pytest.fixture
def host(account, monkeypatch):
    """A host of recordings, on the account's list; `answers` is what it says next, `asked` what it was asked."""

    class Host:
        body, headers, status = sound(), {"Content-Type": "audio/wav"}, 200
        asked: list[httpx.Request] = []

        def answer(self, request: httpx.Request) -> httpx.Response:
            self.asked.append(request)
            return httpx.Response(self.status, headers=self.headers, stream=httpx.ByteStream(self.body))

    host = Host()
    host.asked = []
    account.recording_hosts = ["recordings.example"]
    account.save()
    monkeypatch.setattr(gateway, "transport", httpx.MockTransport(host.answer))
    monkeypatch.setattr(gateway, "resolve", lambda name, port: ["203.0.114.7"])
    return host


@pytest.fixture
def leg(account, service, dana, host):
    """Dana's recorded call."""
    tell(account, push(pushed(NOON, call_id="one", type="Queue", status="ANSWER", talk=3, caller="0545550118",
                              department_id=555001, agent_code="10007", recording=URL)))  # fmt: skip
    leg = Cdr.objects.get()
    store.place(leg).unlink(missing_ok=True)
    yield leg
    store.place(leg).unlink(missing_ok=True)


def address(client, leg, was=""):
    return client.post(f"/calls/legs/{leg.pk}/ticket/", {"was": was}).json()


def heard(client, url, **headers):
    answer = client.get(url, headers=headers)
    return answer.status_code, b"".join(answer.streaming_content) if answer.streaming else answer.content


# --- who may hear ---------------------------------------------------------------------------------------------------


def test_a_recording_is_heard_by_those_who_may(as_rina, as_dana, as_owner, leg, host):
    for client in (as_rina, as_dana, as_owner):
        assert heard(client, address(client, leg)["url"]) == (200, host.body)
    assert len(host.asked) == 1  # the file is kept
    assert host.asked[0].headers["Host"] == "recordings.example"
    assert host.asked[0].url.host == "203.0.114.7"


@pytest.mark.fault("F-66")
def test_who_may_not_listen_gets_no_ticket_and_no_bytes(as_rina, as_gal, rina, leg, host):
    url = address(as_rina, leg)["url"]
    assert as_gal.post(f"/calls/legs/{leg.pk}/ticket/").status_code == 404
    rina.separate_rights = {"listen": False}
    rina.save()
    assert as_rina.post(f"/calls/legs/{leg.pk}/ticket/").status_code == 403
    assert as_rina.get(url).status_code == 403
    assert as_rina.get(f"/calls/legs/{leg.pk}/waveform/").status_code == 403
    page = as_rina.get(leg.call.get_absolute_url())
    assert (page.context["players"], page.context["silence"]) == ([], "forbidden")
    assert URL.encode() not in page.content
    assert host.asked == []
    assert not Listening.objects.exists()


@pytest.mark.fault("F-66")
def test_an_address_is_of_one_session_and_one_minute(as_rina, rina, client, leg, host):
    url = address(as_rina, leg)["url"]
    other = Client()
    other.force_login(rina)
    assert other.get(url).status_code == 403  # the same person in another browser
    assert client.get(url).status_code == 302  # a visitor
    assert as_rina.get(url[:-3] + "x/").status_code == 403
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert as_rina.get(url).status_code == 403
    assert not Listening.objects.exists()
    assert heard(as_rina, url)[0] == 200
    as_rina.post("/sign-out/")
    assert as_rina.get(url).status_code == 302
    as_rina.login(username="rina@centre.example", password=PASSWORD)
    assert as_rina.get(url).status_code == 403


@pytest.mark.fault("F-66")
def test_a_listening_is_one_row_however_often_the_player_asks(as_rina, rina, leg, host):
    first = address(as_rina, leg)
    for part in ("", "bytes=0-99", "bytes=500-", "bytes=-10"):
        assert heard(as_rina, first["url"], Range=part)[0] in {200, 206}
    again = address(as_rina, leg, was=first["ticket"])
    heard(as_rina, again["url"], Range="bytes=9-")
    assert Listening.objects.count() == 1
    heard(as_rina, address(as_rina, leg)["url"])
    assert Listening.objects.count() == AuditEntry.objects.filter(verb="recording.heard").count() == 2
    assert {row.user_name for row in Listening.objects.all()} == {"Rina Peled"}


@pytest.mark.fault("F-66")
def test_the_row_is_there_before_the_first_byte(as_rina, leg, host):
    answer = as_rina.get(address(as_rina, leg)["url"])
    assert Listening.objects.count() == 1  # nothing of the answer was read yet
    answer.close()


@pytest.mark.fault("F-66")
def test_more_than_thirty_in_an_hour_are_told(as_rina, rina, leg, host):
    alarms = hearing.alarms._value.get()
    for _ in range(33):
        heard(as_rina, address(as_rina, leg)["url"], Range="bytes=0-1")
    assert AuditEntry.objects.filter(verb="recording.many", actor=rina).count() == 1
    assert hearing.alarms._value.get() == alarms + 1


def test_heard_by_is_for_those_who_lead(as_rina, as_dana, leg, host):
    heard(as_dana, address(as_dana, leg)["url"])
    assert as_rina.get(leg.call.get_absolute_url()).context["heard_by"] == 1
    assert b"Dana Lavi" in as_rina.get(f"/calls/{leg.call_id}/heard/").content
    assert as_dana.get(leg.call.get_absolute_url()).context["heard_by"] is None
    assert as_dana.get(f"/calls/{leg.call_id}/heard/").status_code == 403


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [("bytes=0-9", 206, slice(0, 10)), ("bytes=40-", 206, slice(40, None)), ("bytes=-7", 206, slice(-7, None)),
     ("bytes=0-999999999", 206, slice(0, None)), ("bytes=9-3", 416, None), ("bytes=99999999-", 416, None),
     ("bytes=0-1,4-5", 200, slice(0, None)), ("lines=1-2", 200, slice(0, None)), ("bytes=-", 200, slice(0, None))],
)  # fmt: skip
def test_a_player_may_jump(as_rina, leg, host, asked, status, part):
    found, body = heard(as_rina, address(as_rina, leg)["url"], Range=asked)
    assert found == status
    assert part is None or body == host.body[part]


# --- where it is fetched from -------------------------------------------------------------------------------------

PRIVATE = ["127.0.0.1", "10.0.0.1", "172.16.9.9", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
           "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
           "2002:7f00:1::", "64:ff9b:1::1", "64:ff9b::7f00:1", "::ffff:93.184.215.14", "2002:5db8:d70e::", "198.18.0.1",
           "192.0.2.1", "not an address"]  # fmt: skip
STRANGE = [
    "http://recordings.example/a.mp3", "ftp://recordings.example/a", "file:///etc/passwd",
    "gopher://recordings.example/", "https://{listener}/", "http://{listener}/", "https://localhost:{port}/",
    "http://localhost:{port}/", "https://127.0.0.1:{port}/", "https://2130706433:{port}/",
    "https://0x7f000001:{port}/", "https://0177.0.0.1:{port}/", "https://127.1:{port}/", "https://[::1]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/", "https://[0:0:0:0:0:ffff:7f00:1]:{port}/",
    "https://169.254.169.254/latest/meta-data/", "http://169.254.169.254/latest/meta-data/",
    "https://metadata.google.internal/", "https://recordings.example@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}@recordings.example/", "https://user:pass@recordings.example/",
    "https://recordings.example.evil.example/", "https://evil.example/recordings.example",
    "https://evil.example#recordings.example", "https://evil.example?recordings.example",
    "https://recordings.example:{port}/", "https://recordings.example:80/", "https://recordings.example:0/",
    "https://recordings.example:99999/", "https://recordings.example./a.mp3",
    "https://recordings.example%00.evil.example/", "https://recordings.example%2eevil.example/",
    "https://recordings.example\\@127.0.0.1:{port}/", "https:127.0.0.1:{port}", "https:///127.0.0.1:{port}/",
    "//127.0.0.1:{port}/", "javascript:alert(1)", "data:audio/wav;base64,AAAA", "https://xn--recordings-example/",
    "https://recordingsꓸexample/", "https://recordings。example/", "https://ⓛocalhost:{port}/",
    "https://①②⑦.⓪.⓪.①:{port}/", "https://127.0.0.1.nip.io:{port}/", "https://localtest.me:{port}/",
    "https://[::]:{port}/", "https://0/", "https://0.0.0.0:{port}/", "https://127.0.0.1:{port}/#@recordings.example",
    "https://[127.0.0.1]:{port}/", "https://127.0.0.1:{port}:443/", "https://recordings.example:443:{port}/",
    "jar:https://127.0.0.1:{port}!/", "dict://127.0.0.1:{port}/", "ldap://127.0.0.1:{port}/",
    "https://127.0.0.1\t:{port}/", "https://127.0.0.1\n:{port}/", " https://127.0.0.1:{port}/",
    "https://localhost.localdomain:{port}/", "https://ip6-localhost:{port}/",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
]  # fmt: skip


@pytest.fixture
def listener():
    """A port of this machine that counts who knocks."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        knocks, stop = [], threading.Event()

        def count() -> None:
            while not stop.is_set():
                try:
                    knocks.append(server.accept()[1])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=count)
        thread.start()
        yield server.getsockname()[1], knocks
        stop.set()
        thread.join()


@pytest.mark.fault("F-57")
def test_strange_addresses_are_not_asked_for(listener):
    port, knocks = listener
    assert len(STRANGE) >= 60
    for url in STRANGE:
        wanted = url.replace("{listener}", f"127.0.0.1:{port}").replace("{port}", str(port))
        with pytest.raises(audio.NotAllowed):
            audio.fetch(wanted, io.BytesIO(), hosts=["recordings.example"])
    assert knocks == []


@pytest.mark.fault("F-57")
@pytest.mark.parametrize("address", PRIVATE)
def test_a_named_host_at_a_private_address_is_not_asked(address, listener):
    port, knocks = listener
    for found in ([address], ["203.0.114.7", address]):
        with pytest.raises(audio.NotAllowed):
            audio.fetch(f"https://trusted.example:{port}/", io.BytesIO(), hosts=[f"trusted.example:{port}"],
                        resolve=lambda name, port, found=found: found)  # fmt: skip
    assert knocks == []


@pytest.mark.fault("F-57")
def test_a_name_that_turns_over_after_it_was_checked_leads_nowhere_else(listener):
    """The connection goes to the address that was looked at: the name is resolved once."""
    port, knocks = listener
    answers = [["203.0.114.7"], ["127.0.0.1"], ["127.0.0.1"]]
    asked = []

    def transport(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.host, request.headers["Host"], request.extensions["sni_hostname"]))
        return httpx.Response(200, headers={"Content-Type": "audio/wav"}, stream=httpx.ByteStream(sound(0.1)))

    audio.fetch(f"https://trusted.example:{port}/a", io.BytesIO(), hosts=[f"trusted.example:{port}"],
                resolve=lambda name, port: answers.pop(0), transport=httpx.MockTransport(transport))  # fmt: skip
    assert asked == [("203.0.114.7", f"trusted.example:{port}", "trusted.example")]
    with pytest.raises(audio.NotAllowed):  # the second time it has turned over
        audio.fetch(f"https://trusted.example:{port}/a", io.BytesIO(), hosts=[f"trusted.example:{port}"],
                    resolve=lambda name, port: answers.pop(0))  # fmt: skip
    assert (len(answers), knocks) == (1, [])


@pytest.mark.fault("F-57")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(account, leg, host, status):
    host.status, host.headers = status, {"Location": "http://169.254.169.254/", "Content-Type": "audio/wav"}
    with pytest.raises(audio.NotAllowed):
        store.ensure(leg)
    assert len(host.asked) == 1


@pytest.mark.parametrize(
    ("headers", "body"),
    [({"Content-Type": "text/html"}, sound()), ({}, sound()), ({"Content-Type": "audio/wav"}, b"<html>no sound</html>"),
     ({"Content-Type": "audio/wav"}, b""), ({"Content-Type": "audio/wav", "Content-Encoding": "gzip"}, sound()),
     ({"Content-Type": "audio/wav", "Content-Length": str(audio.MOST_BYTES + 1)}, sound())],
)  # fmt: skip
def test_what_is_no_sound_is_not_kept(leg, host, headers, body):
    host.headers, host.body = headers, body
    with pytest.raises(audio.Garbled):
        store.ensure(leg)
    assert list(store.place(leg).parent.glob(f"{leg.pk}-*")) == []


@pytest.mark.fault("F-57")
def test_a_sound_that_does_not_end_is_cut_off(leg, host, monkeypatch):
    monkeypatch.setattr(audio, "MOST_BYTES", 1000)
    with pytest.raises(audio.Garbled, match="too long"):
        store.ensure(leg)
    assert list(store.place(leg).parent.glob(f"{leg.pk}-*")) == []


def test_what_went_wrong_is_said_in_words_and_nothing_is_audited(as_rina, leg, host):
    host.status, host.headers = 404, {"Content-Type": "text/html"}
    answer = as_rina.get(address(as_rina, leg)["url"])
    assert (answer.status_code, answer.content) == (502, b"Voicenter has this recording no more.")
    assert not Listening.objects.exists()


# --- the waveform ---------------------------------------------------------------------------------------------------


def test_the_waveform_is_made_by_a_job(as_rina, leg, host):
    assert b"wave-waits" in as_rina.get(f"/calls/legs/{leg.pk}/waveform/").content
    assert b"wave-waits" in as_rina.get(f"/calls/legs/{leg.pk}/waveform/?polls=3").content
    claims.work(Job.objects.get(kind=peaks.KIND).pk)
    drawn = Waveform.objects.get()
    assert (drawn.seconds, len(drawn.peaks), drawn.trouble) == (3.0, peaks.BARS, "")
    assert drawn.peaks[10] == [99, 99]
    assert drawn.peaks[-10] == [0, 0]
    assert b"data-bar" in as_rina.get(f"/calls/legs/{leg.pk}/waveform/").content
    assert not Listening.objects.exists()


def test_a_waveform_that_cannot_be_made_says_why(as_rina, leg, host, account):
    account.recording_hosts = []
    account.save()
    as_rina.get(f"/calls/legs/{leg.pk}/waveform/")
    claims.work(Job.objects.get(kind=peaks.KIND).pk)
    assert Waveform.objects.get().trouble == "not_allowed"
    assert b"not on the account" in as_rina.get(f"/calls/legs/{leg.pk}/waveform/").content
    assert host.asked == []


def test_it_is_not_asked_for_without_end(as_rina, leg, host):
    assert b"hx-get" not in as_rina.get(f"/calls/legs/{leg.pk}/waveform/?polls=40").content
    assert not Job.objects.exists()


@pytest.mark.parametrize(("seconds", "channels"), [(0.01, 1), (1, 1), (65.3, 2)])
def test_sounds_of_any_length_have_as_many_bars(tmp_path, seconds, channels):
    file = tmp_path / "a.wav"
    file.write_bytes(sound(seconds, channels))
    length, bars = peaks.of(file)
    assert length == pytest.approx(seconds, abs=0.01)
    assert len(bars) == peaks.BARS


def test_a_real_mp3_has_its_waveform_and_is_heard_in_parts(as_rina, leg, host):
    """The sandbox and `sound` give WAV; how this file was made is in README beside it."""
    host.body, host.headers = TONE.read_bytes(), {"Content-Type": "audio/mpeg"}
    length, bars = peaks.of(store.ensure(leg))
    assert length == pytest.approx(3, abs=0.2)
    left, right = ([bar[side] for bar in bars] for side in (0, 1))
    assert min(left[5:70]) > 40 > 5 > max(left[90:155])
    assert min(right[90:155]) > 40 > 5 > max(right[5:70])
    answer = as_rina.get(address(as_rina, leg)["url"], headers={"Range": "bytes=4000-4999"})
    assert (answer.status_code, answer["Content-Type"]) == (206, "audio/mpeg")
    assert answer["Content-Range"] == f"bytes 4000-4999/{len(host.body)}"
    assert b"".join(answer.streaming_content) == host.body[4000:5000]
    assert heard(as_rina, address(as_rina, leg)["url"], Range="bytes=-100") == (206, host.body[-100:])


def test_what_nobody_heard_for_a_week_is_dropped(leg, host):
    file = store.ensure(leg)
    assert store.tidy() == 0
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert store.tidy() == 1
    assert not file.exists()


# --- with the simulated cloud ---------------------------------------------------------------------------------------


def test_the_sandbox_has_recordings_to_be_heard(account, as_owner, monkeypatch, settings):
    cloud = Cloud(code=account.code, clock=Clock(NOON, STILL), scenario="busy")
    cloud.advance(1800)
    told = next(leg for leg in cloud.ended_legs() if leg.recorded and leg.answered and leg.talk > 5)
    settings.ALLOW_HTTP_HOSTS = ["127.0.0.1"]
    account.recording_hosts = ["127.0.0.1:8090"]
    account.save()
    monkeypatch.setattr(gateway, "transport", httpx.WSGITransport(app=application(cloud)))
    url = f"http://127.0.0.1:8090/CallsHistory/PlayRecord/{told.call_id}-aws-1-2.mp3"
    tell(account, push(pushed(NOON, call_id="one", type="Queue", status="ANSWER", recording=url)))
    file = store.ensure(Cdr.objects.get())
    seconds, bars = peaks.of(file)
    assert seconds == pytest.approx(told.talk)
    assert max(bar[0] for bar in bars) > 5
    gone = url.replace(told.call_id, "2020")
    Cdr.objects.update(recording_url=gone)
    with pytest.raises(audio.Gone):
        store.ensure(Cdr.objects.select_related("account").get())
    assert Call.objects.count() == 1
