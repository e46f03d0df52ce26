"""A visitor agrees, refuses, or does neither (clauses U1, S2, S6 and S7)."""

import re
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.addresses import ADDRESSES
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]


def decisions(site: Site) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{site.database}?mode=ro", uri=True) as database:
        return database.execute(
            "SELECT method, agreed, language, notice_id, gpc FROM consent_decision ORDER BY made_at"
        ).fetchall()


def stored(page: Page) -> dict[str, Any]:
    """Return everything this browser keeps of the site."""
    storage = page.evaluate("({local: {...localStorage}, session: {...sessionStorage}})")
    return {"cookies": page.context.cookies(), **storage}


def test_agree_in_japanese(site: Site, visit: Visit) -> None:
    before = len(decisions(site))
    page = visit(locale="ja-JP")
    page.goto("/about/")
    expect(page.get_by_role("region", name="Cookieの使用について")).to_be_visible()
    page.get_by_role("button", name="同意する", exact=True).click()
    result = page.get_by_role("status")
    expect(result).to_contain_text("「同意する」を選びました。")
    expect(page.locator(".notice-result")).to_be_focused()
    new = decisions(site)[before:]
    assert [(row[0], row[1], row[2]) for row in new] == [("agree", "usability,usage,advertising,sharing", "ja")]
    cookie = page.context.cookies()[0]
    assert (cookie["name"], cookie["path"], cookie["sameSite"]) == ("choice", "/", "Lax")
    page.get_by_role("button", name="このメッセージを閉じる").click()
    expect(page.locator(".notice")).to_be_hidden()
    page.goto("/en/")
    expect(page.locator(".notice")).to_be_hidden()


def test_refuse_in_english_is_one_press_too_and_leaves_no_identifier(site: Site, visit: Visit) -> None:
    before = len(decisions(site))
    first, second = visit(), visit()
    for page in (first, second):
        page.goto("/en/")
        page.get_by_role("button", name="Do not agree", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text('You chose "Do not agree".')
    assert [row[:3] for row in decisions(site)[before:]] == [("refuse", "", "en")] * 2
    values = {page.context.cookies()[0]["value"] for page in (first, second)}
    assert len(values) == 1, "two visitors who refused hold the same value"
    first.reload()
    expect(first.locator(".notice")).to_be_hidden()


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, {"width": 360, "height": 740}])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_agreeing_and_refusing_look_the_same(visit: Visit, size: dict[str, int], scheme: str) -> None:
    page = visit(viewport=size, color_scheme=scheme)
    page.goto("/")
    measured = page.evaluate(
        """() => [...document.querySelectorAll(".notice button[name=decision]")].map((button) => {
            const style = getComputedStyle(button), box = button.getBoundingClientRect();
            return [box.width, box.height, style.color, style.backgroundColor, style.borderColor, style.fontSize,
                    style.fontWeight];
        })"""
    )
    assert len(measured) == 2
    assert measured[0] == measured[1]
    assert measured[0][1] >= 44


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_kept_or_sent_before_a_decision(visit: Visit, site: Site, address: str) -> None:
    page = visit(allow_console="404")
    page.goto(address)
    page.mouse.wheel(0, 2_000)
    page.locator("main").click(position={"x": 2, "y": 2})
    expect(page.locator(".notice")).to_have_count(1)
    assert stored(page) == {"cookies": [], "local": {}, "session": {}}


def test_without_javascript_a_decision_is_recorded_and_the_notice_goes(site: Site, visit: Visit) -> None:
    before = len(decisions(site))
    page = visit(java_script_enabled=False)
    page.goto("/en/about/")
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page).to_have_url(re.compile(r"/en/privacy/choices/records/[0-9a-f-]{36}/"))
    expect(page.locator("main")).to_contain_text('You chose "Agree".')
    assert [row[0] for row in decisions(site)[before:]] == ["agree"]
    page.goto("/en/about/")
    expect(page.locator(".notice")).to_be_hidden()
    page.goto("/")
    expect(page.locator(".notice")).to_be_hidden()


