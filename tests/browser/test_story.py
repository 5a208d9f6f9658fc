"""A manager listens to a call, writes of it, keeps a view of the log and takes its calls home."""

import re

import pytest
from playwright.sync_api import Page, expect

GUISES = [("en", "light", 1360), ("he", "dark", 390)]


@pytest.fixture
def story(sign_in, console):
    """The page of a recorded call, of which Voicenter pushed the transcript."""

    def opened(language: str, theme: str, width: int) -> Page:
        page = sign_in("rina", language=language, theme=theme, width=width)
        for _ in range(30):
            page.goto(f"{console.url}/calls/?recorded=true&talk=30&outcome=answered")
            if page.locator("tr.row-main").count():
                break
            page.wait_for_timeout(1000)
        page.locator("tr.row-main td.c-who a").first.click()
        expect(page.locator("[data-player]").first).to_be_visible()
        return page

    return opened


@pytest.mark.parametrize(("language", "theme", "width"), GUISES)
def test_a_recording_is_played_and_written_down(story, language, theme, width):
    page = story(language, theme, width)
    expect(page.locator(".wave rect").first).to_be_attached(timeout=60_000)
    player = page.locator("[data-player]").first
    player.locator("[data-play]").click()
    expect(player).to_have_class(re.compile("is-playing"))
    expect(player.locator("[data-now]")).not_to_have_text("0:00", timeout=20_000)
    page.locator("h1").click()
    page.keyboard.press("Space")
    expect(player).not_to_have_class(re.compile("is-playing"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+Period")
    expect(player.locator("[data-speed='1.5']")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".transcript-line.is-now")).to_have_count(1)
    page.reload()
    page.locator(".player-foot a").first.click()
    expect(page.locator("#drawer-body")).to_contain_text("Rina Peled")


@pytest.mark.parametrize(("language", "share"), [("en", 0.6), ("he", 0.4)])
def test_a_block_of_the_strip_moves_the_player(story, language, share):
    """Time runs from the right in Hebrew, so the same moment lies mirrored."""
    page = story(language, "light", 1360)
    block = page.locator(".strip-story rect[data-plays]").first
    seconds, its = int(block.get_attribute("data-seconds")), block.bounding_box()
    page.mouse.click(its["x"] + its["width"] * share, its["y"] + its["height"] / 2)
    player = page.locator("[data-player]").first
    expect(player).to_have_class(re.compile("is-playing"))
    at = player.locator("audio").evaluate("audio => audio.currentTime")
    assert seconds * 0.55 < at
    expect(page.locator(".told-step.is-now")).to_have_count(1)
    expect(page.locator(".strip-now")).to_be_attached()
    page.keyboard.press("Space")


def test_a_note_is_written_and_taken_back(story):
    page = story("en", "light", 1360)
    page.locator(".note-form textarea").fill("Call back on Thursday.")
    page.locator(".note-form button").click()
    expect(page.locator(".note-text")).to_have_text("Call back on Thursday.")
    page.locator("#toasts button").first.click()
    expect(page.locator(".note-text")).to_have_count(0)


def test_a_view_is_kept_and_its_calls_are_exported(sign_in, console):
    page = sign_in("rina")
    page.goto(f"{console.url}/calls/")
    page.locator("#filter-outcome summary").click()
    page.locator("#filter-outcome input[value=answered]").check()
    expect(page.locator("#view-save")).to_be_visible()
    page.locator("#view-save summary").click()
    page.locator("#view-save input[name=name]").fill("Answered ones")
    page.locator("#view-save button").click()
    expect(page.locator("#views [aria-current=page]")).to_have_text("Answered ones")
    expect(page).to_have_url(re.compile("view=[0-9]+"))
    page.locator("#export summary").click()
    page.locator("#export button[value=csv]").click()
    link = page.locator("#toasts a[href*='/calls/exports/']")
    expect(link).to_be_visible(timeout=30_000)
    with page.expect_download() as fetched:
        link.click()
    lines = fetched.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Time,Direction,Customer")
    assert {line.split(",")[5] for line in lines[1:]} == {"Answered"}
