"""Everything that is kept in a browser and everything that leaves it, as published (clauses S1, S2 and S13b)."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import escape

from consent.models import Tag
from tests.consent import registers
from tests.consent.visitors import PREFIXES
from tests.test_pages import Page

pytestmark = pytest.mark.django_db


def main_of(client: Client, prefix: str) -> str:
    page = client.get(f"{prefix}/privacy/cookies/").text
    return page[page.index("<main") : page.index("</main>")]


def rows(text: str) -> list[list[str]]:
    """Return the words of each row of each table, cell by cell."""
    found = re.findall(r'<tr role="row"><th scope="row".*?</tr>', text, flags=re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in found
    ]


def facts(text: str) -> dict[str, str]:
    terms = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text, flags=re.DOTALL)
    return {term: re.sub(r"<[^>]+>", " ", words).strip() for term, words in terms}


@pytest.mark.parametrize("prefix", PREFIXES)
def test_what_this_site_sets_itself_is_listed_from_the_start(client: Client, prefix: str) -> None:
    listed = {row[0]: row for row in rows(main_of(client, prefix))}
    display = listed.pop("display")
    assert listed.keys() == {settings.COOKIE_CONSENT_NAME, settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    assert display[1] == ("Making this site easier to use" if prefix else "使いやすさの向上")
    essential, closed, no = (
        ("Needed to run this site", "Until the browser is closed", "No")
        if prefix
        else ("本サイトの動作に必要なもの", "ブラウザを閉じるまで", "いいえ")
    )
    assert {row[1] for row in listed.values()} == {essential}
    assert {row[5] for row in listed.values()} == {no}
    assert listed["choice"][3] == ("182 days" if prefix else "182日")
    assert listed["staff"][3] == closed
    assert listed["stafftoken"][3] == ("364 days" if prefix else "364日")
    assert "/admin/" in listed["staff"][2]
    assert "/admin/" in listed["stafftoken"][2]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_what_is_empty_says_so(client: Client, prefix: str) -> None:
    text = main_of(client, prefix)
    for sentence in (
        [
            "At present this site sends no information to other organizations.",
            "At present there are no partners or contractors that receive cookie data.",
        ]
        if prefix
        else [
            "現在、本サイトから外部に送信する情報はありません。",
            "現在、Cookieのデータを受け取る提携先と委託先はありません。",
        ]
    ):
        assert sentence in text.replace("'", "&#x27;")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_cookie_and_a_storage_key_are_told_in_full(client: Client, prefix: str) -> None:
    registers.create_cookie("seen", "usage")
    registers.create_storage_key("size", "usability")
    registers.create_storage_key("step", "usability", kind="session")
    registers.create_storage_key("colours", "usability", days=90)
    assert len(rows(main_of(client, prefix))) == 4, "drafts are not told"
    registers.publish()
    listed = {row[0]: row[1:] for row in rows(main_of(client, prefix))}
    usability, usage = (
        ("Making this site easier to use", "Understanding how this site is used")
        if prefix
        else ("使いやすさの向上", "利用状況の把握")
    )
    own, yes = ("This site (OCCTO)", "Yes") if prefix else ("本サイト（OCCTO）", "はい")
    holds = "The text size." if prefix else "文字の大きさです。"
    times = ("Until it is deleted", "Until the tab is closed") if prefix else ("削除するまで", "タブを閉じるまで")
    seen = "How often pages were viewed." if prefix else "閲覧した回数です。"
    assert listed["seen"] == [usage, seen, "30 days" if prefix else "30日", own, yes]
    assert listed["size"] == [usability, holds, times[0], own, yes]
    assert listed["step"] == [usability, holds, times[1], own, yes]
    assert listed["colours"][2] == ("90 days" if prefix else "90日")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_transmission_is_told_as_the_law_wants_it(client: Client, prefix: str) -> None:
    """Telecommunications Business Act, Article 27-12: what is sent, to whom, and what for on both sides."""
    registers.create_tag(hosts="https://cdn.example.jp")
    registers.publish()
    told = facts(main_of(client, prefix))
    if prefix:
        assert told["Information sent"] == "The address of the page viewed"
        assert told["Recipient"].split("  ") == ["Example Measuring Ltd.", "Partner"]
        assert told["Country"] == "Japan"
        assert told["Why OCCTO sends it"] == "To know how often pages are viewed."
        assert told["What the recipient uses it for"] == "To give OCCTO the totals."
        assert "Understanding how this site is used" in told["Used only if you agree to"]
        assert "Sharing with partners and contractors" in told["Used only if you agree to"]
    else:
        assert told["送信される情報の内容"] == "閲覧したページのアドレス"
        assert told["送信先の名称"].split("  ") == ["例示計測株式会社", "提携先"]
        assert told["送信先の国または地域"] == "日本"
        assert told["OCCTOの利用目的"] == "閲覧数を知るためです。"
        assert told["送信先の利用目的"] == "集計した結果をOCCTOに渡すためです。"
        assert "利用状況の把握" in told["使用に必要な同意"]
    where = told["Kind and destination" if prefix else "種類と接続先"]
    assert "https://tags.example.jp" in where
    assert "https://cdn.example.jp" in where


@pytest.mark.parametrize("prefix", PREFIXES)
def test_partners_and_contractors_are_two_lists(client: Client, prefix: str) -> None:
    """Clause S2: who uses the data itself, and who acts for OCCTO alone."""
    registers.create_recipient(
        name_ja="提携株式会社", name_en="Partner Ltd.", url="https://partner.example.jp/privacy"
    )
    registers.publish()
    text = main_of(client, prefix)
    none = (
        "At present there are no contractors that receive cookie data."
        if prefix
        else "現在、Cookieのデータを受け取る委託先はありません。"
    )
    assert none in text
    registers.create_recipient(name_ja="委託株式会社", name_en="Contractor Ltd.", role="contractor")
    registers.publish()
    page = Page(client.get(f"{prefix}/privacy/cookies/").text)
    lists = [element.text for element in page.all("ul", "receivers")]
    assert len(lists) == 2
    assert ("Partner Ltd." if prefix else "提携株式会社") in lists[0]
    assert ("Contractor Ltd." if prefix else "委託株式会社") in lists[1]
    assert ("1-1 Chiyoda, Tokyo" if prefix else "東京都千代田区1-1") in lists[1]
    link = next(link for link in page.all("a") if link["href"] == "https://partner.example.jp/privacy")
    assert link["rel"] == "external"
    assert link.text.endswith("(external website)" if prefix else "（外部サイト）")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_page_is_linked_where_somebody_asks_for_it(client: Client, prefix: str) -> None:
    address = f'href="{prefix}/privacy/cookies/"'
    assert address in client.get(f"{prefix}/inquiry/").text
    for path in ("/privacy/", "/privacy/choices/", "/sitemap/"):
        page = client.get(prefix + path).text
        assert address in page[page.index("<main") : page.index("</main>")]
    notice = client.get(f"{prefix}/").text
    assert address in notice[notice.index('class="notice"') : notice.index("<header")]


HOSTILE: dict[str, Any] = {
    "name": "<script>alert(1)</script>",
    "information_ja": "</dd><img src=x onerror=alert(1)>",
    "information_en": '" onmouseover="alert(1)',
    "our_purpose_ja": "{{ settings.SECRET_KEY }}{% load x %}",
    "their_purpose_en": "%(name)s %s %",
}


@pytest.mark.parametrize("prefix", PREFIXES)
def test_what_staff_wrote_cannot_become_markup(client: Client, prefix: str) -> None:
    before = client.get(f"{prefix}/privacy/choices/")
    tag = registers.create_tag(**HOSTILE)
    registers.create_cookie("a_b", holds_ja="<b>太字</b>", holds_en="<b>bold</b>")
    registers.publish()
    text = main_of(client, prefix)
    assert escape(HOSTILE["name"]) in text
    assert "<script" not in text
    assert "<img" not in text
    assert "<b>" not in text
    Tag.objects.filter(pk=tag.pk).update(their_purpose_en="%(other)s")
    registers.publish()
    assert client.get(f"{prefix}/privacy/cookies/").status_code == 200
    assert before.status_code == client.get(f"{prefix}/privacy/choices/").status_code == 200


def test_the_page_is_the_same_for_everybody_and_says_since_when(client: Client) -> None:
    first = client.get("/en/privacy/cookies/")
    client.cookies["choice"] = "usage=-1"
    assert client.get("/en/privacy/cookies/?q=1", headers={"sec-gpc": "1"}).content == first.content
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert re.search(r"Updated: \d{1,2} \w+ \d{4}", first.text)
