"""Without a script the console can be read: sign in, find a call by filter and page, open it."""

import re

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def log(sign_in, console) -> Page:
    """The call log, as soon as it has a second page."""
    page = sign_in("owner", script=False)
    for _ in range(60):
        page.goto(f"{console.url}/calls/")
        if page.locator("a[rel=next]").count():
            break
        page.wait_for_timeout(1000)
    return page


def test_sign_in(browser, console):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{console.url}/sign-in/?next=/calls/")
        page.fill("#id_username", "rina@centre.example")
        page.fill("#id_password", console.passwords["rina@centre.example"])
        page.click(".sign-in-form button[type=submit]")
        expect(page).to_have_url(f"{console.url}/calls/")


def test_filters_are_a_form(log):
    log.locator("#filter-outcome summary").click()
    log.locator("#filter-outcome input[value=answered]").check()
    log.locator("#log-search").press("Enter")
    expect(log).to_have_url(re.compile("outcome=answered"))
    expect(log.locator("nav.pager")).to_be_visible()  # the end of the page
    outcomes = set(log.locator("td.c-outcome .chip:visible").all_inner_texts())
    assert outcomes == {"Answered"}

    log.locator("#filter-outcome .filter-clear").click()
    expect(log).not_to_have_url(re.compile("outcome=answered"))


def test_pages_follow_each_other(log):
    first = log.locator("tbody.call").first.get_attribute("id")
    log.locator("a[rel=next]").click()
    expect(log.locator("tbody.call").first).not_to_have_attribute("id", first)
    expect(log.locator("a[rel=prev]")).to_have_count(1)


def test_a_call_and_its_payload(log):
    log.locator("tr.row-main td.c-who a").first.click()
    expect(log).to_have_url(re.compile(r"/calls/\d+/$"))
    expect(log.locator(".told-step").first).to_be_visible()
    log.locator("a.raw").first.click()
    expect(log.locator("pre.payload")).to_contain_text("{")
    expect(log.get_by_role("heading", level=1)).to_be_visible()
