"""The web phone's wiring, with a fake in place of the library: what is pressed, what is shown, which tab holds it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

FAKE = Path(__file__).parent / "fake_phone.js"
DOMAIN = "sip.voicenter.example"
PASSWORD = "a-sip-password-of-the-tests"


@pytest.fixture(scope="module")
def console_with_phone(console, browser):
    """The owner gives Dana a phone, as anybody would: in the back office."""
    from .conftest import _signed_in

    console.sessions.setdefault("owner", _signed_in(browser, console, "owner"))
    with browser.new_context(storage_state=console.sessions["owner"]) as context:
        page = context.new_page()
        page.goto(f"{console.url}/admin/organisation/account/")
        page.get_by_role("link", name="Demo centre", exact=True).click()
        page.fill("#id_phone_domain", DOMAIN)
        page.click("[name=_save]")
        expect(page.locator(".success")).to_be_visible()
        page.goto(f"{console.url}/admin/calls/webphone/add/")
        page.select_option("#id_user", label="Dana Lavi")
        extension = page.locator("#id_extension option", has_text="YoRBdfYy")
        page.select_option("#id_extension", extension.get_attribute("value"))
        page.fill("#id_new_password", PASSWORD)
        page.click("[name=_save]")
        expect(page.locator(".success")).to_be_visible()
        page.goto(f"{console.url}/admin/calls/webphone/")
        page.click("#result_list a")
        assert PASSWORD not in page.content()


@pytest.fixture
def desk(console_with_phone, sign_in, console) -> Page:
    page = with_fake(sign_in("dana"))
    page.goto(f"{console.url}/desk/")
    until(page, "globalThis.fakes?.length === 1")
    return page


def with_microphone(page: Page) -> Page:
    """This browser has none."""
    page.add_init_script("navigator.mediaDevices.getUserMedia = async () => new MediaStream()")
    return page


def with_fake(page: Page) -> Page:
    page.route("**/opensips-js*.iife*.js", lambda route: route.fulfill(path=FAKE, content_type="text/javascript"))
    return with_microphone(page)


def until(page: Page, expression: str) -> None:
    """Wait for it, without the eval that the page's policy forbids."""
    for _ in range(150):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"it did not come: {expression}")


def provider_says(page: Page, name: str, *args: object) -> None:
    page.evaluate("([name, args]) => globalThis.fakes.at(-1).say(name, ...args)", [name, list(args)])


def told(page: Page) -> list:
    return page.evaluate("globalThis.fakes.at(-1).told")


def a_call(call_id: str = "sip-1", direction: str = "incoming") -> dict:
    return {
        "_id": call_id,
        "direction": direction,
        "_remote_party_uri_user": "0545550118",
        "_remote_party_display_name": "Avital Moran",
    }


def test_it_registers_with_its_own_credentials_over_wss_alone(desk):
    options = desk.evaluate("globalThis.fakes[0].options")
    assert options["configuration"]["uri"] == f"sip:YoRBdfYy@{DOMAIN}"
    assert options["configuration"]["password"] == PASSWORD
    assert options["socketInterfaces"] == [f"wss://{DOMAIN}"]
    assert options["modules"] == ["audio"]
    assert told(desk) == [["begin"]]
    provider_says(desk, "registered")
    expect(desk.locator("#phone")).to_have_attribute("data-state", "registered")
    assert PASSWORD not in desk.content()


@pytest.mark.parametrize(
    ("event", "state"), [("registrationFailed", "refused"), ("disconnected", "lost"), ("unregistered", "lost")]
)
def test_what_goes_wrong_is_said(desk, event, state):
    provider_says(desk, event, {"cause": "Rejected"})
    expect(desk.locator("#phone")).to_have_attribute("data-state", state)
    expect(desk.locator("[data-phone-state]")).not_to_be_empty()


def test_a_call_that_rings_is_answered_muted_and_hung_up(desk):
    provider_says(desk, "new_call", a_call())
    line = desk.locator("[data-call='sip-1']")
    expect(line).to_contain_text("Avital Moran")
    expect(line).to_contain_text("0545550118")
    expect(line).to_have_attribute("data-phase", "ringing")
    line.get_by_role("button", name="Answer").click()
    assert told(desk)[-1] == ["answerCall", "sip-1"]
    provider_says(desk, "confirmed", a_call())
    expect(line).to_have_attribute("data-phase", "talking")
    mute = line.get_by_role("button", name="Mute")
    mute.click()
    provider_says(desk, "changeIsMuted", True)
    expect(mute).to_have_attribute("aria-pressed", "true")
    mute.click()
    assert [name for name, *_ in told(desk)[-2:]] == ["mute", "unmute"]
    line.get_by_role("button", name="Hang up").click()
    assert told(desk)[-1] == ["terminateCall", "sip-1"]
    provider_says(desk, "ended", a_call())
    expect(line).to_have_count(0)
    expect(desk.locator("[data-phone-none]")).to_be_visible()


