"""The keyboard, by physical key, so that it is the same under a Hebrew layout (DESIGN, Keyboard)."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

CURSOR = "tr.row-main.is-cursor"


@pytest.fixture
def log(sign_in, console) -> Page:
    page = sign_in("rina")
    page.goto(f"{console.url}/calls/")
    expect(page.locator("tbody.call").nth(2)).to_be_visible(timeout=60_000)
    return page


def press(page: Page, *codes: str, says: str = "") -> None:
    """Press physical keys one after another; `says` is what a layout makes of the last of them."""
    for code in codes[:-1]:
        page.keyboard.press(code)
    key = says or {"Slash": "/"}.get(codes[-1], codes[-1])
    page.evaluate(
        "([code, key]) => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {code, key, bubbles: true, cancelable: true}))",
        [codes[-1], key],
    )


def _row(page: Page, place: int) -> Locator:
    return page.locator("tr.row-main").nth(place)


def test_slash_goes_to_the_search_and_escape_leaves_it(log):
    log.keyboard.press("Slash")
    expect(log.locator("#log-search")).to_be_focused()
    log.keyboard.type("j/k?")
    expect(log.locator("#log-search")).to_have_value("j/k?")
    expect(log.locator(CURSOR)).to_have_count(0)
    expect(log.locator("#all-keys")).to_be_hidden()
    log.keyboard.press("Escape")
    expect(log.locator("#log-search")).not_to_be_focused()


def test_j_and_k_walk_and_enter_opens(log):
    for code in ("KeyJ", "KeyJ", "KeyJ", "KeyK"):
        log.keyboard.press(code)
    expect(log.locator(CURSOR)).to_have_count(1)
    place = log.locator("tr.row-main").evaluate_all("rows => rows.findIndex(row => row.matches('.is-cursor'))")
    assert place == 1
    address = log.locator(CURSOR).get_attribute("data-href")
    log.keyboard.press("Enter")
    log.wait_for_url(f"**{address}")


def test_o_unfolds_the_legs_under_the_cursor(log):
    folded = log.locator("tbody.call:has([data-fold])").first
    expect(folded).to_be_attached(timeout=60_000)
    wanted = folded.get_attribute("id")
    for _ in range(50):
        log.keyboard.press("KeyJ")
        if log.locator(f"#{wanted} {CURSOR}").count():
            break
    log.keyboard.press("KeyO")
    expect(folded.locator("tr.leg").first).to_be_visible()
    log.keyboard.press("KeyO")
    expect(folded.locator("tr.leg").first).to_be_hidden()


@pytest.mark.parametrize(("code", "path"), [("KeyH", "/"), ("KeyL", "/calls/")])
def test_g_goes_to_a_place(log, console, code, path):
    log.goto(f"{console.url}/deliveries/")
    log.keyboard.press("KeyG")
    log.keyboard.press(code)
    log.wait_for_url(console.url + path)


def test_g_s_goes_to_the_settings_of_those_who_have_some(sign_in, console):
    page = sign_in("owner")
    page.goto(f"{console.url}/deliveries/")
    page.keyboard.press("KeyG")
    page.keyboard.press("KeyS")
    page.wait_for_url(f"{console.url}/admin/")


def test_brackets_go_to_the_earlier_and_the_later_call(log):
    _row(log, 20).locator("td.c-time a").click()  # old enough that no call is told of late between it and its neighbour
    log.wait_for_url(re.compile(r"/calls/\d+/$"))
    here = log.url
    log.keyboard.press("BracketLeft")
    log.wait_for_url(lambda url: url != here)
    log.keyboard.press("BracketRight")
    log.wait_for_url(here)


def test_question_mark_shows_all_keys(log):
    log.keyboard.press("Shift+Slash")
    expect(log.locator("#all-keys")).to_be_visible()
    log.keyboard.press("KeyJ")
    expect(log.locator(CURSOR)).to_have_count(0)
    log.keyboard.press("Escape")
    expect(log.locator("#all-keys")).to_be_hidden()


def test_a_hebrew_layout_changes_nothing(log):
    """There the keys say ח, ל and ך or ן; only where they lie counts."""
    press(log, "KeyJ", says="ח")
    press(log, "KeyJ", says="ח")
    press(log, "KeyK", says="ל")
    place = log.locator("tr.row-main").evaluate_all("rows => rows.findIndex(row => row.matches('.is-cursor'))")
    assert place == 0
    press(log, "Slash", says=".")
    expect(log.locator("#log-search")).to_be_focused()
