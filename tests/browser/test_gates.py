"""Nothing leaves for a recipient before it was agreed to, nothing after that ends, and never from a page with a form.

The partner is a server of its own that remembers what it was asked for (clauses S1, S2, S6 and S16).
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, expect

from tests.browser import partner as partners
from tests.browser.conftest import Site, running_site
from tests.browser.partner import Partner
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]


@dataclass(frozen=True)
class Words:
    """Where a language's pages stand, and what its buttons say."""

    prefix: str
    agree: str
    refuse: str
    withdraw: str
    allow: str


JAPANESE = Words("", "同意する", "同意しない", "同意を撤回する", "許可する")
ENGLISH = Words("/en", "Agree", "Do not agree", "Withdraw consent", "Allow")
IN_BOTH_LANGUAGES = pytest.mark.parametrize("words", [JAPANESE, ENGLISH], ids=["ja", "en"])

WITH_TAGS = ["/", "/about/", "/privacy/", "/privacy/cookies/", "/accessibility/", "/sitemap/"]
WITHOUT_TAGS = ["/inquiry/", "/privacy/choices/", "/privacy/requests/", "/privacy/versions/1/", "/no-such-page/"]
A_WHILE = 600  # milliseconds in which a tag that runs would have said so six times
TRIED_IN_VAIN = ["Content Security Policy", "sandboxed", "Permissions policy violation: unload"]

REGISTER = """
from tests.consent import registers
contractor = registers.create_recipient(role="contractor")
partner = registers.create_recipient(name_ja="例示提携株式会社", name_en="Example Partner Ltd.")
registers.create_tag(name="Counter", recipient=contractor, shares=False, url="{url}/count.js?elsewhere={elsewhere}")
registers.create_tag(name="Dot", kind="image", recipient=partner, url="{url}/dot.gif")
registers.create_embed(name="Map", recipient=partner, url="{url}/map.html", page="about")
registers.create_cookie("seen", "usage")
registers.create_cookie("stuck", "usage")
registers.create_storage_key("size", "usability")
registers.publish()
"""
CHANGE = """
from consent.models import Tag
from tests.consent import registers
Tag.objects.filter(name="Dot").update(url="{url}/{name}.gif")
registers.publish()
"""


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    with partners.serving(tmp_path_factory.mktemp("partner")) as partner:
        yield partner


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    """A host that nobody registered."""
    with partners.serving(tmp_path_factory.mktemp("stranger")) as stranger:
        yield stranger


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, partner: Partner, stranger: Partner) -> Iterator[Site]:
    """A site of its own whose register names the partner; what is published shows at once."""
    with running_site(tmp_path_factory.mktemp("site"), FINISHED_PAGE_SECONDS="0") as site:
        run(site, REGISTER.format(url=partner.url, elsewhere=stranger.url))
        yield site


def run(site: Site, code: str) -> None:
    site.manage("shell", "--no-imports", "-c", code)


@pytest.fixture(autouse=True)
def _a_stranger_is_asked_for_nothing(partner: Partner, stranger: Partner) -> Iterator[None]:
    partner.forget()
    yield
    assert stranger.asked == []


@pytest.fixture
def open_page(visit: Visit, partner: Partner, stranger: Partner) -> Visit:
    """Visit in a browser that takes the partner's certificate.

    What the partner's script tries in vain may stand in the console. Whether it reached a stranger, the stranger says:
    the browser reports a request before it stops it.
    """

    def open_page(**options: Any) -> Page:
        page = visit(ignore_https_errors=True, **options)
        page.watch.agreed.extend([partner.url, stranger.url])  # type: ignore[attr-defined]
        page.watch.expected.extend(TRIED_IN_VAIN)  # type: ignore[attr-defined]
        return page

    return open_page


def decisions(site: Site) -> list[tuple[str, str]]:
    with sqlite3.connect(f"file:{site.database}?mode=ro", uri=True) as database:
        return database.execute("SELECT method, agreed FROM consent_decision ORDER BY made_at").fetchall()


def press(page: Page, name: str) -> None:
    """Press a button that decides, and wait until the page says what was recorded."""
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".notice-result:not([hidden])")).to_be_visible()


