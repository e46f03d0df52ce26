"""The first view is light, and nothing moves while it loads."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.benchmarks import weight

pytestmark = pytest.mark.browser

KINDS = {"document", "stylesheet", "script", "fetch", "xhr", "image", "font", "other"}


@pytest.mark.parametrize("address", ["/", "/en/"])
def test_the_first_view_takes_four_requests_and_twenty_kilobytes(visit: Callable[..., Page], address: str) -> None:
    page = visit()
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    without_icon = {url: size for url, size in sizes.items() if "favicon" not in url}
    assert len(without_icon) <= 4, without_icon
    assert sum(sizes.values()) <= 20_000, sizes


@pytest.mark.parametrize("address", ["/", "/en/"])
@pytest.mark.parametrize("decided", [False, True])
def test_nothing_moves_while_the_page_loads(visit: Callable[..., Page], address: str, decided: bool) -> None:
    page = visit(viewport={"width": 390, "height": 800})
    if decided:
        page.goto(address)
        page.locator("button[name=decision][value=refuse]").click()
        page.locator(".notice-result").wait_for()
    page.goto(address)
    shift = page.evaluate(
        """() => new Promise((resolve) => {
            let sum = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) sum += entry.value;
            }).observe({type: "layout-shift", buffered: true});
            setTimeout(() => resolve(sum), 500);
        })"""
    )
    assert shift == 0


def test_the_notice_takes_five_kilobytes_of_style_and_script() -> None:
    assert 1_000 < weight.notice_part() <= 5_000
