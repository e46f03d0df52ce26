"""Declared against seen: what a real browser keeps and asks for on every page, beside what is registered (clause S1).

The browser goes through every page four times, each time afresh: before any decision, after "Agree", after "Do not
agree", and after consent was withdrawn.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from consent.contents import Content

Page = Any
"""A page of Playwright's, which is installed for the tests only."""

BEHIND_SIGN_IN = {f"cookie {settings.SESSION_COOKIE_NAME}"}
"""What is set only once a member of staff has signed in: the browser of an audit does not, so it is not looked for."""

WITHOUT_AGREEMENT = ("before", "refused", "withdrawn")

READ_STORAGE = "() => [['local', ...Object.keys(localStorage)], ['session', ...Object.keys(sessionStorage)]]"


@dataclass
class Seen:
    """What was seen in one state: cookies by name, storage keys as "local display", hosts by their origin."""

    cookies: set[str] = field(default_factory=set)
    storage: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)

    @property
    def all(self) -> set[str]:
        """Everything seen, each as the lists name it."""
        return _named("cookie", self.cookies) | _named("storage key", self.storage) | _named("host", self.hosts)


@dataclass(frozen=True)
class Audit:
    """What was found. An audit is clean where all of it is empty."""

    unregistered: list[str]
    without_agreement: list[str]
    never_seen: list[str]

    @property
    def is_clean(self) -> bool:
        return not (self.unregistered or self.without_agreement or self.never_seen)


def addresses() -> list[str]:
    """Return the address of every page that stands by itself, in each language, and of staff's way in."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            names = [*settings.COUNTED_PAGES, "consent:choices", "inquiries:status", "account_login"]
            found += [reverse(name) for name in names]
    return found


def look(browser: Any, site: str, pages: Iterable[str]) -> dict[str, Seen]:
    """Go through the pages in each of the four states; return what was seen in each, by its name."""
    paths = list(pages)
    steps: dict[str, list[Callable[[Page], None]]] = {
        "before": [],
        "agreed": [_agree, _use_what_is_kept],
        "refused": [_refuse],
        "withdrawn": [_agree, _use_what_is_kept, _withdraw],
    }
    return {state: _look(browser, site, paths, taken) for state, taken in steps.items()}


def compare(seen: dict[str, Seen], content: Content) -> Audit:
    """Compare what was seen with a register's content."""
    needs = _registered(content)
    everything = set().union(*(one.all for one in seen.values()))
    early = set().union(*(seen[state].all for state in WITHOUT_AGREEMENT if state in seen))
    return Audit(
        unregistered=sorted(everything - needs.keys()),
        without_agreement=sorted(name for name in early & needs.keys() if needs[name]),
        never_seen=sorted(needs.keys() - everything - BEHIND_SIGN_IN),
    )


def _registered(content: Content) -> dict[str, bool]:
    """Return what is registered, and whether it needs agreement."""
    asked = {purpose["purpose"] for purpose in content["purposes"] if not purpose["required"]}
    found = {f"cookie {cookie['name']}": cookie["purpose"] in asked for cookie in content["cookies"]}
    found |= {f"storage key {key['kind']} {key['key']}": key["purpose"] in asked for key in content["storage"]}
    hosts = (host for tag in content["tags"] for host in (_origin(tag["url"]), *tag["hosts"]))
    return found | {f"host {host}": True for host in hosts}


def _look(browser: Any, site: str, paths: list[str], steps: list[Callable[[Page], None]]) -> Seen:
    seen, own = Seen(), _origin(site)
    context = browser.new_context(base_url=site)
    context.on("request", lambda request: seen.hosts.add(_origin(request.url)))
    page = context.new_page()
    page.goto(paths[0])
    for step in steps:
        step(page)
    for path in paths:
        page.goto(path)
        for kind, *keys in page.evaluate(READ_STORAGE):
            seen.storage |= {f"{kind} {key}" for key in keys}
    page.wait_for_load_state("networkidle")
    seen.cookies |= {cookie["name"] for cookie in context.cookies()}
    context.close()
    seen.hosts = {host for host in seen.hosts if host and host != own}
    return seen


def _agree(page: Page) -> None:
    _press(page, ".notice button[value=agree]")


def _refuse(page: Page) -> None:
    _press(page, ".notice button[value=refuse]")


def _press(page: Page, button: str) -> None:
    """Press a button of the notice and wait until the decision is recorded; a page without a notice stays as it is."""
    if page.locator(button).count():
        page.locator(button).click()
        page.locator(".notice-result").wait_for()


def _use_what_is_kept(page: Page) -> None:
    """Choose another text size, so that the browser has something to remember."""
    if page.locator("details.display").count():
        page.locator("details.display > summary").click()
        page.locator("details.display input[value=large]").check()
        page.wait_for_function("() => localStorage.length > 0")


def _withdraw(page: Page) -> None:
    page.goto(reverse("consent:choices"))
    if page.locator("button[value=withdraw]").count():
        page.locator("button[value=withdraw]").click()
        page.wait_for_load_state("networkidle")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else ""


def _named(kind: str, names: set[str]) -> set[str]:
    return {f"{kind} {name}" for name in names}
