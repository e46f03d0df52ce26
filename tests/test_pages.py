"""Every public page in both languages, as a visitor's browser gets it."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urldefrag

import pytest
from django.test import Client
from django.utils import timezone

from consent import gpc
from consent.models import Controller
from occtosite.pages import PARTS

pytestmark = pytest.mark.django_db

NAME = "電力広域的運営推進機関"
ENGLISH_NAME = "Organization for Cross-regional Coordination of Transmission Operators, JAPAN"
NAMES = {
    "/": NAME,
    "/about/": "OCCTOについて",
    "/privacy/": "プライバシーポリシー",
    "/privacy/cookies/": "Cookieと外部送信",
    "/privacy/promises/": "約束の実施状況",
    "/privacy/choices/": "Cookieの設定",
    "/privacy/choices/log/": "選択の記録の証明",
    "/privacy/requests/": "個人情報に関する請求",
    "/inquiry/": "お問い合わせ",
    "/inquiry/status/": "お問い合わせの状況",
    "/statistics/": "アクセス統計",
    "/accessibility/": "アクセシビリティ",
    "/sitemap/": "サイトマップ",
    "/en/": ENGLISH_NAME,
    "/en/about/": "About OCCTO",
    "/en/privacy/": "Privacy policy",
    "/en/privacy/cookies/": "Cookies and external transmission",
    "/en/privacy/promises/": "How this site keeps its promises",
    "/en/privacy/choices/": "Cookie settings",
    "/en/privacy/choices/log/": "Proof of the records of choices",
    "/en/privacy/requests/": "Requests about your personal information",
    "/en/inquiry/": "Inquiry",
    "/en/inquiry/status/": "Status of your inquiry",
    "/en/statistics/": "Access statistics",
    "/en/accessibility/": "Accessibility",
    "/en/sitemap/": "Sitemap",
}
HOMES = {"/", "/en/"}
UNLISTED = {f"{prefix}/{path}/" for prefix in ("", "/en") for path in ("privacy/choices", "inquiry/status")}
"""Never cached, and of use to whoever is here already: not for search engines."""
IN_NAVIGATION = {"/", "/about/", "/inquiry/", "/privacy/", "/en/", "/en/about/", "/en/inquiry/", "/en/privacy/"}
VOID = {"meta", "link", "input", "br", "hr", "img", "path", "circle"}

every_page = pytest.mark.parametrize("address", NAMES)


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    parents: list["Element"]
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name) or ""

    def is_within(self, tag: str, class_name: str = "") -> bool:
        return any(parent.tag == tag and parent.has(class_name) for parent in self.parents)

    def has(self, class_name: str) -> bool:
        return not class_name or class_name in self["class"].split()


class Page(HTMLParser):
    """A page as a list of its elements, in the order in which they are read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), list(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop().tag == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.words.append(data)

    def all(self, tag: str, class_name: str = "") -> list[Element]:
        return [e for e in self.elements if e.tag == tag and e.has(class_name)]

    def one(self, tag: str, class_name: str = "") -> Element:
        (element,) = self.all(tag, class_name)
        return element

    def first_focusable(self) -> Element:
        return next(
            e for e in self.elements if (e.tag == "a" and e["href"]) or e.tag in {"button", "select", "textarea"}
        )

    def position(self, element: Element) -> int:
        return self.elements.index(element)


def read(address: str, status: int = 200) -> Page:
    answer = Client().get(address)
    assert answer.status_code == status
    return Page(answer.content.decode())


def other(address: str) -> str:
    return address.removeprefix("/en") if address.startswith("/en/") else f"/en{address}"


def language(address: str) -> str:
    return "en" if address.startswith("/en/") else "ja"


@every_page
def test_a_page_says_its_name_once_in_title_heading_and_breadcrumb(address: str) -> None:
    page, name = read(address), NAMES[address]
    assert page.one("html")["lang"] == language(address)
    assert page.one("h1").text == name
    if address in HOMES:
        assert page.one("title").text == {"/": f"{NAME}（OCCTO）", "/en/": f"{ENGLISH_NAME} (OCCTO)"}[address]
        assert not page.all("nav", "breadcrumb")
    else:
        pattern = {"ja": f"{name}｜{NAME}（OCCTO）", "en": f"{name} | OCCTO"}
        assert page.one("title").text == pattern[language(address)]
        trail = [e for e in page.all("li") if e.is_within("nav", "breadcrumb")]
        assert trail[0].text in {"ホーム", "Home"}
        assert (trail[-1].text, trail[-1]["aria-current"]) == (name, "page")


@every_page
def test_the_first_thing_tab_reaches_leads_to_the_main_text(address: str) -> None:
    """Clause U1."""
    page = read(address)
    first = page.first_focusable()
    assert first.text in {"本文へ移動", "To main text"}
    assert (first["href"], page.one("main")["id"], page.one("main")["tabindex"]) == ("#main", "main", "-1")


@every_page
def test_the_notice_stands_after_the_skip_link_and_before_the_header(address: str) -> None:
    page = read(address)
    notice, header = page.one("section", "notice"), page.one("header")
    assert page.position(page.first_focusable()) < page.position(notice) < page.position(header)
    buttons = [e for e in page.all("button") if e.is_within("form", "notice-form")]
    assert [button["value"] for button in buttons] == ["agree", "refuse"]
    assert buttons[0]["class"] == buttons[1]["class"]
    assert page.one("html")["data-register"]


@every_page
def test_the_privacy_policy_is_linked_above_the_footer(address: str) -> None:
    """Clause U2."""
    links = [e for e in read(address).all("a") if e.is_within("nav", "site-nav")]
    policy = next(link for link in links if link.text in {"プライバシーポリシー", "Privacy policy"})
    assert policy["href"] == ("/en/privacy/" if language(address) == "en" else "/privacy/")


@every_page
def test_the_page_itself_is_marked_in_the_navigation(address: str) -> None:
    links = [e for e in read(address).all("a") if e.is_within("nav", "site-nav")]
    assert [link["href"] for link in links if link["aria-current"] == "page"] == (
        [address] if address in IN_NAVIGATION else []
    )


@every_page
def test_the_language_switch_keeps_the_page(address: str) -> None:
    page = read(address)
    switch = page.one("a", "language-link")
    assert switch["href"] == other(address)
    assert switch["lang"] == switch["hreflang"] == language(other(address))
    addresses = {e["hreflang"]: e["href"] for e in page.all("link") if e["rel"] == "alternate"}
    assert addresses == {language(a): f"http://localhost:8000{a}" for a in (address, other(address))}


def is_outside(link: Element) -> bool:
    return link["href"].startswith(("http:", "https:", "//"))


@every_page
def test_a_link_that_leaves_is_marked_in_place_and_no_other_is(address: str) -> None:
    """Clause S16."""
    for link in read(address).all("a"):
        marked = link.text.endswith(("（外部サイト）", "(external website)"))
        assert is_outside(link) == marked == (link["rel"] == "external")


def test_every_link_within_the_site_leads_somewhere() -> None:
    links = [link for address in NAMES for link in read(address).all("a") if not is_outside(link)]
    for target in {urldefrag(link["href"]).url for link in links} - {""}:
        assert Client().get(target).status_code == 200, target


@every_page
def test_a_page_claims_no_conformance_and_holds_no_inline_script_or_style(address: str) -> None:
    answer = Client().get(address).content.decode()
    assert "準拠" not in answer
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", answer)


def test_the_sitemap_lists_every_page() -> None:
    listed = {link["href"] for link in read("/sitemap/").all("a") if link.is_within("main")}
    assert listed == {address for address in NAMES if not address.startswith("/en/")}
    assert len([name for _heading, links in PARTS for name, _label in links]) == len(listed)


def test_every_entry_of_the_sitemap_file_exists_and_names_its_other_language() -> None:
    text = Client().get("/sitemap.xml").content.decode()
    entries = re.findall(r"<url><loc>http://localhost:8000([^<]+)</loc>(.*?)</url>", text)
    assert {address for address, _links in entries} == set(NAMES) - UNLISTED
    for address, links in entries:
        assert Client().get(address).status_code == 200
        for each in (address, other(address)):
            assert f'hreflang="{language(each)}" href="http://localhost:8000{each}"' in links


def test_robots_are_kept_from_the_staff_pages_and_shown_the_sitemap() -> None:
    lines = Client().get("/robots.txt").content.decode().splitlines()
    assert lines == ["User-agent: *", "Disallow: /admin/", "Sitemap: http://localhost:8000/sitemap.xml"]


def test_gpc_json_says_that_the_signal_is_honoured_and_since_when() -> None:
    """W3C Global Privacy Control, section 4: the GPC Support Resource."""
    answer = Client().get("/.well-known/gpc.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json().keys() == {"gpc", "lastUpdate"}
    assert answer.json()["gpc"] is True
    assert date.fromisoformat(answer.json()["lastUpdate"]) == gpc.ABIDED_BY_SINCE


def test_security_txt_has_a_contact_that_exists_and_a_day_on_which_it_expires() -> None:
    """RFC 9116, section 2.5."""
    text = Client().get("/.well-known/security.txt").content.decode()
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    assert Client().get(fields["Contact"].removeprefix("http://localhost:8000")).status_code == 200
    left = datetime.fromisoformat(fields["Expires"]) - timezone.now()
    assert timedelta(days=200) < left < timedelta(days=365)


# What OCCTO has supplied, and what it has not


def facts(address: str) -> dict[str, str]:
    page = read(address)
    terms = [e.text for e in page.all("dt") if e.is_within("main")]
    return dict(zip(terms, [e.text for e in page.all("dd") if e.is_within("main")], strict=True))


def supply(**details: object) -> None:
    Controller.objects.update(**details)


def test_what_occto_has_not_supplied_says_so() -> None:
    known = facts("/about/")
    assert known["理事長"] == known["電話番号"] == known["メールアドレス"] == "OCCTOが後日記載します"
    assert known["設立"].startswith("2015年4月1日")
    assert known["設立"].endswith("この項目は、OCCTOによる確認が済んでいません。")
    assert facts("/en/about/")["President"] == "To be supplied by OCCTO"
    assert "OCCTOが後日記載します" in read("/privacy/requests/").one("main").text


def test_what_occto_has_supplied_is_shown_in_the_language_of_the_page() -> None:
    supply(president_ja="山田 太郎", president_en="Taro Yamada", telephone="03-0000-0000", facts_confirmed=True)
    supply(privacy_contact_ja="個人情報窓口", privacy_contact_en="Privacy desk")
    known = facts("/about/")
    assert (known["理事長"], known["電話番号"], known["設立"]) == ("山田 太郎", "03-0000-0000", "2015年4月1日")
    assert facts("/en/about/")["President"] == "Taro Yamada"
    assert facts("/en/")["Telephone"] == "03-0000-0000"
    assert "Privacy desk" in read("/en/privacy/requests/").one("main").text


def test_a_published_email_address_stands_beside_what_sending_to_it_tells() -> None:
    """Clause S9."""
    supply(email="info@example.jp")
    for address in ("/", "/about/"):
        assert facts(address)["メールアドレス"].startswith(
            "info@example.jp 電子メールを送信すると、OCCTOは送信者のメールアドレスを知ることになります。"
        )


def test_what_staff_entered_cannot_become_markup() -> None:
    supply(telephone="<script>alert(1)</script>", president_ja="<b>山田</b>")
    assert facts("/about/")["理事長"] == "<b>山田</b>"
    assert not [e for e in read("/about/").all("script") if not e["src"]]


# Errors


ERRORS = [
    ("/nowhere/", 404, "ページが見つかりません", "/en/"),
    ("/en/nowhere/", 404, "Page not found", "/"),
    ("/about/", 405, "このページは、この方法では表示できません", "/en/about/"),
    ("/en/about/", 405, "This page cannot be opened this way", "/about/"),
    ("/inquiry/", 403, "操作を確認できませんでした", "/en/inquiry/"),
    ("/en/inquiry/", 403, "We could not confirm your request", "/inquiry/"),
]


def provoke(address: str, status: int) -> Page:
    client = Client()
    if status == 404:
        answer = client.get(address)
    else:
        answer = client.post(address, headers={"Sec-Fetch-Site": "cross-site" if status == 403 else "same-origin"})
    assert answer.status_code == status
    return Page(answer.content.decode())


@pytest.mark.parametrize(("address", "status", "name", "switch"), ERRORS)
def test_an_error_page_is_a_whole_page(address: str, status: int, name: str, switch: str) -> None:
    page = provoke(address, status)
    assert page.one("html")["lang"] == language(address)
    assert page.one("h1").text == name
    assert page.one("title").text.startswith(name)
    assert page.first_focusable()["href"] == "#main"
    assert page.one("section", "notice")
    home = "/en/" if language(address) == "en" else "/"
    assert [link["href"] for link in page.all("a", "button") if link.is_within("main")] == [home, f"{home}inquiry/"]
    assert page.one("a", "language-link")["href"] == switch


@pytest.mark.parametrize(("address", "status", "name", "switch"), ERRORS)
def test_an_error_page_is_not_for_search_engines(address: str, status: int, name: str, switch: str) -> None:
    page = provoke(address, status)
    assert [e["content"] for e in page.all("meta") if e["name"] == "robots"] == ["noindex"]
    assert not {e["rel"] for e in page.all("link")} & {"alternate", "canonical"}