def test_choosing_by_purpose_and_withdrawing(site: Site, visit: Visit) -> None:
    before = len(decisions(site))
    page = visit()
    page.goto("/en/")
    page.get_by_role("link", name="Choose by purpose").click()
    page.get_by_role("checkbox", name=re.compile("Understanding how this site is used")).check()
    page.get_by_role("button", name="Save choice").click()
    expect(page.locator("main")).to_contain_text("Your choice has been saved.")
    page.goto("/en/privacy/choices/")
    expect(page.get_by_role("checkbox", name=re.compile("Understanding how this site is used"))).to_be_checked()
    page.get_by_role("button", name="Withdraw consent").click()
    expect(page.locator("main")).to_contain_text("You have withdrawn your consent.")
    assert [row[:2] for row in decisions(site)[before:]] == [("choose", "usage"), ("withdraw", "")]


@pytest.mark.parametrize("headers", [{"Sec-GPC": "1"}, {}])
def test_a_browser_that_asks_not_to_be_shared_is_honoured(site: Site, visit: Visit, headers: dict[str, str]) -> None:
    """Also where the browser tells scripts alone."""
    before = len(decisions(site))
    page = visit(extra_http_headers=headers)
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    page.goto("/en/")
    expect(page.locator(".notice-signal")).to_be_visible()
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_role("status")).to_be_visible()
    assert [row[:2] + row[4:] for row in decisions(site)[before:]] == [("agree", "usability,usage", 1)]


@pytest.mark.parametrize("failure", ["nothing", "500"])
def test_the_notice_stays_and_says_so_when_no_answer_comes(site: Site, visit: Visit, failure: str) -> None:
    before = len(decisions(site))
    page = visit(allow_console="Failed to load resource")
    if failure == "nothing":
        page.route("**/privacy/choices/", lambda route: route.abort())
    else:
        page.route("**/privacy/choices/", lambda route: route.fulfill(status=500, body="broken"))
    page.goto("/en/")
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.locator(".notice-problem")).to_be_visible()
    expect(page.locator(".notice-problem")).to_contain_text("Try again")
    expect(page.get_by_role("button", name="Agree", exact=True)).to_be_enabled()
    assert page.context.cookies() == []
    page.unroute("**/privacy/choices/")
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text('You chose "Agree".')
    assert len(decisions(site)) == before + 1


def test_a_double_click_is_one_decision(site: Site, visit: Visit) -> None:
    before = len(decisions(site))
    page = visit()
    page.goto("/")
    page.get_by_role("button", name="同意しない", exact=True).dblclick()
    expect(page.get_by_role("status")).to_be_visible()
    assert len(decisions(site)) == before + 1


def test_with_cookies_blocked_the_decision_is_recorded_and_the_page_says_what_that_means(
    site: Site, blocked: Page
) -> None:
    before = len(decisions(site))
    blocked.goto("/en/")
    blocked.get_by_role("button", name="Agree", exact=True).click()
    expect(blocked.get_by_role("status")).to_contain_text("cookies")
    assert len(decisions(site)) == before + 1
    assert blocked.context.cookies() == []
    blocked.goto("/en/about/")
    expect(blocked.locator(".notice")).to_be_visible()
    expect(blocked.locator("h1")).to_be_visible()


def test_another_tab_learns_of_the_decision(visit: Visit) -> None:
    first = visit()
    first.goto("/en/")
    second = first.context.new_page()
    second.goto("/en/about/")
    first.get_by_role("button", name="Do not agree", exact=True).click()
    expect(first.get_by_role("status")).to_be_visible()
    second.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(second.locator(".notice")).to_be_hidden()


def test_back_and_forward_show_the_decision_as_it_is(visit: Visit) -> None:
    page = visit()
    page.goto("/en/about/")
    page.goto("/en/")
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_role("status")).to_be_visible()
    page.go_back()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".notice")).to_be_hidden()


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_first_tab_reaches_the_link_to_the_main_text(visit: Visit, address: str) -> None:
    page = visit(allow_console="404")
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_keyboard_alone_is_enough_to_agree(visit: Visit) -> None:
    page = visit()
    page.goto("/en/")
    for _press in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "agree":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".notice-result")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_be_hidden()
