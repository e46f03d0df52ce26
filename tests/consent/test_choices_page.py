"""The switches, the record and the stylesheet: each visitor's own, kept by no cache (clauses S1, S2 and S7)."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from consent.models import Decision
from tests.consent import registers
from tests.consent.tampering import lifted
from tests.consent.visitors import ALL, GPC, PREFIXES, checked, decision_of, press

pytestmark = pytest.mark.django_db

UNKNOWN = "01a20bb6-fa25-7511-9928-59c6784dbd28"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_purpose_is_a_switch_of_its_own_and_off_at_first(client: Client, prefix: str) -> None:
    page = client.get(f"{prefix}/privacy/choices/").text
    assert re.findall(r'type="checkbox" name="purpose" value="(\w+)"', page) == ALL
    assert checked(page) == []
    assert ("Always on" if prefix else "常に有効") in page
    assert ("You have not chosen yet." if prefix else "まだ選択していません。") in page
    assert 'value="withdraw"' not in page
    assert 'data-shown="ask"' in page


def test_the_buttons_weigh_the_same(client: Client) -> None:
    page = client.get("/en/privacy/choices/").text
    main = page[page.index("<main") :]
    assert re.findall(r'<button class="([^"]*)" name="decision" value="(\w+)"', main) == [
        ("button", "choose"),
        ("button", "agree"),
        ("button", "refuse"),
    ]


def test_a_purpose_with_nothing_registered_says_so(client: Client) -> None:
    assert client.get("/en/privacy/choices/").text.count("Not in use at present.") == 2, "advertising and sharing"
    registers.create_cookie("seen", "advertising")
    assert client.get("/en/privacy/choices/").text.count("Not in use at present.") == 2, "only drafted so far"
    registers.publish()
    assert client.get("/en/privacy/choices/").text.count("Not in use at present.") == 1


def test_sharing_is_in_use_as_soon_as_a_tag_shares(client: Client) -> None:
    registers.create_tag(recipient=registers.create_recipient(role="contractor"), shares=False)
    registers.publish()
    assert client.get("/en/privacy/choices/").text.count("Not in use at present.") == 2
    registers.create_tag(name="Another counter", recipient=registers.create_recipient())
    registers.publish()
    page = client.get("/en/privacy/choices/").text
    assert page.count("Not in use at present.") == 1
    assert "Not in use" not in page[page.index('value="sharing"') : page.index('name="decision" value="choose"')]


@pytest.mark.parametrize(
    ("button", "switches", "words"),
    [
        ("agree", [], "Current choice: Agreed ("),
        ("refuse", [], "Current choice: Not agreed ("),
        ("choose", ["usability", "usage"], "Making this site easier to use, Understanding how this site is used ("),
    ],
)
def test_the_current_choice_is_shown_with_its_day(
    client: Client, button: str, switches: list[str], words: str
) -> None:
    press(client, button, "/en", purpose=switches)
    page = client.get("/en/privacy/choices/").text
    day = timezone.localdate()
    assert f"{words}{day.day} {day:%B %Y})" in page
    assert "現在の選択：" in client.get("/privacy/choices/").text


@pytest.mark.parametrize(("button", "is_offered"), [("agree", True), ("refuse", False)])
def test_withdrawing_is_offered_while_something_is_agreed(client: Client, button: str, is_offered: bool) -> None:
    press(client, button)
    page = client.get("/en/privacy/choices/").text
    assert ('value="withdraw">Withdraw consent</button>' in page) is is_offered


HONOURED = re.compile(r'<div class="panel( if-signal)?"><p><strong>([^<]*)</strong>')


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_signal_is_answered_where_it_is_sent(client: Client, prefix: str) -> None:
    sentence = (
        "Your browser asks sites not to share your data. We do not share it."
        if prefix
        else "お使いのブラウザから、データの共有を望まないという信号を受け取りました。データを共有しません。"
    )
    address = f"{prefix}/privacy/choices/"
    assert HONOURED.findall(client.get(address, headers=GPC).text) == [("", sentence)]
    assert HONOURED.findall(client.get(address).text) == [(" if-signal", sentence)], "for a signal to scripts alone"
    press(client, "choose", purpose=["sharing"], headers=GPC)
    for headers in (GPC, None):
        page = client.get(address, headers=headers).text
        assert HONOURED.findall(page) == [], "sharing was chosen, so this would be untrue"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_signal_takes_back_what_was_agreed_to_before_it_was_sent(client: Client, prefix: str) -> None:
    press(client, "agree", prefix)
    address = f"{prefix}/privacy/choices/"
    assert checked(client.get(address).text) == ALL
    page = main_of(client.get(address, headers=GPC).text)
    assert checked(page) == ["usability", "usage"]
    assert ("We do not share it." if prefix else "データを共有しません。") in page
    press(client, "choose", prefix, purpose=["usage", "sharing"], headers=GPC)
    assert checked(client.get(address, headers=GPC).text) == ["usage", "sharing"]


def main_of(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


@pytest.mark.parametrize(
    ("held", "signal", "rules"),
    [
        (False, False, ""),
        (True, False, ".notice{display:none}"),
        (False, True, ".notice-signal{display:block}"),
        (True, True, ".notice{display:none}.notice-signal{display:block}"),
    ],
)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_stylesheet_does_what_no_script_does(
    client: Client, prefix: str, held: bool, signal: bool, rules: str
) -> None:
    if held:
        press(client, "refuse")
    answer = client.get(f"{prefix}/privacy/choices/state.css", headers=GPC if signal else None)
    assert answer.text == rules
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize("value", ["usage=9999", "usability=1|usage=1", '"', "=|=|=", "v=|d=", "あ"])
def test_a_cookie_with_anything_in_it_is_no_decision(client: Client, value: str) -> None:
    client.cookies["choice"] = value
    assert client.get("/privacy/choices/state.css").text == ""
    page = client.get("/en/privacy/choices/").text
    assert "You have not chosen yet." in page
    assert checked(page) == []


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    ("button", "japanese", "english"),
    [
        ("agree", "「同意する」を選びました。", 'You chose "Agree".'),
        (
            "refuse",
            "「同意しない」を選びました。本サイトの動作に必要なCookieだけを使用します。",
            'You chose "Do not agree". We use only the cookies needed to run this site.',
        ),
        ("choose", "選択を保存しました。", "Your choice has been saved."),
        (
            "withdraw",
            "同意を撤回しました。該当するCookieの使用を停止しました。",
            "You have withdrawn your consent.",
        ),
    ],
)
def test_the_answer_is_the_record_with_the_result(
    client: Client, prefix: str, button: str, japanese: str, english: str
) -> None:
    answer = press(client, button, prefix)
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert (english if prefix else japanese) in page.text.replace("&quot;", '"')
    assert f'href="{prefix}/about/">' in main_of(page.text)
    assert "keeps no cookies" not in main_of(page.text)
    assert "Cookieを保存しません" not in main_of(page.text)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("other", PREFIXES)
def test_the_record_is_whole_and_in_the_exact_words(client: Client, prefix: str, other: str) -> None:
    decision = decision_of(press(client, "choose", other, purpose=["usage"]))
    page = main_of(client.get(f"{prefix}/privacy/choices/records/{decision.pk}/").text)
    words = decision.notice.words
    for text in (words["heading"], words["text"], words["before_choice"], words["change_later"], words["agree"]):
        assert escape(text) in page
    for purpose in words["purposes"]:
        assert escape(purpose["text"]) in page
    assert f'<blockquote class="words" lang="{"en" if other else "ja"}">' in page
    assert str(decision.pk) in page
    assert decision.notice_id in page
    assert f'href="{prefix}/privacy/versions/1/"' in page
    last = decision.valid_until
    assert (f"{last.day} {last:%B %Y}" if prefix else f"{last.year}年{last.month}月{last.day}日") in page
    assert page.count(">Agreed</span>" if prefix else ">同意する</span>") == 1
    assert page.count(">Not agreed</span>" if prefix else ">同意しない</span>") == 3
    assert ('select "Withdraw consent"' if prefix else "「同意を撤回する」を選んでください") in page


def record_after(client: Client, button: str, prefix: str = "", **sent: Any) -> str:
    """Return the main part of the record that a press leads to."""
    return main_of(client.get(press(client, button, prefix, **sent).headers["Location"]).text)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_record_says_what_only_a_script_can_delete_and_claims_nothing(client: Client, prefix: str) -> None:
    registers.create_storage_key("seen", "usage")
    registers.publish()
    press(client, "agree")
    page = record_after(client, "withdraw", prefix)
    (without_script,) = re.findall(r"<noscript>(.*?)</noscript>", page, re.DOTALL)
    assert ("Only a script can delete it." if prefix else "これを削除できるのはスクリプトだけです。") in without_script
    assert "seen" in without_script
    said = re.sub(r'data-gone="[^"]*"', "", page)
    assert ("deleted them" if prefix else "削除しました") not in said
    (removed,) = re.findall(r'data-remove="([^"]*)"', page)
    assert {"kind": "local", "key": "seen"} in json.loads(unescape(removed))


def test_the_record_names_a_cookie_that_the_browser_still_sends(client: Client) -> None:
    registers.create_cookie("seen", "usage")
    registers.publish()
    client.cookies["seen"] = "1"
    answer = press(client, "refuse", "/en")
    del client.cookies["seen"]  # what a browser does on this answer
    assert "still sends" not in main_of(client.get(answer.headers["Location"]).text)
    client.cookies["seen"] = "1"
    page = main_of(client.get(answer.headers["Location"]).text)
    assert "Your browser still sends these cookies: seen." in page


def test_an_old_record_deletes_nothing_that_was_agreed_to_since(client: Client) -> None:
    registers.create_storage_key("seen", "usage")
    registers.publish()
    address = press(client, "refuse").headers["Location"]
    press(client, "agree")
    assert "data-remove" not in client.get(address).text


def test_a_browser_that_keeps_no_cookies_is_told_what_that_means(client: Client) -> None:
    answer = press(client, "agree", "/en")
    blocked = Client()
    page = main_of(blocked.get(answer.headers["Location"]).text)
    assert "Your choice was recorded, but this browser keeps no cookies." in page
    assert "Until then we use none of these cookies." in page


def test_an_old_record_says_that_this_browser_holds_another_choice(client: Client) -> None:
    decision = decision_of(press(client, "agree"))
    with lifted():
        Decision.objects.filter(pk=decision.pk).update(made_at=timezone.now() - timedelta(days=3))
    press(client, "refuse")
    page = main_of(client.get(f"/en/privacy/choices/records/{decision.pk}/").text)
    assert "This browser does not hold this choice now." in page
    assert "keeps no cookies" not in page


@pytest.mark.parametrize("number", [UNKNOWN, UNKNOWN.replace("-", ""), "1", "x", str(UUID(int=0))])
def test_a_record_that_is_none_is_not_found(client: Client, number: str) -> None:
    assert client.get(f"/en/privacy/choices/records/{number}/").status_code == 404


def test_a_record_is_only_read(client: Client) -> None:
    decision = decision_of(press(client, "agree"))
    assert client.post(f"/privacy/choices/records/{decision.pk}/").status_code == 405
    assert client.post("/privacy/choices/state.css").status_code == 405


def test_what_shows_a_visitors_own_is_kept_by_no_cache(client: Client) -> None:
    answer = press(client, "agree")
    addresses = ["/privacy/choices/", "/privacy/choices/state.css", answer.headers["Location"]]
    for page in (answer, *(client.get(address) for address in addresses)):
        assert page.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in client.get(answer.headers["Location"]).text