def choose(page: Page, *purposes: str) -> None:
    page.goto("/en/privacy/choices/")
    for switch in page.get_by_role("checkbox").all():
        switch.set_checked(switch.get_attribute("value") in purposes)
    press(page, "Save choice")


def is_silent(page: Page, partner: Partner) -> bool:
    """Whether the partner is asked for nothing for a while from now on."""
    partner.forget()
    page.wait_for_timeout(A_WHILE)
    return partner.asked == []


@IN_BOTH_LANGUAGES
def test_the_partner_sees_nothing_before_a_decision_and_nothing_after_a_refusal(
    open_page: Visit, partner: Partner, words: Words
) -> None:
    page = open_page()
    for path in WITH_TAGS:
        page.goto(words.prefix + path)
        page.mouse.wheel(0, 2_000)
        page.locator("main").click(position={"x": 2, "y": 2})
    press(page, words.refuse)
    for path in WITH_TAGS:
        page.goto(words.prefix + path)
        assert page.locator("iframe").count() == 0
    page.wait_for_timeout(A_WHILE)
    assert partner.asked == []


@IN_BOTH_LANGUAGES
def test_the_partner_sees_its_own_after_agreement_and_nothing_after_withdrawal(
    open_page: Visit, partner: Partner, words: Words
) -> None:
    page = open_page()
    page.goto(f"{words.prefix}/about/")
    entries = page.evaluate("history.length")
    assert partner.asked == []
    press(page, words.agree)
    for path in ("/count.js", "/alive", "/dot.gif", "/map.html"):
        partner.wait_for(path)
    assert page.locator("iframe").count() == 3, "without a reload, and each once"
    assert page.evaluate("history.length") == entries
    other = page.context.new_page()
    other.goto(f"{words.prefix}/sitemap/")
    assert other.locator("iframe").count() == 2

    page.goto(f"{words.prefix}/privacy/choices/")
    other.wait_for_timeout(A_WHILE)
    with page.expect_response("**/privacy/choices/"):
        partner.forget()
        page.get_by_role("button", name=words.withdraw, exact=True).click()
    expect(other.locator("iframe")).to_have_count(0)
    assert not [path for path in partner.paths() if path != "/alive"], "a script is not told that it is closed"
    assert is_silent(other, partner)
    for path in WITH_TAGS:
        other.goto(words.prefix + path)
    assert is_silent(other, partner)


@IN_BOTH_LANGUAGES
def test_no_tag_runs_on_a_page_with_a_form_or_with_a_visitors_own(
    open_page: Visit, partner: Partner, words: Words
) -> None:
    page = open_page(allow_console="Failed to load resource: the server responded with a status of 4")
    page.goto(f"{words.prefix}/privacy/choices/")
    page.locator("main button[value=agree]").click()
    page.locator(".notice-record:visible").click()
    expect(page.locator("main code").first).to_be_visible()
    assert page.locator("iframe, [data-gate]").count() == 0
    for path in [f"{words.prefix}{path}" for path in WITHOUT_TAGS] + [f"/admin{words.prefix}/"]:
        page.goto(path)
        assert page.locator("iframe, [data-gate]").count() == 0, path
    page.goto(f"{words.prefix}/inquiry/")
    page.locator("#inquiry button").last.click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.wait_for_timeout(A_WHILE)
    assert partner.asked == []


def test_whoever_opens_a_frame_by_itself_agreed_to_nothing(open_page: Visit, partner: Partner) -> None:
    page = open_page(allow_console="404")
    page.goto("/en/about/")
    addresses = page.eval_on_selector_all("[data-gate]", "gates => gates.map(({dataset}) => dataset.address)")
    assert len(addresses) == 3
    for address in addresses:
        answer = page.goto(address)
        assert answer
        assert answer.status == 404
    page.wait_for_timeout(A_WHILE)
    assert partner.asked == []


