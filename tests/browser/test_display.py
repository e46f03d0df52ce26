"""Text size and colours: for the page, and with agreement to usability for this browser (clauses S1 and S7)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import SIZES, violations

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]


def decide(page: Page, *purposes: str) -> None:
    """Choose purposes on the settings page, and come back."""
    here = page.url
    page.goto("/en/privacy/choices/")
    for purpose in purposes:
        page.locator(f"main input[value={purpose}]").check()
    page.get_by_role("button", name="Save choice").click()
    expect(page.locator("main")).to_contain_text("Your choice has been saved.")
    if here != "about:blank":
        page.goto(here)


def open_settings(page: Page) -> None:
    page.locator(".display summary").click()
    expect(page.locator(".display-box")).to_be_visible()


def look(page: Page) -> dict[str, Any]:
    """Return the size and the colours of the text as they are painted."""
    found: dict[str, Any] = page.evaluate(
        """() => {
            const { fontSize, color, backgroundColor } = getComputedStyle(document.body);
            return { size: fontSize, ink: color, ground: backgroundColor };
        }"""
    )
    return found


PLAIN = {"size": "16px", "ink": "rgb(51, 51, 51)", "ground": "rgb(255, 255, 255)"}
DARK = {"ink": "rgb(227, 230, 234)", "ground": "rgb(18, 23, 30)"}


def test_without_agreement_a_setting_lasts_for_the_page_and_says_so(visit: Visit) -> None:
    page = visit(color_scheme="light")
    page.goto("/en/about/")
    assert look(page) == PLAIN
    open_settings(page)
    expect(page.locator(".display-page")).to_be_visible()
    expect(page.locator(".display-kept")).to_be_hidden()
    page.get_by_role("radio", name="Largest").check()
    page.get_by_role("radio", name="Dark").check()
    expect(page.locator(".display [role=status]")).to_have_text("Applied to this page.")
    assert look(page) == {"size": "24px", **DARK}
    assert page.evaluate("localStorage.length") == 0
    page.goto("/en/")
    assert look(page) == PLAIN


def test_with_agreement_this_browser_keeps_it_until_it_is_withdrawn(visit: Visit) -> None:
    page = visit(color_scheme="dark", locale="ja-JP")
    page.goto("/about/")
    decide(page, "usability")
    open_settings(page)
    expect(page.locator(".display-kept")).to_be_visible()
    page.get_by_role("radio", name="大", exact=True).check()
    page.get_by_role("radio", name="明るい配色").check()
    expect(page.locator(".display [role=status]")).to_have_text("適用し、このブラウザに記録しました。")
    assert page.evaluate("({...localStorage})") == {"display": "large light"}
    page.goto("/en/accessibility/")
    assert look(page) == PLAIN | {"size": "20px"}
    open_settings(page)
    expect(page.get_by_role("radio", name="Large", exact=True)).to_be_checked()
    page.goto("/en/privacy/choices/")
    page.get_by_role("button", name="Withdraw consent").click()
    expect(page.locator("main")).to_contain_text("You have withdrawn your consent.")
    assert page.evaluate("({...localStorage})") == {}
    page.goto("/en/about/")
    assert look(page) == {"size": "16px", **DARK}


def test_what_is_kept_is_applied_before_anything_is_painted(visit: Visit) -> None:
    page = visit(color_scheme="light")
    decide(page, "usability")
    page.evaluate("localStorage.setItem('display', 'largest dark')")
    page.add_init_script(
        """new MutationObserver((_changes, observer) => {
            if (!document.body) return;
            observer.disconnect();
            window.first = { ...document.documentElement.dataset };
        }).observe(document, { childList: true, subtree: true });"""
    )
    page.goto("/en/about/")
    first = page.evaluate("window.first")
    assert (first["text"], first["colours"]) == ("largest", "dark")


def test_who_agrees_with_the_notice_after_choosing_keeps_the_setting(visit: Visit) -> None:
    page = visit()
    page.goto("/en/about/")
    open_settings(page)
    page.get_by_role("radio", name="Large", exact=True).check()
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.locator(".notice-result")).to_be_visible()
    assert page.evaluate("({...localStorage})") == {"display": "large device"}


def test_another_tab_forgets_with_the_withdrawal(visit: Visit) -> None:
    first = visit()
    first.goto("/en/")
    decide(first, "usability")
    first.evaluate("localStorage.setItem('display', 'large dark')")
    second = first.context.new_page()
    second.goto("/en/privacy/choices/")
    second.get_by_role("button", name="Withdraw consent").click()
    expect(second.locator("main")).to_contain_text("You have withdrawn your consent.")
    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert first.evaluate("localStorage.length") == 0
    assert first.evaluate("document.documentElement.dataset.agreed") == ""


def test_by_keyboard_alone(visit: Visit) -> None:
    page = visit()
    page.goto("/en/about/")
    page.locator(".site-name").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".display summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="Standard")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Large", exact=True)).to_be_checked()
    expect(page.locator("html")).to_have_attribute("data-text", "large")
    page.keyboard.press("Escape")
    expect(page.locator(".display-box")).to_be_hidden()
    expect(page.locator(".display summary")).to_be_focused()
    page.keyboard.press("Enter")
    for _press in range(4):
        page.keyboard.press("Tab")
    expect(page.locator(".language-link[hreflang]")).to_be_focused()
    expect(page.locator(".display-box")).to_be_hidden()


def test_each_group_says_what_it_sets(visit: Visit) -> None:
    page = visit()
    page.goto("/en/about/")
    open_settings(page)
    for name, count in (("Text size", 3), ("Colours", 3)):
        expect(page.get_by_role("group", name=name).get_by_role("radio")).to_have_count(count)


def test_without_javascript_there_is_no_control_and_the_page_can_be_read(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    page.goto("/en/about/")
    expect(page.locator(".display")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()


def test_with_cookies_blocked_it_lasts_for_the_page(blocked: Page) -> None:
    blocked.goto("/en/about/")
    open_settings(blocked)
    blocked.get_by_role("radio", name="Large", exact=True).check()
    expect(blocked.locator(".display [role=status]")).to_have_text("Applied to this page.")
    expect(blocked.locator("html")).to_have_attribute("data-text", "large")


def test_where_the_device_has_colours_of_its_own_they_are_not_offered(visit: Visit) -> None:
    page = visit(forced_colors="active")
    page.goto("/en/about/")
    open_settings(page)
    expect(page.get_by_role("group", name="Text size")).to_be_visible()
    expect(page.locator(".display-colours")).to_be_hidden()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("scheme", "colours"), [("light", "dark"), ("dark", "light")])
def test_axe_finds_nothing_in_colours_that_were_chosen(visit: Visit, size: str, scheme: str, colours: str) -> None:
    page = visit(viewport=SIZES[size], color_scheme=scheme)
    for address in ("/", "/en/inquiry/", "/privacy/choices/", "/en/statistics/"):
        page.goto(address)
        open_settings(page)
        page.locator(f"input[value={colours}]").check()
        page.locator("input[value=largest]").check()
        assert violations(page) == [], address


@pytest.mark.parametrize("address", ["/", "/en/", "/en/inquiry/", "/privacy/choices/", "/statistics/"])
def test_the_largest_text_scrolls_nothing_sideways_at_320_pixels(visit: Visit, address: str) -> None:
    page = visit(viewport={"width": 320, "height": 600})
    page.goto(address)
    open_settings(page)
    page.locator("input[value=largest]").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    box = page.locator(".display-box").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
