"""Every page for every role, in both languages, themes and widths (TARGETS T10)."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

WIDTHS = (1360, 390)
GUISES = [("en", "light"), ("he", "dark")]
SERIOUS = ("serious", "critical")
REPORTS = ("queues", "agents", "hours", "dialled", "cost", "paths")
STEPS = ("account", "code", "hosts", "connections", "hooks", "senders", "clock", "figures")
# What the rail does not offer, by who may open it; {contact} and {account} are keys that the lists lead to.
BELOW = {
    "rina": [
        *(f"/reports/{name}/" for name in REPORTS), "/reports/queues/?formula=sl.default", "/alerts/",
        "/contacts/new/", "/contacts/{contact}/", "/contacts/{contact}/edit/", "/contacts/erase/",
    ],
    "owner": [f"/settings/connect/{{account}}/{name}/" for name in STEPS],  # who leads a whole account
    "dana": ["/contacts/", "/contacts/new/", "/contacts/{contact}/", "/contacts/{contact}/edit/"],
}  # fmt: skip
CLOSED_TO_AGENTS = [
    *(f"/reports/{name}/" for name in REPORTS), "/reports/queues/export.csv", "/alerts/", "/contacts/erase/",
    "/settings/connect/", "/settings/connect/{account}/code/",
]  # fmt: skip
# Django's own administration: its colours are not ours.
ADMIN_RULES = {"color-contrast": {"enabled": False}}


@pytest.mark.parametrize(("language", "theme"), GUISES)
@pytest.mark.parametrize("who", ["owner", "rina", "dana"])
def test_every_page_is_whole(sign_in, console, who, language, theme):
    """No sideways scroll, no serious finding of axe, one heading; errors in the browser fail in `sign_in`."""
    page = sign_in(who, language=language, theme=theme)
    found: list[str] = []
    for path in _pages(page, console.url):
        page.goto(console.url + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900 if width > 800 else 844})
            page.wait_for_timeout(200)  # a chart is drawn anew 120 ms after its window changed
            found += [f"{path} at {width}: {trouble}" for trouble in _shape(page)]
            if width == WIDTHS[0] or who == "owner":  # who sees every page; the rest of them are its like
                found += [f"{path} at {width}: {trouble}" for trouble in _barriers(page, path)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("language", "theme"), GUISES)
@pytest.mark.parametrize("who", list(BELOW))
def test_pages_below_the_rail_are_whole(sign_in, console, who, language, theme):
    """Each report, alerts and digests, a contact, the steps of the connection assistant, as those who may."""
    page = sign_in(who, language=language, theme=theme)
    keys = _keys(page, console.url, sign_in)
    found: list[str] = []
    for path in (path.format(**keys) for path in BELOW[who]):
        answer = page.goto(console.url + path)
        found += [f"{path} answers {answer.status}"] if answer.status != 200 else []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900 if width > 800 else 844})
            page.wait_for_timeout(150)
            found += [f"{path} at {width}: {trouble}" for trouble in _shape(page) + _barriers(page, path)]
    assert not found, "\n".join(found)


def test_what_an_agent_may_not_open(sign_in, console):
    page = sign_in("dana")
    keys = _keys(page, console.url, sign_in)
    answers = {path: page.request.get(console.url + path.format(**keys)).status for path in CLOSED_TO_AGENTS}
    assert {path: status for path, status in answers.items() if status not in (403, 404)} == {}


def _keys(page: Page, home: str, sign_in) -> dict[str, str]:
    """A contact that this person sees, and the account that the owner connects."""
    owner = sign_in("owner")
    owner.goto(f"{home}/settings/connect/")
    page.goto(f"{home}/contacts/")
    return {"contact": _key_of(page, r"/contacts/(\d+)/"), "account": _key_of(owner, r"/settings/connect/(\d+)/")}


def _key_of(page: Page, pattern: str) -> str:
    links = page.locator("main a").evaluate_all("links => links.map(link => link.getAttribute('href') || '')")
    return next(found[1] for link in links if (found := re.search(pattern, link)))


def _pages(page: Page, home: str) -> list[str]:
    """What the rail offers, and what one gets to from there: a call, a payload, an empty result."""
    page.goto(f"{home}/calls/")
    expect(page.locator("tr.row-main").first).to_be_visible(timeout=60_000)
    rail = page.locator(".rail-line").evaluate_all("lines => lines.map(line => line.getAttribute('href'))")
    page.goto(f"{home}/calls/?outcome=answered")  # by night there may be none among the latest
    call = page.locator("tr.row-main td.c-time a").first.get_attribute("href")
    page.goto(home + call)
    payloads = page.locator("a.raw").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    kinds = {re.sub(r"\d+", "n", path): path for path in payloads}
    return [*rail, call, *kinds.values(), "/calls/?outcome=busy&wait=5", "/calls/?search=000111222333"]


def _shape(page: Page) -> list[str]:
    found = []
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("scrolls sideways")
    if page.locator("main h1").count() != 1:
        found.append(f"{page.locator('main h1').count()} headings of the first level in main")
    return found


def _barriers(page: Page, path: str) -> list[str]:
    """What axe finds serious or critical."""
    options = {"resultTypes": ["violations"], "rules": ADMIN_RULES if path.startswith("/admin/") else {}}
    found = []
    for finding in Axe().run(page, options=options).response["violations"]:
        if finding["impact"] in SERIOUS:
            nodes = "; ".join(node["html"][:120] for node in finding["nodes"][:3])
            found.append(f"{finding['id']}: {finding['help']}: {nodes}")
    return found


def test_a_page_that_is_not_there(sign_in, console):
    page = sign_in("rina", language="he", theme="dark", width=390)
    answer = page.request.get(f"{console.url}/calls/987654321/")
    assert answer.status == 404
    assert 'dir="rtl"' in answer.text()


@pytest.mark.parametrize(("language", "theme"), GUISES)
def test_the_sign_in_page(browser, console, language, theme):
    with browser.new_context(color_scheme=theme) as context:
        context.add_cookies([{"name": "django_language", "value": language, "url": console.url}])
        page = context.new_page()
        page.goto(f"{console.url}/sign-in/")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            assert _shape(page) + _barriers(page, "/sign-in/") == []
