"""No page breaks a rule that axe knows (WCAG 2.2 A and AA), light and dark, phone and desktop, in both languages."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.addresses import ADDRESSES

pytestmark = pytest.mark.browser

SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page: Page, *, without: str = "") -> list[str]:
    """Return what axe finds, `without` one of its rules."""
    options = RULES | ({"rules": {without: {"enabled": False}}} if without else {})
    response = Axe().run(page, options=options).response
    return [f"{found['id']}: {node['target']}" for found in response["violations"] for node in found["nodes"]]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Callable[..., Page], size: str, scheme: str) -> None:
    page = visit(viewport=SIZES[size], color_scheme=scheme, allow_console="404")
    found = {}
    for address in ADDRESSES:
        page.goto(address)
        found[address] = violations(page)
    assert {address: problems for address, problems in found.items() if problems} == {}


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_scrolls_sideways_at_320_pixels(visit: Callable[..., Page], address: str) -> None:
    """320 CSS pixels are also 1280 at 400% zoom (WCAG 2.2, 1.4.10)."""
    page = visit(viewport={"width": 320, "height": 600}, allow_console="404")
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
