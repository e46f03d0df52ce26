"""What the form does for a sender: addresses, slips, counting, changes, and the browser's own buttons (clause S4)."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_accessibility import violations
from tests.browser.test_sender import TYPED, fill_in, inquiries, reference_on

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]

SCRIPTED = pytest.mark.parametrize("scripted", [True, False], ids=["script", "no script"])
PHONE = {"width": 390, "height": 800}
TOYOSU = "東京都江東区豊洲"
WORDS = {
    "ja": {
        "address": "/inquiry/",
        "look up": "郵便番号から住所を入力する",
        "towns": "複数の地域があります",
        "check": "入力内容を確認する",
        "send": "この内容で送信する",
        "done": "お問い合わせを受け付けました",
    },
    "en": {
        "address": "/en/inquiry/",
        "look up": "Find address from postal code",
        "towns": "Several towns share this postal code",
        "check": "Check what you entered",
        "send": "Send this inquiry",
        "done": "We have received your inquiry",
    },
}
FOUND = "住所を入力しました。確認のうえ、番地を追加してください。"


@pytest.fixture
def form(visit: Visit) -> Iterator[Callable[..., Page]]:
    """Open the form; what was typed must stand in no address and in nothing that the browser keeps."""
    opened: list[Page] = []

    def open_form(address: str = "/inquiry/", *, scripted: bool = True) -> Page:
        page = visit(java_script_enabled=scripted, viewport=PHONE, allow_console="422")
        page.goto(address)
        opened.append(page)
        return page

    yield open_form
    for page in opened:
        addresses = " ".join(page.watch.requests)  # type: ignore[attr-defined]
        assert not re.search("[?]|1350061|135-0061|498|sakiko|takahashi", addresses)
        assert page.context.cookies() == []
        assert page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]") == []


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


# From the postal code to the address


@SCRIPTED
def test_an_address_is_found_and_the_focus_goes_to_it(form: Callable[..., Page], scripted: bool) -> None:
    page = form(scripted=scripted)
    page.locator("[name=name]").fill("髙橋 﨑子")
    page.locator("[name=postal_code]").fill("１３５ー００６１")
    page.get_by_role("button", name="郵便番号から住所を入力する").click()
    address = page.get_by_role("textbox", name="住所")
    expect(address).to_have_value(TOYOSU)
    expect(address).to_be_focused()
    expect(address).to_have_accessible_description(re.compile(FOUND))
    expect(page.locator("#postal-answer")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("髙橋 﨑子")
    assert ("/inquiry/address/" in page.url) == (not scripted), "with the script it is in place"


@SCRIPTED
@pytest.mark.parametrize("language", ["ja", "en"])
def test_several_towns_are_offered_and_chosen_with_the_keyboard(
    form: Callable[..., Page], language: str, scripted: bool
) -> None:
    words = WORDS[language]
    page = form(words["address"], scripted=scripted)
    page.locator("[name=postal_code]").fill("4980000")
    page.get_by_role("button", name=words["look up"]).press("Enter")
    group = page.get_by_role("group", name=re.compile(words["towns"]))
    expect(group).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="愛知県弥富市")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=address]")).to_have_value("三重県桑名郡木曽岬町")
    expect(page.locator("[name=address]")).to_be_focused()
    expect(group).to_be_hidden()


@SCRIPTED
def test_a_code_that_is_not_there_and_what_is_none_are_told_apart(form: Callable[..., Page], scripted: bool) -> None:
    page = form("/en/inquiry/", scripted=scripted)
    look_up = page.get_by_role("button", name="Find address from postal code")
    page.locator("[name=address]").fill("6-2-15")
    page.locator("[name=postal_code]").fill("999-9999")
    look_up.click()
    expect(page.locator("[name=address]")).to_be_focused()
    expect(page.locator("main")).to_contain_text("No address was found for this postal code. Enter the address.")
    page.locator("[name=postal_code]").fill("12")
    look_up.click()
    expect(page.locator("main")).to_contain_text("Enter a postal code with 7 digits")
    expect(page.locator("[name=address]")).to_have_value("6-2-15")


def test_where_the_site_cannot_be_asked_the_form_says_so_and_stays(visit: Visit) -> None:
    page = visit(allow_console="net::ERR_FAILED")
    page.goto("/en/inquiry/")
    page.route("**/inquiry/address/", lambda route: route.abort())
    page.locator("[name=postal_code]").fill("135-0061")
    page.get_by_role("button", name="Find address from postal code").click()
    expect(page.get_by_role("alert")).to_have_text("The address could not be looked up. Enter the address.")
    expect(page.locator("[name=postal_code]")).to_have_value("135-0061")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ja", "en"])
@SCRIPTED
def test_axe_finds_nothing_in_what_a_postal_code_leads_to(
    visit: Visit, language: str, scheme: str, scripted: bool
) -> None:
    """Without the script it is left out alone: axe itself is one."""
    words = WORDS[language]
    page = visit(viewport=PHONE, color_scheme=scheme, allow_console="Failed to load resource")
    if not scripted:
        page.route("**/postal*.js", lambda route: route.abort())
    page.goto(words["address"])
    look_up, found = page.get_by_role("button", name=words["look up"]), {}
    for code, expected in [("498-0000", "towns"), ("135-0061", "id_address"), ("12", "postal code")]:
        page.locator("[name=postal_code]").fill(code)
        look_up.click()
        if expected == "postal code":
            expect(page.locator(".error-text").first).to_be_visible()
        else:
            expect(page.locator(f"#{expected}")).to_be_focused()
        found[code] = violations(page)
    page.locator("[name=email]").fill("sakiko@gmial.com")
    page.get_by_role("button", name=words["check"]).click()
    expect(page.locator(".question")).to_be_visible()
    found["question"] = violations(page)
    assert {state: problems for state, problems in found.items() if problems} == {}


@SCRIPTED
def test_enter_in_a_field_checks_and_looks_up_nothing(form: Callable[..., Page], scripted: bool) -> None:
    page = form("/en/inquiry/", scripted=scripted)
    fill_in(page, TYPED)
    page.locator("[name=postal_code]").press("Enter")
    expect(page.locator("h1")).to_have_text("Check your inquiry before sending")


# A slip of the pen


@SCRIPTED
@pytest.mark.parametrize(("language", "sent"), [("ja", "sakiko@gmial.com"), ("en", "sakiko@gmail.com")])
def test_a_slip_in_the_mail_address_is_asked_about_once(
    form: Callable[..., Page], language: str, sent: str, scripted: bool
) -> None:
    words = WORDS[language]
    page = form(words["address"], scripted=scripted)
    fill_in(page, TYPED | {"email": "sakiko@gmial.com"})
    page.get_by_role("button", name=words["check"]).click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary")).to_contain_text("sakiko@gmail.com")
    page.get_by_role("radio", name=re.compile(f"^{sent}")).check()
    page.get_by_role("button", name=words["check"]).click()
    expect(page.locator("#value-email strong")).to_have_text(sent)


# Counting


def test_characters_are_counted_as_people_do_and_read_out_only_near_the_limit(form: Callable[..., Page]) -> None:
    page = form("/en/inquiry/")
    shown, said = page.locator("#characters"), page.locator("#characters-said")
    expect(shown).to_be_hidden()
    message = page.locator("[name=message]")
    message.fill("👩‍👩‍👧‍👦𠮷")
    expect(shown).to_have_text("2 of 4000 characters")
    message.fill("𠮷" * 4001)
    expect(shown).to_have_text("1 character too many")
    expect(said).to_have_text("1 character too many")
    assert violations(page) == []
    message.fill("𠮷" * 100)
    expect(said).to_have_text("")
    message.fill("🇯🇵" * 4000)
    expect(shown).to_have_text("4000 of 4000 characters")
    fill_in(page, TYPED | {"message": "🇯🇵" * 4000})
    page.get_by_role("button", name="Check what you entered").click()
    expect(page.locator("h1")).to_have_text("Check your inquiry before sending")


# Changes


@SCRIPTED
def test_a_change_comes_back_to_its_row_of_the_check_page(form: Callable[..., Page], scripted: bool) -> None:
    page = form("/en/inquiry/", scripted=scripted)
    fill_in(page, TYPED)
    page.get_by_role("button", name="Check what you entered").click()
    page.get_by_role("button", name="Change Subject").click()
    expect(page.locator("[name=subject]")).to_be_focused()
    page.locator("[name=subject]").fill("Another subject")
    page.locator("[name=email]").fill("not an address")
    page.get_by_role("button", name="Check what you entered").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator("[name=email]").fill("sakiko@example.jp")
    page.get_by_role("button", name="Check what you entered").click()
    expect(page.locator("h1")).to_have_text("Check your inquiry before sending")
    expect(page.locator("#value-subject")).to_have_text("Another subject")
    assert focused(page) == "change-subject"
    expect(page.locator("#change-subject")).to_have_accessible_description("Another subject")
    for name in ("name", "organization", "address", "message"):
        expect(page.locator(f"#value-{name}")).to_have_text(TYPED[name])


def test_a_radio_button_can_be_changed_too(form: Callable[..., Page]) -> None:
    page = form("/en/inquiry/")
    fill_in(page, TYPED)
    page.get_by_role("button", name="Check what you entered").click()
    page.get_by_role("button", name="Change How should we reply?").click()
    assert focused(page) == "id_reply_by_0"
    page.get_by_role("radio", name="No reply needed").check()
    page.get_by_role("button", name="Check what you entered").click()
    assert focused(page) == "change-reply_by"
    expect(page.locator("#value-reply_by")).to_have_text("No reply needed")


# The browser's own buttons


def test_back_brings_the_form_as_it_was_typed_and_forward_the_check_page(visit: Visit) -> None:
    page = visit(allow_console="ERR_CACHE_MISS")
    page.goto("/en/inquiry/")
    fill_in(page, TYPED)
    page.get_by_role("button", name="Check what you entered").click()
    expect(page.locator("h1")).to_have_text("Check your inquiry before sending")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Inquiry")
    for name, value in TYPED.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    expect(page.locator("[name=agree]")).to_be_checked()
    expect(page.locator("#characters")).to_contain_text("of 4000 characters")
    go_forward_to_what_is_not_kept(page)
    expect(page.locator("h1")).to_have_text("Check your inquiry before sending")
    expect(page.locator("#value-message")).to_have_text(TYPED["message"])
    page.go_back()
    expect(page.locator("h1")).to_have_text("Inquiry")
    page.locator("[name=subject]").fill("Second thoughts")
    page.get_by_role("button", name="Check what you entered").click()
    expect(page.locator("#value-subject")).to_have_text("Second thoughts")


def go_forward_to_what_is_not_kept(page: Page) -> None:
    """Press Forward, and Reload where the browser asks whether to send the form again: the page is no-store."""
    try:
        page.go_forward()
    except Error as problem:
        if "ERR_CACHE_MISS" not in str(problem):
            raise
        page.wait_for_function("document.readyState === 'complete'")  # the browser's own page, which asks
        page.reload()


def test_an_expired_check_page_gives_everything_back(site: Site, form: Callable[..., Page]) -> None:
    before = len(inquiries(site))
    page = form("/en/inquiry/")
    fill_in(page, TYPED)
    page.get_by_role("button", name="Check what you entered").click()
    page.evaluate("document.querySelector('[name=token]').value = 'one that this site did not make'")
    page.get_by_role("button", name="Send this inquiry").click()
    expect(page.get_by_role("alert")).to_contain_text("What you entered is still here.")
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.title().startswith("Error: ")
    assert violations(page) == []
    for name in ("name", "address", "message"):
        expect(page.locator(f"#value-{name}")).to_have_text(TYPED[name])
    assert len(inquiries(site)) == before
    page.get_by_role("button", name="Send this inquiry").click()
    expect(page.locator("h1")).to_have_text("We have received your inquiry")
    assert len(inquiries(site)) == before + 1


# The whole way


@pytest.mark.parametrize("language", ["ja", "en"])
def test_on_a_phone_with_script_off_and_cookies_blocked(
    site: Site, open_blocked: Callable[..., Page], language: str
) -> None:
    before, words = len(inquiries(site)), WORDS[language]
    page = open_blocked(java_script_enabled=False, viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(words["address"])
    fill_in(page, TYPED | {"address": ""})
    page.get_by_role("button", name=words["look up"]).tap()
    expect(page.locator("[name=address]")).to_have_value(TOYOSU)
    page.locator("[name=address]").fill(f"{TOYOSU}6-2-15")
    page.get_by_role("button", name=words["check"]).tap()
    expect(page.locator("#value-address")).to_have_text(f"{TOYOSU}6-2-15")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name=words["send"]).tap()
    expect(page.locator("h1")).to_have_text(words["done"])
    assert [row[:2] for row in inquiries(site)[before:]] == [(reference_on(page), language)]
    assert page.context.cookies() == []


def test_with_the_keyboard_alone_from_the_postal_code_to_a_change(form: Callable[..., Page]) -> None:
    page = form("/inquiry/")
    fill_in(page, TYPED | {"address": ""})
    page.locator("[name=postal_code]").focus()
    page.keyboard.press("Tab")
    assert focused(page) == "look-up"
    page.keyboard.press("Space")
    expect(page.locator("[name=address]")).to_be_focused()
    page.keyboard.type("6-2-15")
    tab_to(page, "入力内容を確認する")
    page.keyboard.press("Enter")
    expect(page.locator("#value-address")).to_have_text(f"{TOYOSU}6-2-15")
    tab_to(page, "住所を修正する")
    page.keyboard.press("Enter")
    expect(page.locator("[name=address]")).to_be_focused()
    tab_to(page, "入力内容を確認する")
    page.keyboard.press("Enter")
    expect(page.locator("#change-address")).to_be_focused()
    tab_to(page, "この内容で送信する")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("お問い合わせを受け付けました")


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the focus is on what is named so; never on what people don't see."""
    for _press in range(60):
        page.keyboard.press("Tab")
        assert focused(page) != "id_remarks"
        if words in page.evaluate("document.activeElement.innerText || ''"):
            return
    raise AssertionError(f"{words} can't be reached")


def test_nobody_sees_or_reaches_the_trap(form: Callable[..., Page]) -> None:
    page = form("/en/inquiry/")
    expect(page.locator("[name=remarks]")).to_be_hidden()
    assert "Leave this empty" not in page.locator("main").aria_snapshot()