def test_a_tag_runs_only_with_its_purpose_and_one_that_shares_with_sharing_too(
    open_page: Visit, partner: Partner
) -> None:
    page = open_page()
    for purposes, seen in [
        (["usability", "advertising", "sharing"], set()),
        (["usage"], {"/count.js"}),
        (["usage", "sharing"], {"/count.js", "/dot.gif"}),
    ]:
        choose(page, *purposes)
        partner.forget()
        page.goto("/en/sitemap/")
        page.wait_for_timeout(A_WHILE)
        assert set(partner.paths()) & {"/count.js", "/dot.gif"} == seen


def test_a_tags_script_reaches_its_own_host_and_nothing_else(open_page: Visit, site: Site, partner: Partner) -> None:
    page = open_page()
    page.goto("/en/sitemap/")
    press(page, "Agree")
    end = ("call", "cookie", "cookie-written", "eval", "fetch", "image", "inline", "later", "page", "page-marked")
    tried = {*end, "pop-up", "script", "site", "socket", "storage", "style", "top", "top-led-away"}
    while not tried <= partner.reports().keys():
        page.wait_for_timeout(100)
    reports = partner.reports()
    assert (reports.pop("referrer"), reports.pop("origin")) == (f"{site.url}/en/sitemap/", "null")
    assert {name: told for name, told in reports.items() if not re.fullmatch(r"\w+Error", told)} == {}
    page.wait_for_timeout(A_WHILE)
    assert not any(headers.keys() & {"Cookie", "Referer"} for headers in partner.headers)
    assert [cookie["name"] for cookie in page.context.cookies()] == ["choice"]
    assert page.evaluate("document.documentElement.dataset.agreed") == "usability usage advertising sharing"
    assert [tab.url for tab in page.context.pages] == [f"{site.url}/en/sitemap/"]


def test_agreement_in_one_tab_opens_the_gates_of_the_others(open_page: Visit, partner: Partner) -> None:
    first = open_page()
    first.goto("/en/sitemap/")
    second = first.context.new_page()
    second.goto("/en/inquiry/")
    press(second, "Agree")
    expect(first.locator("iframe")).to_have_count(2)
    expect(first.locator(".notice")).to_be_hidden()
    partner.wait_for("/count.js")


def test_a_browser_that_loses_its_cookies_runs_nothing_more(open_page: Visit, partner: Partner) -> None:
    page = open_page()
    page.goto("/en/sitemap/")
    press(page, "Agree")
    page.get_by_role("button", name="Close this message").click()
    expect(page.locator("iframe")).to_have_count(2)
    page.evaluate("document.cookie = 'choice=; max-age=0; path=/'")
    expect(page.locator("iframe")).to_have_count(0)
    expect(page.locator(".notice")).to_be_visible()
    assert is_silent(page, partner)


@pytest.fixture
def with_pages_kept(browser_type: BrowserType, browser_type_launch_args: dict[str, Any], site: Site) -> Iterator[Page]:
    """A page of a browser that keeps pages whole for the way back, which the tests' other browser doesn't."""
    launch = browser_type_launch_args | {"ignore_default_args": ["--disable-back-forward-cache"]}
    browser: Browser = browser_type.launch(**launch)
    page = browser.new_page(base_url=site.url, ignore_https_errors=True)
    page.add_init_script("addEventListener('pageshow', (event) => { window.isKept = event.persisted; })")
    yield page
    browser.close()


def go_back(page: Page) -> None:
    # Playwright waits for a page that loads; this one doesn't.
    page.evaluate("history.back()")
    page.wait_for_function("window.isKept === true")


def test_a_page_kept_for_the_way_back_runs_what_is_agreed_to_when_it_is_shown(
    with_pages_kept: Page, partner: Partner
) -> None:
    page = with_pages_kept
    page.goto("/en/sitemap/")
    press(page, "Agree")
    partner.wait_for("/alive")
    page.goto("/en/privacy/choices/")
    assert is_silent(page, partner), "a page put aside runs nothing"
    go_back(page)
    partner.wait_for("/alive")
    assert page.locator("iframe").count() == 2
    page.goto("/en/privacy/choices/")
    press(page, "Withdraw consent")
    partner.forget()
    go_back(page)
    assert page.locator("iframe").count() == 0
    page.wait_for_timeout(A_WHILE)
    assert partner.asked == []


