"""How long the notice keeps a phone busy: a real browser on a processor slowed down to a quarter."""

import json
import os
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.plugins import chromium

SLOWER = 4
LONG = 50  # milliseconds from which a task is a long one (W3C Long Tasks API)
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "is_mobile": True}
SCRIPTS = {"EvaluateScript", "v8.evaluateModule", "FunctionCall"}
TASK = "RunTask"


@dataclass(frozen=True)
class Busy:
    """The longest run of a script and the longest task of any kind, in milliseconds of the page's own thread."""

    script: int
    task: int


def busy(port: int, rounds: int = 3) -> list[Busy]:
    """Open the home page and agree to its notice; return how busy that kept the page, round by round."""
    options: dict[str, Any] = {"args": ["--no-sandbox"]} if os.geteuid() == 0 else {}
    if found := chromium.find():
        options["executable_path"] = found
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**options)
        seen = [_once(browser, port) for _round in range(rounds)]
        browser.close()
    return seen


def _once(browser: Browser, port: int) -> Busy:
    page = browser.new_page(**PHONE)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    browser.start_tracing(page=page, categories=["toplevel", "devtools.timeline", "v8"])
    page.goto(f"http://localhost:{port}/", wait_until="networkidle")
    page.locator(".notice button[value=agree]").click()
    page.locator(".notice-result").wait_for()
    page.wait_for_timeout(500)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    page.close()
    main = {(e["pid"], e["tid"]) for e in events if e.get("args", {}).get("name") == "CrRendererMain"}
    own = [e for e in events if (e["pid"], e["tid"]) in main and "tdur" in e]

    def longest(names: set[str]) -> int:
        return round(max((e["tdur"] for e in own if e["name"].rpartition(":")[2] in names), default=0) / 1_000)

    return Busy(longest(SCRIPTS), longest({TASK}))
