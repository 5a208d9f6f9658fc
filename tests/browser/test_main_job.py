"""The main job as people do it: calls arrive by themselves, a manager finds and opens one, an agent dials."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

LANGUAGES = ["en", "he"]
LOG = {"en": "Call log", "he": "יומן שיחות"}
ANSWERED = {"en": "Answered", "he": "נענתה"}
YOUR_PHONE = {"en": "your phone", "he": "הטלפון שלך"}
ROWS = "tr.row-main"
FIRST_CALL = 60_000  # ms: the console and its cloud have only just started


def test_a_visitor_sees_the_sign_in_page(console, browser: Browser):
    page = browser.new_page()
    page.goto(f"{console.url}/calls/")

    assert "/sign-in/" in page.url
    page.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_calls_arrive_by_themselves(sign_in, console, language):
    page = sign_in("rina", language=language)
    page.goto(f"{console.url}/calls/")

    expect(page.get_by_role("heading", level=1)).to_have_text(LOG[language])
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "he" else "ltr")
    expect(page.locator(ROWS).first).to_be_visible(timeout=FIRST_CALL)
    count = page.locator("#log-count")
    before = count.inner_text()
    page.locator("#newer button").click(timeout=FIRST_CALL)
    expect(count).not_to_have_text(before)
    expect(page.locator("#newer button")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_manager_filters_unfolds_and_opens_a_call(sign_in, console, language):
    page = sign_in("rina", language=language)
    page.goto(f"{console.url}/calls/")
    expect(page.locator(ROWS).first).to_be_visible(timeout=FIRST_CALL)

    page.locator("#filter-outcome summary").click()
    page.locator("#filter-outcome input[value=answered]").check()
    expect(page).to_have_url(re.compile("outcome=answered"))
    expect(page.locator("#filter-outcome")).to_have_class(re.compile("is-on"))
    chips = page.locator("td.c-outcome .chip:visible")
    expect(chips.first).to_contain_text(ANSWERED[language])
    assert {chip.strip() for chip in chips.all_inner_texts()} == {ANSWERED[language]}

    page.keyboard.press("Escape")
    folded = page.locator("tbody.call:has([data-fold])").first
    expect(folded.locator("tr.leg").first).to_be_hidden()
    folded.locator("[data-fold]").click()
    expect(folded.locator("tr.leg").first).to_be_visible()

    folded.locator("td.c-who a").click()
    page.wait_for_url(re.compile(r"/calls/\d+/$"))
    assert page.locator(".told-step").count() >= 1
    _reads_the_raw_payload(page)


def _reads_the_raw_payload(page: Page) -> None:
    """It opens beside the page, and Esc gives the keyboard back to where it was."""
    opener = page.locator(".told-step .raw").first
    opener.click()
    expect(page.locator("#drawer")).to_be_visible()
    expect(page.locator("#drawer pre.payload")).to_contain_text("{")
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_manager_searches_by_part_of_a_number(sign_in, console, language):
    page = sign_in("rina", language=language)
    page.goto(f"{console.url}/calls/")
    number = page.locator("td.c-who a", has_text=re.compile(r"\d{3}-\d{4}")).first
    expect(number).to_be_visible(timeout=FIRST_CALL)
    part = number.inner_text().strip()[-6:]  # 5-0123, as somebody remembers it

    page.fill("#log-search", part)
    page.wait_for_url(re.compile("search="))
    expect(page.locator("td.c-who", has_text=part).first).to_be_visible()
    expect(page.locator("#log-search")).to_be_focused()

    page.fill("#log-search", "000111222333")
    expect(page.locator(ROWS)).to_have_count(0)
    page.locator(".blank a").click()
    expect(page.locator(ROWS).first).to_be_visible()


def test_an_agent_sees_own_calls_only_and_a_stranger_none(sign_in, console):
    dana = sign_in("dana")
    dana.goto(f"{console.url}/calls/")
    expect(dana.locator(ROWS).first).to_be_visible(timeout=FIRST_CALL)
    assert dana.request.get(f"{console.url}/deliveries/").status == 403
    own = {row.get_attribute("data-href") for row in dana.locator(ROWS).all()}

    rina = sign_in("rina")
    rina.goto(f"{console.url}/calls/")
    others = [row.get_attribute("data-href") for row in rina.locator(ROWS).all()]
    foreign = next(url for url in others if url not in own)
    assert rina.request.get(console.url + foreign).status == 200
    assert dana.request.get(console.url + foreign).status == 404

    stranger = sign_in("stranger")
    stranger.goto(f"{console.url}/calls/")
    expect(stranger.locator(ROWS)).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_agent_presses_call_and_one_phone_rings(sign_in, console, language):
    page = sign_in("dana", language=language)
    page.goto(f"{console.url}/calls/")
    expect(page.locator("[data-dial]").first).to_be_attached(timeout=FIRST_CALL)
    before = console.cloud("dials")["dials"]
    row = _not_rung_yet(page, {dial["target"][-7:] for dial in before})

    row.hover()
    row.locator("[data-dial]").dblclick()
    progress = row.locator(".dial-progress")
    expect(progress).to_contain_text(YOUR_PHONE[language])
    expect(progress.locator("form")).to_be_visible(timeout=15_000)  # Voicenter took it: it can be ended

    dials = console.cloud("dials")["dials"]
    assert len(dials) == len(before) + 1
    assert dials[-1]["phone"] == "YoRBdfYy"


def _not_rung_yet(page: Page, rung: set[str]) -> Locator:
    """The first row with another number: the same one again within ten seconds is refused."""
    for field in page.locator("input[name=target]").all():
        if field.input_value()[-7:] not in rung:
            call = field.locator("xpath=ancestor::tbody").get_attribute("id")
            return page.locator(f"#{call} {ROWS}")
    raise AssertionError("Dana has calls with one number only")
