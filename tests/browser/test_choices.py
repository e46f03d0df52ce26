"""The visitor's switches: what they show is what is recorded, and taking back is as easy as giving (clause S2)."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_accessibility import violations
from tests.browser.test_notice import decisions, stored

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]

IN_BOTH_LANGUAGES = pytest.mark.parametrize("prefix", ["", "/en"], ids=["ja", "en"])
ALL = ["usability", "usage", "advertising", "sharing"]
ZOOMED = {"width": 320, "height": 256}
"""A window of 1280 by 1024 at 400% zoom."""


def open_choices(page: Page, prefix: str = "/en") -> None:
    page.goto(f"{prefix}/privacy/choices/")


def press(page: Page, value: str) -> None:
    page.locator(f"main button[value={value}]").click()
    expect(page.locator("main > .notice-result")).to_be_visible()


def switched_on(page: Page) -> list[str]:
    on: list[str] = page.eval_on_selector_all(
        "main [name=purpose]:checked", "switches => switches.map(({value}) => value)"
    )
    return on


@contextmanager
def without_decisions(site: Site) -> Iterator[None]:
    """Take the table of decisions away meanwhile: as near to a database that is down as a running site comes."""
    with closing(sqlite3.connect(site.database)) as database:
        database.execute("ALTER TABLE consent_decision RENAME TO elsewhere")
        try:
            yield
        finally:
            database.execute("ALTER TABLE elsewhere RENAME TO consent_decision")


@IN_BOTH_LANGUAGES
def test_every_button_decides_in_place_and_the_page_shows_what_was_recorded(
    site: Site, visit: Visit, prefix: str
) -> None:
    before = len(decisions(site))
    page = visit()
    open_choices(page, prefix)
    page.get_by_role("checkbox").nth(1).check()
    for value, agreed, japanese, english in [
        ("choose", ["usage"], "選択を保存しました。", "Your choice has been saved."),
        (
            "agree",
            ["usability", "usage", "advertising", "sharing"],
            "「同意する」を選びました。",
            'You chose "Agree".',
        ),
        ("withdraw", [], "同意を撤回しました。", "You have withdrawn your consent."),
        ("refuse", [], "「同意しない」を選びました。", 'You chose "Do not agree".'),
    ]:
        press(page, value)
        result = page.locator("main > .notice-result")
        expect(result).to_be_focused()
        expect(result).to_contain_text(english if prefix else japanese)
        expect(page.locator("[data-shown]")).to_have_attribute("data-shown", " ".join(["made", *agreed]))
        assert switched_on(page) == agreed
        assert page.locator("main button[value=withdraw]").count() == bool(agreed)
        assert [(row[0], row[1]) for row in decisions(site)[before:]][-1] == (value, ",".join(agreed))
        assert violations(page) == []
    assert len(decisions(site)) == before + 4
    expect(page.locator(".notice")).to_be_hidden()


@IN_BOTH_LANGUAGES
def test_a_refusal_leaves_no_identifier_and_offers_its_record_once(site: Site, visit: Visit, prefix: str) -> None:
    page = visit()
    open_choices(page, prefix)
    entries = page.evaluate("history.length")
    press(page, "refuse")
    record = page.locator(".notice-record:visible")
    number = re.findall(r"records/([-0-9a-f]{36})/", record.get_attribute("href") or "")[0]
    assert page.evaluate("history.length") == entries
    assert page.evaluate("[location.href, JSON.stringify(history.state), window.name]") == [
        f"{site.url}{prefix}/privacy/choices/",
        "null",
        "",
    ]
    kept = str(stored(page))
    assert number not in kept
    assert page.evaluate("async () => [(await caches.keys()).length, (await indexedDB.databases()).length]") == [0, 0]
    page.reload()
    expect(page.locator(".notice-record:visible")).to_have_count(0)
    assert number not in page.content()


def test_taking_back_is_two_presses_from_any_page_as_looking_at_the_switches_is(site: Site, visit: Visit) -> None:
    """Agreeing is one press while the notice asks; once it is closed, either way is the footer and one press."""
    page = visit()
    page.goto("/en/about/")
    page.locator(".notice button[value=agree]").click()
    expect(page.locator(".notice-result")).to_be_visible()
    page.goto("/en/inquiry/")
    page.locator("footer").get_by_role("link", name="Cookie settings").click()
    press(page, "withdraw")
    assert decisions(site)[-1][:2] == ("withdraw", "")
    page.goto("/en/inquiry/")
    page.locator("footer").get_by_role("link", name="Cookie settings").click()
    press(page, "agree")
    assert decisions(site)[-1][0] == "agree"


MEASURE = """(buttons) => buttons.map((button) => {
    const style = getComputedStyle(button), box = button.getBoundingClientRect();
    return [box.width, box.height, style.color, style.backgroundColor, style.borderColor, style.fontSize,
            style.fontWeight, style.opacity, style.cursor];
})"""


def contrast(color: str, ground: str) -> float:
    """Return the contrast of two CSS colours (WCAG 2.2, relative luminance)."""

    def luminance(text: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", text)[:3]]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(color), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@IN_BOTH_LANGUAGES
@pytest.mark.parametrize(
    "options", [{}, {"color_scheme": "dark"}, {"viewport": ZOOMED}], ids=["light", "dark", "zoomed"]
)
@pytest.mark.parametrize("place", [".notice", "main"])
def test_agreeing_and_refusing_weigh_the_same(visit: Visit, prefix: str, options: dict[str, Any], place: str) -> None:
    page = visit(**options)
    open_choices(page, prefix)
    agree, refuse = (
        page.eval_on_selector_all(f"{place} button[value={value}]", MEASURE)[0] for value in ("agree", "refuse")
    )
    assert agree == refuse
    assert agree[1] >= 44
    assert contrast(agree[2], agree[3]) >= 4.5


@pytest.mark.parametrize("failure", ["nothing", "500", "a page"])
def test_without_an_answer_the_switches_stay_as_they_stand(site: Site, visit: Visit, failure: str) -> None:
    page = visit(allow_console="Failed to load resource")
    open_choices(page)
    press(page, "agree")
    before = len(decisions(site))
    page.get_by_role("checkbox").nth(2).uncheck()
    if failure == "nothing":
        page.route("**/privacy/choices/", lambda route: route.abort())
    else:
        status = 500 if failure == "500" else 200
        page.route("**/privacy/choices/", lambda route: route.fulfill(status=status, body="<!doctype html>"))
    for value in ("withdraw", "choose"):
        page.locator(f"main button[value={value}]").click()
        expect(page.locator("main > [role=alert]")).to_have_text(re.compile("what applied before still applies"))
        expect(page.locator("main > [role=alert]")).to_be_in_viewport()
        expect(page.locator("main > .notice-result")).to_be_hidden()
    assert switched_on(page) == ["usability", "usage", "sharing"]
    assert len(decisions(site)) == before
    page.unroute("**/privacy/choices/")
    press(page, "choose")
    expect(page.locator("main > [role=alert]")).to_be_hidden()
    assert decisions(site)[-1][:2] == ("choose", "usability,usage,sharing")


@IN_BOTH_LANGUAGES
@pytest.mark.parametrize("scripted", [True, False])
def test_a_database_that_is_down_records_nothing_and_the_page_says_so(
    site: Site, visit: Visit, prefix: str, scripted: bool
) -> None:
    page = visit(java_script_enabled=scripted, allow_console="503")
    page.goto(f"{prefix}/about/")
    with without_decisions(site):
        page.locator(".notice button[value=agree]").click()
        place = page.locator(".notice [role=alert]") if scripted else page.locator("h1")
        expect(place).to_contain_text("Your choice could not be saved" if prefix else "選択を保存できませんでした")
    expect(page.locator(".notice button[value=agree]")).to_be_visible()
    assert page.context.cookies() == []
    page.goto(f"{prefix}/about/")
    expect(page.locator(".notice")).to_be_visible()


def test_the_switches_show_what_another_tab_decided(visit: Visit) -> None:
    page = visit()
    open_choices(page)
    page.get_by_role("checkbox").nth(3).check()
    other = page.context.new_page()
    other.goto("/about/")
    other.locator(".notice button[value=agree]").click()
    expect(page.locator("[data-shown]")).to_contain_text("Current choice: Agreed (")
    expect(page.locator("main button[value=withdraw]")).to_be_visible()
    expect(page.locator(".notice")).to_be_hidden()
    open_choices(other)
    press(other, "withdraw")
    expect(page.locator("[data-shown]")).to_contain_text("Current choice: Not agreed (")
    assert switched_on(page) == []


def test_the_message_of_one_tab_goes_when_another_decides_otherwise(visit: Visit) -> None:
    page = visit()
    page.goto("/en/about/")
    page.locator(".notice button[value=agree]").click()
    expect(page.get_by_role("status").first).to_contain_text('You chose "Agree".')
    other = page.context.new_page()
    open_choices(other)
    press(other, "withdraw")
    expect(page.locator(".notice")).to_be_hidden()


def test_the_notice_above_the_switches_changes_them_too(visit: Visit) -> None:
    page = visit()
    open_choices(page)
    page.locator(".notice button[value=agree]").click()
    expect(page.locator(".notice-result").first).to_be_focused()
    expect(page.locator("[data-shown]")).to_contain_text("Current choice: Agreed (")


def press_tab_until(page: Page, selector: str, presses: int = 60) -> None:
    for _press in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


@IN_BOTH_LANGUAGES
@pytest.mark.parametrize("scripted", [True, False])
def test_the_keyboard_alone_is_enough(site: Site, visit: Visit, prefix: str, scripted: bool) -> None:
    page = visit(java_script_enabled=scripted)
    page.goto(f"{prefix}/about/")
    press_tab_until(page, ".notice-actions a")
    page.keyboard.press("Enter")
    expect(page.locator("#choices")).to_be_visible()
    press_tab_until(page, "main [value=usage]")
    page.keyboard.press("Space")
    press_tab_until(page, "main [value=choose]")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Your choice has been saved." if prefix else "選択を保存しました。")
    assert decisions(site)[-1][:2] == ("choose", "usage")
    open_choices(page, prefix)
    press_tab_until(page, "main [value=withdraw]")
    page.keyboard.press("Enter")
    withdrawn = "You have withdrawn your consent." if prefix else "同意を撤回しました。"
    expect(page.locator("main")).to_contain_text(withdrawn)
    assert decisions(site)[-1][:2] == ("withdraw", "")


@IN_BOTH_LANGUAGES
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"color_scheme": "dark"},
        {"viewport": ZOOMED},
        {"forced_colors": "active"},
        {"forced_colors": "active", "color_scheme": "dark"},
    ],
    ids=["light", "dark", "zoomed", "forced-colours", "forced-colours-dark"],
)
def test_axe_finds_nothing_at_any_step(visit: Visit, prefix: str, options: dict[str, Any]) -> None:
    page = visit(**options)
    found = []
    # Forced colours are the visitor's own; axe reads those of the style sheet.
    left_out = "color-contrast" if "forced_colors" in options else ""

    def look() -> None:
        found.extend(violations(page, without=left_out))
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]

    page.goto(f"{prefix}/about/")
    look()
    page.locator(".notice button[value=agree]").click()
    expect(page.locator(".notice-result:visible, main .is-success").first).to_be_visible()
    look()
    open_choices(page, prefix)
    look()
    page.locator("main button[value=withdraw]").click()
    expect(page.locator("main > .notice-result:visible, main .is-success").first).to_be_visible()
    look()
    assert found == []


def as_shown_without_scripts(page: Page, looker: Page) -> None:
    """Show in `looker` what a browser without JavaScript shows in `page`: axe itself is a script."""
    html = re.sub(r"<script.*?</script>", "", re.sub(r"</?noscript>", "", page.content()), flags=re.DOTALL)
    looker.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]  # cookies as they were given
    looker.route(page.url, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    looker.goto(page.url)


@IN_BOTH_LANGUAGES
def test_axe_finds_nothing_without_javascript(visit: Visit, prefix: str) -> None:
    page, looker = visit(java_script_enabled=False), visit()
    for step in ("/about/", "agree", "/privacy/choices/", "withdraw"):
        if step.startswith("/"):
            page.goto(prefix + step)
        else:
            page.locator(f".notice button[value={step}], main button[value={step}]").locator("visible=true").click()
        as_shown_without_scripts(page, looker)
        assert violations(looker) == [], step


@IN_BOTH_LANGUAGES
@pytest.mark.parametrize("place", [".notice", "main"])
def test_in_forced_colours_buttons_have_edges_and_focus_shows(visit: Visit, prefix: str, place: str) -> None:
    page = visit(forced_colors="active")
    open_choices(page, prefix)
    for value in ("agree", "refuse"):
        button = page.locator(f"{place} button[value={value}]")
        button.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        edges = button.evaluate(
            """(button) => {
                const style = getComputedStyle(button);
                return [style.borderStyle, parseFloat(style.borderWidth), style.outlineStyle,
                        parseFloat(style.outlineWidth)];
            }"""
        )
        assert edges[0] == "solid"
        assert edges[1] >= 1
        assert edges[2] == "solid"
        assert edges[3] >= 2


@IN_BOTH_LANGUAGES
def test_zoomed_to_400_percent_every_button_can_be_reached(visit: Visit, prefix: str) -> None:
    page = visit(viewport=ZOOMED)
    page.goto(f"{prefix}/about/")
    for value in ("agree", "refuse"):
        button = page.locator(f".notice button[value={value}]")
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box
        assert 0 <= box["x"] <= box["x"] + box["width"] <= ZOOMED["width"]
        assert 0 <= box["y"] <= box["y"] + box["height"] <= ZOOMED["height"]
    page.locator(".notice button[value=refuse]").click()
    expect(page.locator(".notice-result")).to_be_in_viewport()
