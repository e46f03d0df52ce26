"""A page is counted where the visitor agreed, and nowhere else; the statistics can be read (clauses S1 and S14)."""

import re
import sqlite3
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.addresses import ADDRESSES
from tests.browser.conftest import Site
from tests.browser.test_accessibility import SIZES, violations
from tests.browser.test_display import decide
from tests.browser.test_sender import TYPED, fill_in

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]


def views(site: Site) -> dict[tuple[str, str, str], int]:
    with sqlite3.connect(f"file:{site.database}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT page, language, device, SUM(views) FROM consent_pagecount GROUP BY 1, 2, 3")
        return {row[:3]: row[3] for row in rows.fetchall()}


def difference(site: Site, before: dict[tuple[str, str, str], int]) -> dict[tuple[str, str, str], int]:
    return {key: count - before.get(key, 0) for key, count in views(site).items() if count != before.get(key, 0)}


def told(page: Page) -> list[Request]:
    """Return the requests by which a page tells that it was seen, as they come."""
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request) if request.url.endswith("/seen/") else None)
    return requests


@pytest.mark.parametrize("answer", ["nothing", "refuse", "other purposes"])
def test_without_agreement_no_page_tells_anything(site: Site, visit: Visit, answer: str) -> None:
    before = views(site)
    page = visit(allow_console="404")
    requests = told(page)
    if answer == "refuse":
        page.goto("/")
        page.get_by_role("button", name="同意しない", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("「同意しない」を選びました。")
    elif answer == "other purposes":
        decide(page, "usability", "advertising", "sharing")
    for address in ADDRESSES:
        page.goto(address)
        page.wait_for_load_state("networkidle")
    assert requests == []
    assert difference(site, before) == {}


def test_with_agreement_each_page_is_counted_once(site: Site, visit: Visit) -> None:
    page = visit()
    decide(page, "usage")
    before, requests = views(site), told(page)
    for address in ("/", "/en/about/", "/en/about/", "/privacy/choices/", "/statistics/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
    assert difference(site, before) == {
        ("home", "ja", "desktop"): 1,
        ("about", "en", "desktop"): 2,
        ("statistics:all", "ja", "desktop"): 1,
    }
    assert {request.method for request in requests} == {"POST"}
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert [cookie["name"] for cookie in page.context.cookies()] == ["choice"]


def test_the_page_on_which_the_visitor_agrees_is_counted_then_and_after_a_withdrawal_none(
    site: Site, visit: Visit
) -> None:
    page = visit()
    before = views(site)
    page.goto("/en/about/")
    with page.expect_response("**/seen/") as answer:
        page.get_by_role("button", name="Agree", exact=True).click()
    assert answer.value.status == 204
    assert difference(site, before) == {("about", "en", "desktop"): 1}
    page.goto("/en/privacy/choices/")
    page.get_by_role("button", name="Withdraw consent").click()
    expect(page.locator("main")).to_contain_text("You have withdrawn your consent.")
    page.goto("/en/")
    page.wait_for_load_state("networkidle")
    assert difference(site, before) == {("about", "en", "desktop"): 1}


@pytest.mark.parametrize(
    ("device", "options"),
    [
        ("phone", {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}),
        ("tablet", {"viewport": {"width": 820, "height": 1180}, "has_touch": True, "is_mobile": True}),
        ("desktop", {"viewport": {"width": 390, "height": 844}}),
    ],
)
def test_a_device_is_one_of_three_kinds(site: Site, visit: Visit, device: str, options: dict[str, object]) -> None:
    page = visit(screen=options["viewport"], **options)
    decide(page, "usage")
    before = views(site)
    with page.expect_response("**/seen/"):
        page.goto("/en/accessibility/")
    assert difference(site, before) == {("accessibility", "en", device): 1}


def test_of_an_inquiry_its_form_alone_is_counted(site: Site, visit: Visit) -> None:
    page = visit()
    decide(page, "usage")
    before, requests = views(site), told(page)
    page.goto("/inquiry/")
    page.wait_for_load_state("networkidle")
    fill_in(page, TYPED)
    page.get_by_role("button", name="入力内容を確認する").click()
    page.get_by_role("button", name="この内容で送信する").click()
    expect(page.locator("h1")).to_have_text("お問い合わせを受け付けました")
    page.wait_for_load_state("networkidle")
    assert difference(site, before) == {("inquiries:form", "ja", "desktop"): 1}
    assert [request.post_data for request in requests] == ["page=%2Finquiry%2F&device=desktop"]


def test_a_page_works_where_the_counting_does_not(visit: Visit) -> None:
    page = visit(allow_console="Failed to load resource")
    decide(page, "usage")
    page.route("**/seen/", lambda route: route.abort())
    page.goto("/en/about/")
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Privacy policy").first.click()
    expect(page.locator("h1")).to_have_text("Privacy policy")


# The statistics


PUBLISH = """
from datetime import date, timedelta
from django.conf import settings
from django.utils import timezone
from consent import editions
from consent.models import *
first, months = timezone.localdate().replace(day=1), []
for number in range(14):
    first = (first - timedelta(days=1)).replace(day=1)
    for place, page in enumerate(settings.COUNTED_PAGES):
        for language, device, share in (("ja", "phone", 9), ("ja", "desktop", 7), ("en", "desktop", 1)):
            views = 40 * share // (place + 1) ** 2 * (number % 5 + 1)
            PageCount.objects.create(day=first, page=page, language=language, device=device, views=views)
    months.append(first)
editions.statistics.recount = lambda day: None
for month in months:
    editions.publish(month)
print(Edition.objects.count())
"""


@pytest.fixture(scope="module")
def published(site: Site) -> None:
    """The site with more than a year of statistics."""
    assert int(site.manage("shell", "--no-imports", "-c", PUBLISH)) > 12


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_statistics(visit: Visit, size: str, scheme: str) -> None:
    page = visit(viewport=SIZES[size], color_scheme=scheme)
    for prefix in ("", "/en"):
        page.goto(f"{prefix}/statistics/")
        expect(page.locator("main table")).to_have_count(4)
        assert violations(page) == []
        page.locator(".months a").first.click()
        expect(page.locator("main table")).to_have_count(4)
        assert violations(page) == []


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_statistics_scroll_nothing_sideways_at_320_pixels_but_their_tables(visit: Visit, prefix: str) -> None:
    page = visit(viewport={"width": 320, "height": 600})
    page.goto(f"{prefix}/statistics/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    table = page.locator(".table-scroll").first
    table.focus()
    page.keyboard.press("ArrowRight")
    expect(table).not_to_have_js_property("scrollLeft", 0)


@pytest.mark.usefixtures("published")
def test_the_statistics_are_whole_without_javascript_and_in_the_colours_of_the_device(visit: Visit) -> None:
    page = visit(java_script_enabled=False, forced_colors="active")
    page.goto("/en/statistics/")
    expect(page.locator("main svg[role=img] rect").first).to_be_visible()
    expect(page.locator("main table").first).to_contain_text(re.compile(r"\d,\d{3}"))


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(("name", "ending"), [("Download as CSV", "csv"), ("Download as JSON", "json")])
def test_the_figures_are_kept_as_a_file(visit: Visit, name: str, ending: str) -> None:
    page = visit()
    page.goto("/en/statistics/")
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    assert download.value.suggested_filename == f"occto-statistics.{ending}"