def test_a_page_from_before_a_change_loads_no_tag_that_was_not_agreed_to(
    open_page: Visit, site: Site, partner: Partner
) -> None:
    page = open_page(allow_console="404")
    page.goto("/en/sitemap/")
    run(site, CHANGE.format(url=partner.url, name="other"))
    press(page, "Agree")
    expect(page.locator("iframe")).to_have_count(2)
    page.wait_for_timeout(A_WHILE)
    assert partner.asked == [], "what was agreed to is gone, and what came instead was not agreed to"
    page.goto("/en/privacy/choices/")
    expect(page.locator("main")).to_contain_text("We changed how we use cookies on")
    assert page.evaluate("document.documentElement.dataset.agreed") == ""
    page.goto("/en/sitemap/")
    expect(page.locator(".notice")).to_be_visible()
    press(page, "Agree")
    partner.wait_for("/other.gif")
    stale = page.context.new_page()
    run(site, CHANGE.format(url=partner.url, name="dot"))
    stale.goto("/en/sitemap/")
    assert stale.evaluate("[document.documentElement.dataset.choice, document.documentElement.dataset.agreed]") == [
        "ask",
        "",
    ]
    assert stale.locator("iframe").count() == 0


@pytest.mark.parametrize("headers", [{"Sec-GPC": "1"}, {}], ids=["header", "script-alone"])
def test_the_signal_keeps_what_shares_from_running(
    open_page: Visit, site: Site, partner: Partner, headers: dict[str, str]
) -> None:
    page = open_page(extra_http_headers=headers)
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    page.goto("/en/about/")
    expect(page.locator(".notice-signal")).to_be_visible()
    expect(page.locator(".embed-signal")).to_be_visible()
    expect(page.get_by_role("button", name="Allow", exact=True)).to_be_hidden()
    press(page, "Agree")
    assert decisions(site)[-1] == ("agree", "usability,usage")
    partner.wait_for("/count.js")
    page.goto("/en/privacy/choices/")
    expect(page.get_by_text("We do not share it.").locator("visible=true")).to_have_count(1)
    expect(page.get_by_role("checkbox", name=re.compile("Sharing"))).not_to_be_checked()
    assert {"/dot.gif", "/map.html"}.isdisjoint(partner.paths())
    choose(page, "usage", "sharing")
    page.goto("/en/about/")
    partner.wait_for("/dot.gif")
    partner.wait_for("/map.html")


def test_the_signal_takes_back_what_was_agreed_to_before_it_was_sent(open_page: Visit, partner: Partner) -> None:
    page = open_page()
    page.goto("/en/inquiry/")
    press(page, "Agree")
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    page.goto("/en/about/")
    partner.wait_for("/count.js")
    assert page.locator("iframe").count() == 1
    page.wait_for_timeout(A_WHILE)
    assert {"/dot.gif", "/map.html"}.isdisjoint(partner.paths())


@IN_BOTH_LANGUAGES
def test_embedded_content_is_allowed_where_it_stands(
    open_page: Visit, site: Site, partner: Partner, words: Words
) -> None:
    page = open_page()
    page.goto(f"{words.prefix}/inquiry/")
    press(page, words.refuse)
    page.goto(f"{words.prefix}/about/")
    assert violations(page) == []
    button = page.get_by_role("button", name=words.allow, exact=True)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".embed .notice-result")).to_be_focused()
    assert decisions(site)[-1] == ("choose", "usage,sharing")
    frame = page.frame_locator(".embed iframe").frame_locator("iframe")
    expect(frame.locator("h1")).to_have_text("Example map")
    expect(button).to_be_hidden()
    assert partner.reports()["embed-page"] == "SecurityError"
    assert violations(page) == []
    choose(page, "usability")
    page.goto(f"{words.prefix}/about/")
    expect(button).to_be_visible()
    assert is_silent(page, partner)


def test_allowing_keeps_what_was_agreed_to_before(open_page: Visit, site: Site) -> None:
    page = open_page()
    choose(page, "usability")
    page.goto("/en/about/")
    press(page, "Allow")
    assert decisions(site)[-1] == ("choose", "usability,usage,sharing")