def test_all_ten_callbacks_are_called_back(desk):
    """By the names of Voicenter's own phone, and `call` asks first whether the number may be dialled."""
    heard = desk.evaluate(
        """async (call) => {
          const heard = [];
          const names = ["onRegister", "onInitiateFailed", "onRegisterFailed", "onDisconnect", "onRinging", "onCall",
                         "onCallAnswer", "onCallEnd", "onCallFailed", "onCallRejected"];
          const made = (library, admit) => {
            const phone = new WebPhone({ library, admit });
            for (const name of names) phone[name] = () => heard.push(name);
            phone.initiate({ user: "u", password: "p", domain: "d.example" });
            return phone;
          };
          made({ default: class { constructor() { throw new Error("no"); } } });
          const phone = made(OpensipsJS, async (number) => number === "0545550118");
          const line = fakes.at(-1);
          line.say("registered");
          line.say("registrationFailed", {});
          for (const [id, direction, end, cause] of [
            ["1", "incoming", "ended"], ["2", "outgoing", "failed", "Busy"], ["3", "outgoing", "failed", "Timeout"],
          ]) {
            line.say("new_call", { ...call, _id: id, direction });
            if (id === "1") line.say("confirmed", { ...call, _id: id });
            line.say(end, { ...call, _id: id }, { cause });
          }
          line.say("disconnected");
          await phone.call("0545550118");
          for (const [number, other] of [["1900123456", phone], ["0545550118", new WebPhone()]]) {
            try { await other.call(number); heard.push("called"); } catch { heard.push("refused"); }
          }
          return [heard, line.told];
        }""",
        a_call(),
    )
    assert heard == [
        [
            "onInitiateFailed", "onRegister", "onRegisterFailed", "onRinging", "onCallAnswer", "onCallEnd", "onCall",
            "onCallRejected", "onCall", "onCallFailed", "onDisconnect", "refused", "refused",
        ],
        [["begin"], ["initCall", "0545550118", False, True]],
    ]  # fmt: skip


def test_one_tab_holds_the_phone_and_the_next_takes_over(desk, console):
    provider_says(desk, "registered")
    other = with_fake(desk.context.new_page())
    other.goto(f"{console.url}/desk/")
    expect(other.locator("#phone")).to_have_attribute("data-state", "elsewhere")
    assert other.evaluate("globalThis.fakes ?? []") == []
    desk.close()
    until(other, "globalThis.fakes?.length === 1")
    provider_says(other, "registered")
    expect(other.locator("#phone")).to_have_attribute("data-state", "registered")


def test_the_real_library_registers_under_the_page_s_own_rules(console_with_phone, sign_in, console):
    """The library itself, with the provider's end of its line in the test's hand."""
    page, heard = with_microphone(sign_in("dana")), []

    def provider(line) -> None:
        line.on_message(lambda message: heard.append(message))

    page.route_web_socket(f"wss://{DOMAIN}/", provider)
    page.goto(f"{console.url}/desk/")
    until(page, "document.getElementById('phone').dataset.state === 'connecting'")
    for _ in range(100):
        if heard:
            break
        page.wait_for_timeout(100)
    assert heard[0].startswith(f"REGISTER sip:{DOMAIN} SIP/2.0")
    assert f"<sip:YoRBdfYy@{DOMAIN}>" in heard[0]
    assert PASSWORD not in "".join(heard)


def test_without_a_microphone_it_does_not_register(console_with_phone, sign_in, console):
    page = sign_in("dana")
    page.goto(f"{console.url}/desk/")
    expect(page.locator("#phone")).to_have_attribute("data-state", "microphone")


def test_who_has_no_phone_is_told_so(sign_in, console):
    page = sign_in("rina")
    page.goto(f"{console.url}/desk/")
    expect(page.locator(".blank")).to_be_visible()
    assert page.locator("script[src*=opensips]").count() == 0


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("he", "dark", 390), ("en", "light", 390), ("he", "light", 1360)]
)
def test_it_reads_in_both_languages_and_widths(console_with_phone, sign_in, console, language, theme, width):
    page = with_fake(sign_in("dana", language=language, theme=theme, width=width))
    page.goto(f"{console.url}/desk/")
    until(page, "globalThis.fakes?.length === 1")
    provider_says(page, "new_call", a_call())
    expect(page.locator("[data-call='sip-1']")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
