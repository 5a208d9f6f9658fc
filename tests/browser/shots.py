#!/usr/bin/env python3
"""Take pictures of a running console, one per page, language, theme and width.

    .venv/bin/python tests/browser/shots.py http://127.0.0.1:8000 --user EMAIL --password WORD --out DIR \
        --page / --page /calls/ --language en --language he --theme light --theme dark --width 390

Prints what the browser complained of (script errors, refused content, failed requests, sideways scroll); the
exit code is 1 if there was any.
"""

import argparse
import itertools
import re
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
HEIGHTS = {390: 844}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="where the console answers")
    parser.add_argument("--user", help="e-mail to sign in with; without it only open pages are reached")
    parser.add_argument("--password", default="")
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--page", action="append", dest="pages", default=[])
    parser.add_argument("--language", action="append", dest="languages", choices=["en", "he"])
    parser.add_argument("--theme", action="append", dest="themes", choices=["light", "dark"])
    parser.add_argument("--width", action="append", dest="widths", type=int)
    given = parser.parse_args()
    given.pages = given.pages or ["/"]
    given.languages = given.languages or ["en", "he"]
    given.themes = given.themes or ["light", "dark"]
    given.widths = given.widths or [1360, 390]
    return given


def sign_in(page: Page, base: str, user: str, password: str) -> None:
    page.goto(base)
    if page.locator("input[name=password]").count():
        page.fill("input[name=username]", user)
        page.fill("input[name=password]", password)
        page.click("button.btn-primary[type=submit]")
        page.wait_for_load_state()


def watch(page: Page, found: list[str]) -> None:
    page.on(
        "console",
        lambda line: found.append(f"console: {line.text}") if line.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: found.append(f"script: {error}"))
    page.on("requestfailed", lambda request: found.append(f"request: {request.url} {request.failure}"))


def shoot(browser: Browser, given: argparse.Namespace, language: str, theme: str, width: int) -> list[str]:
    """Pictures of all pages in one guise; what the browser complained of, with the page's name."""
    context = browser.new_context(viewport={"width": width, "height": HEIGHTS.get(width, 900)}, color_scheme=theme)
    context.add_cookies(
        [{"name": n, "value": v, "url": given.url} for n, v in (("django_language", language), ("theme", theme))]
    )
    page = context.new_page()
    if given.user:
        sign_in(page, given.url, given.user, given.password)
    found: list[str] = []
    watch(page, found)
    for path in given.pages:
        page.goto(given.url.rstrip("/") + path)
        page.wait_for_timeout(900)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path}: scrolls sideways at {width}")
        name = re.sub(r"\W+", "-", path).strip("-") or "home"
        page.screenshot(path=given.out / f"{name}-{language}-{theme}-{width}.png")
    page.goto("about:blank")
    context.close()
    return [f"[{language} {theme} {width}] {line}" for line in found if "net::ERR_ABORTED" not in line]


def main() -> int:
    given = arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    complaints = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for guise in itertools.product(given.languages, given.themes, given.widths):
            complaints += shoot(browser, given, *guise)
        browser.close()
    print("\n".join(complaints) or "no complaint")
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