def test_a_placeholder_stays_when_no_answer_comes(open_page: Visit, site: Site, partner: Partner) -> None:
    before = decisions(site)
    page = open_page(allow_console="Failed to load resource")
    page.goto("/en/about/")
    page.route("**/privacy/choices/", lambda route: route.fulfill(status=503, body="broken"))
    page.get_by_role("button", name="Allow", exact=True).click()
    expect(page.locator(".embed [role=alert]")).to_have_text(re.compile("Nothing was recorded"))
    expect(page.get_by_role("button", name="Allow", exact=True)).to_be_visible()
    assert decisions(site) == before
    assert partner.asked == []


@IN_BOTH_LANGUAGES
def test_without_javascript_embedded_content_says_what_it_needs(
    open_page: Visit, partner: Partner, words: Words
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"{words.prefix}/about/")
    page.locator(".notice button[value=agree]").click()
    page.goto(f"{words.prefix}/about/")
    embed = page.locator(".embed")
    needed = "needs your agreement and JavaScript" if words.prefix else "同意とJavaScriptが必要です"
    assert needed in embed.inner_text()
    expect(embed.get_by_role("button")).to_have_count(0)
    link = embed.get_by_role("link", name=re.compile("external website|外部サイト"))
    assert link.get_attribute("href") == f"{partner.url}/map.html"
    page.wait_for_timeout(A_WHILE)
    assert partner.asked == []


KEEP = """() => {
    document.cookie = "seen=1; path=/";
    document.cookie = "other=1; path=/";
    localStorage.size = "large";
    localStorage.other = "1";
}"""


def kept(page: Page) -> tuple[set[str], list[str]]:
    return {cookie["name"] for cookie in page.context.cookies()}, page.evaluate("Object.keys(localStorage)")


@pytest.mark.parametrize("scripted", [True, False], ids=["in-place", "by-the-form"])
def test_withdrawal_deletes_what_was_kept_and_says_so(open_page: Visit, scripted: bool) -> None:
    page = open_page(allow_console="Failed to load resource")
    if not scripted:
        page.route("**/static/choices.*.js", lambda route: route.abort())
    page.goto("/en/privacy/choices/")
    page.locator("main button[value=agree]").click()
    expect(page.locator("main")).to_contain_text('You chose "Agree".')
    page.goto("/en/privacy/choices/")
    page.evaluate(KEEP)
    page.get_by_role("button", name="Withdraw consent").click()
    expect(page.locator("main")).to_contain_text("stopped using these cookies and deleted them from this browser.")
    assert kept(page) == ({"choice", "other"}, ["other"])


@pytest.mark.parametrize("scripted", [True, False], ids=["in-place", "by-the-form"])
@pytest.mark.parametrize(("prefix", "words"), [("", "確認できません：stuck。"), ("/en", "whether it was: stuck.")])
def test_what_could_not_be_deleted_is_named(open_page: Visit, scripted: bool, prefix: str, words: str) -> None:
    page = open_page(allow_console="Failed to load resource")
    if not scripted:
        page.route("**/static/choices.*.js", lambda route: route.abort())
    page.goto(f"{prefix}/privacy/choices/")
    page.locator("main button[value=agree]").click()
    expect(page.locator("main .notice-result, main .panel.is-success").first).to_be_visible()
    page.goto(f"{prefix}/privacy/choices/")
    page.evaluate("path => { document.cookie = `stuck=1; path=${path}`; }", f"{prefix}/privacy/")
    page.locator("main button[value=withdraw]").click()
    expect(page.locator("main")).to_contain_text(words)
    expect(page.locator("main")).not_to_contain_text("deleted them" if prefix else "このブラウザから削除しました")
    assert "stuck" in kept(page)[0]


def test_without_javascript_the_record_claims_no_deletion_of_storage(open_page: Visit) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/en/privacy/choices/")
    page.locator("main button[value=agree]").click()
    page.goto("/en/privacy/choices/")
    page.get_by_role("button", name="Withdraw consent").click()
    expect(page.locator("h1")).to_have_text("Record of your choice")
    told = page.locator("main").inner_text()
    assert "You have withdrawn your consent. We have stopped using these cookies." in told
    assert "this may still be in your browser's storage: " in told
    assert "deleted them" not in told
