"""Pages in Hebrew: no English is left on them but names, and what has a direction of its own is isolated.

A bare number keeps its order among Hebrew words; one with a sign or a separator stands in `<bdi dir="ltr">`.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from calls.models import Call, Cdr
from calls.recovery import definitions
from ivr import publishing
from ivr.examples import examples
from ivr.models import Flow
from voicenter_console.organisation.models import User
from voicenter_console.webhooks import ingest
from voicenter_console.webhooks.models import Delivery

# Names of things, which Hebrew speakers write in Latin letters too.
NAMES = {
    "Voicenter",
    "VCC",
    "Live",
    "IVR",
    "ASA",
    "API",
    "JSON",
    "XML",
    "RPC",
    "EN",
    "English",
    "VIP",
    "Log",
    "Call",
    "hook",
    "ASR",
    "NER",
    "ACD",
}
# What the test's people and payloads are called.
SAID = {"Dana", "Lavi", "Service", "Main", "Kinneret", "Home", "application", "json", "PARKED", "menu", "busy"}
SILENT = {"title", "script", "style", "pre", "kbd", "svg", "noscript"}
SPOKEN = ("title", "aria-label", "placeholder", "alt")
VOID = {"meta", "link", "input", "br", "img", "hr", "use", "rect", "path"}
LOOSE = re.compile(r"\d[\d:.,/-]*[:.,/-]\d|\d ?%|₪ ?\d|[+−]\d")


class Reader(HTMLParser):
    """What a reader sees: words outside of isolated and foreign text, and numbers that are not isolated."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool, bool]] = []
        self.words: list[str] = []
        self.loose: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        above = self.open[-1] if self.open else ("", False, False)
        foreign = (
            above[1] or tag in SILENT or tag == "bdi" or said.get("aria-hidden") == "true" or said.get("lang") == "en"
        )
        isolated = above[2] or said.get("dir") == "ltr" or tag == "bdi" or tag in SILENT
        self.words += [] if foreign else [said[name] or "" for name in SPOKEN if name in said]
        self.words += [value or "" for name, value in attrs if name.startswith("data-word")]
        if tag not in VOID:
            self.open.append((tag, foreign, isolated))

    def handle_endtag(self, tag: str) -> None:
        if tag in {name for name, *_ in self.open}:
            while self.open.pop()[0] != tag:
                continue

    def handle_data(self, data: str) -> None:
        _, foreign, isolated = self.open[-1] if self.open else ("", False, False)
        if not foreign:
            self.words.append(data)
        if not isolated:
            self.loose += LOOSE.findall(data)

    @property
    def english(self) -> set[str]:
        return {word for text in self.words for word in re.findall(r"[A-Za-z]{2,}", text)} - NAMES - SAID


def read(client: Client, path: str, status: int = 200) -> Reader:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "he"
    answer = client.get(path)
    assert answer.status_code == status
    reader = Reader()
    reader.feed(answer.content.decode())
    assert '<html lang="he" dir="rtl"' in answer.content.decode()
    return reader


@pytest.fixture
def calls(push, post_hook, account, a_push: dict) -> None:
    """A call of each outcome, one with a status that is new, and a delivery that could not be read."""
    statuses = [
        "ANSWER",
        "ABANDONE",
        "TIMEOUT",
        "NOANSWER",
        "BUSY",
        "CONGESTION",
        "VOEND",
        "VOICEMAIL",
        "NOTDIALED",
        "PARKED",
    ]
    for number, status in enumerate(statuses):
        push(a_push | {"ivruniqueid": f"2026112209{number:02}00aa{number:016}", "status": status})
    post_hook(b"{", "application/json")
    ingest.drain(account)
    assert Delivery.objects.dead().exists()


def stories() -> list[str]:
    return [call.get_absolute_url() for call in Call.objects.all()]


def flows() -> list[str]:
    """The list, and the pages of one in Hebrew that was published."""
    draft = next(one.document for one in examples("he") if one.key == "sales_and_support")
    for name in ("sales", "support"):
        draft["nodes"][name]["targets"] = ["201"]
    flow = Flow.objects.create(account=Call.objects.first().account, name="Main", draft=draft)
    publishing.publish(flow, by=User.objects.first())
    here = flow.get_absolute_url()
    return ["/ivr/", f"{here}?call=1&keys=1", *(here + page for page in ("versions/", "replay/", "callers/?node=menu"))]


PAGES = {
    "home": lambda: [reverse("home")],
    "log": lambda: [reverse("calls:log"), reverse("calls:log") + "?search=nobody&period=week"],
    "story": stories,
    "raw leg": lambda: [reverse("calls:raw", args=[Cdr.objects.first().pk])],
    "recovery": lambda: [
        reverse("recovery:board"),
        reverse("recovery:list"),
        reverse("recovery:list") + "?phone=000",
        *(reverse("recovery:figure", args=[name]) for name in definitions.METRICS),
    ],
    "health": lambda: [reverse("deliveries:list")],
    "alerts": lambda: [reverse("alerts:list")],
    "reports": lambda: [
        f"/reports/{path}from=2026-01-01&to=2026-11-24&{more}"
        for path in ("?", "agents/?", "hours/?", "dialled/?", "cost/?", "paths/?")
        for more in ("period=custom&formula=sl.default", "period=today&formula=dial.asr")
    ],
    "flows": flows,
    "raw delivery": lambda: [reverse("deliveries:raw", args=[Delivery.objects.dead().get().pk])],
}


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_console(as_owner: Client, name: str) -> None:
    for path in PAGES[name]():
        page = read(as_owner, path)
        assert page.english == set(), path
        assert page.loose == [], path


@pytest.mark.parametrize(("path", "status"), [("/sign-in/", 200), ("/nothing/", 404), ("/deliveries/", 403)])
def test_a_page_without_the_console(client: Client, gal: User, path: str, status: int) -> None:
    if status != 200:
        client.force_login(gal)
    page = read(client, path, status)
    assert page.english == set()
    assert page.loose == []
