"""Whoever is asked again is told what changed since the last choice, in words (clause S2)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone, translation

from consent import changes, inventory
from consent.models import CookieFacts, Notice, PolicyVersion, Purpose, Recipient, RegisterVersion, StorageKey, Tag
from tests.consent import registers
from tests.consent.tampering import lifted
from tests.consent.visitors import PREFIXES, decision_of, press

pytestmark = pytest.mark.django_db


def change_policy() -> None:
    PolicyVersion.objects.create(number=2, text_ja="方針", text_en="Policy", published_at=timezone.now())


def change_words() -> None:
    Purpose.objects.filter(group__varname="usage").update(text_ja="数えます。", text_en="Counts.")


def change_tag(**values: Any) -> Callable[[], int]:
    return lambda: Tag.objects.update(**values)


def to_another_recipient() -> None:
    other = registers.create_recipient(name_ja="別会社", name_en="Other Ltd.", role="contractor")
    Tag.objects.update(recipient=other, role="contractor", shares=False)


ASKED: dict[str, tuple[Callable[[], Any], list[str], list[str]]] = {
    "policy": (
        change_policy,
        ["Version 2 of the privacy policy applies. Before, it was version 1."],
        ["プライバシーポリシーが、第1版から第2版に変わりました。"],
    ),
    "words of a purpose": (
        change_words,
        [
            (
                'The purpose "Understanding how this site is used" – Text: "Counts.", '
                'before: "Counts which pages are viewed. We publish only statistics."'
            )
        ],
        [
            (
                "目的「利用状況の把握」の文面：「数えます。」"
                "（変更前：「どのページが見られているかを数えます。公表するのは統計だけです。」）"
            )
        ],
    ),
    "what a tag sends": (
        change_tag(information_ja="すべて", information_en="Everything"),
        ['The tag "Example counter" – Information sent: "Everything", before: "The address of the page viewed"'],
        ["タグ「Example counter」の送信される情報の内容：「すべて」（変更前：「閲覧したページのアドレス」）"],
    ),
    "where a tag reaches": (
        change_tag(hosts="https://a.example.jp\nhttps://b.example.jp"),
        ['The tag "Example counter" – Further hosts: "https://a.example.jp, https://b.example.jp", before: "None"'],
        [
            (
                "タグ「Example counter」のその他の接続先："
                "「https://a.example.jp、https://b.example.jp」（変更前：「なし」）"
            )
        ],
    ),
    "what a tag is": (
        change_tag(kind="embed", page="about"),
        [
            'The embedded content "Example counter" – Kind: "Embedded content", before: "Script"',
            'The embedded content "Example counter" – Page: "About OCCTO", before: "None"',
        ],
        [
            "埋め込みコンテンツ「Example counter」の種類：「埋め込みコンテンツ」（変更前：「スクリプト」）",
            "埋め込みコンテンツ「Example counter」のページ：「OCCTOについて」（変更前：「なし」）",
        ],
    ),
    "who receives": (
        to_another_recipient,
        [
            "New contractor: Other Ltd. (Japan)",
            'The tag "Example counter" – Recipient: "Other Ltd.", before: "Example Measuring Ltd."',
            'The tag "Example counter" – Shares data: "No", before: "Yes"',
        ],
        [
            "委託先の追加：別会社（日本）",
            "タグ「Example counter」の送信先の名称：「別会社」（変更前：「例示計測株式会社」）",
            "タグ「Example counter」のデータを共有する：「いいえ」（変更前：「はい」）",
        ],
    ),
    "a recipient's country": (
        lambda: Recipient.objects.update(country_ja="米国", country_en="United States"),
        ['The partner "Example Measuring Ltd." – Country: "United States", before: "Japan"'],
        ["提携先「例示計測株式会社」の送信先の国または地域：「米国」（変更前：「日本」）"],
    ),
    "a tag goes": (
        lambda: Tag.objects.all().delete(),
        ['No longer used: the tag "Example counter"'],
        ["タグの削除：「Example counter」"],
    ),
    "everything goes": (
        lambda: (Tag.objects.all().delete(), Recipient.objects.all().delete()),
        ["No longer a partner: Example Measuring Ltd.", 'No longer used: the tag "Example counter"'],
        ["提携先の削除：例示計測株式会社", "タグの削除：「Example counter」"],
    ),
}


@pytest.mark.parametrize("case", ASKED)
def test_a_change_of_what_is_asked_is_said_in_both_languages(case: str) -> None:
    change, english, japanese = ASKED[case]
    registers.create_tag()
    old = registers.publish()
    change()
    new = registers.publish()
    assert new.asked != old.asked
    assert inventory.changes_between(old.asked, new, "en") == english
    assert inventory.changes_between(old.asked, new, "ja") == japanese


def test_new_partners_tags_and_purposes_are_named() -> None:
    old = inventory.register_in_force()
    registers.create_tag()
    new = registers.publish()
    assert inventory.changes_between(old.asked, new, "en") == [
        "New partner: Example Measuring Ltd. (Japan)",
        'New tag: "Example counter". It sends to Example Measuring Ltd. (Japan): The address of the page viewed',
    ]
    content = new.content | {"purposes": new.content["purposes"][:-1], "tags": [], "recipients": []}
    with translation.override("en"):
        assert 'No longer a purpose: "Sharing with partners and contractors"' in changes.asked(new.content, content)
        assert changes.asked(content, new.content)[0].startswith(
            'New purpose: "Sharing with partners and contractors". Sends cookie data'
        )


DESCRIBED: dict[str, tuple[Callable[[], Any], str]] = {
    "a cookie comes": (
        lambda: registers.create_cookie("more"),
        'New cookie: "more". It holds: How often pages were viewed.',
    ),
    "a cookie goes": (
        lambda: CookieFacts.objects.filter(cookie__name="seen").delete(),
        'No longer used: the cookie "seen"',
    ),
    "a cookie stays longer": (
        lambda: CookieFacts.objects.filter(cookie__name="seen").update(days=1),
        'The cookie "seen" – Kept for: "1 day", before: "30 days"',
    ),
    "a storage key comes": (
        lambda: registers.create_storage_key("colours"),
        'New in the browser\'s storage: "colours". It holds: The text size.',
    ),
    "a storage key serves another purpose": (
        lambda: StorageKey.objects.filter(key="size").update(purpose=registers.purpose("usage")),
        (
            '"size" in the browser\'s storage – Purpose: "Understanding how this site is used", '
            'before: "Making this site easier to use"'
        ),
    ),
    "a storage key goes": (
        lambda: StorageKey.objects.filter(key="size").delete(),
        'No longer used: "size" in the browser\'s storage',
    ),
    "the words of the purpose that is always on": (
        lambda: Purpose.objects.filter(group__varname="essential").update(name_en="Needed"),
        'The purpose "Needed" – Name: "Needed", before: "Needed to run this site"',
    ),
}


@pytest.mark.parametrize("case", DESCRIBED)
def test_a_change_of_what_is_only_told_asks_nobody_again(client: Client, case: str) -> None:
    change, sentence = DESCRIBED[case]
    registers.create_cookie("seen")
    registers.create_storage_key("size")
    old = registers.publish()
    press(client, "agree", "/en")
    change()
    new = registers.publish()
    assert new.asked == old.asked
    assert inventory.changes_between(old.asked, new, "en") == []
    with translation.override("en"):
        assert changes.described(old.content, new.content) == [sentence]
    assert "We changed how we use cookies" not in client.get("/en/privacy/choices/").text
    assert client.get("/en/privacy/choices/state.css").text == ".notice{display:none}"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_visitor_who_is_asked_again_reads_what_changed(client: Client, prefix: str) -> None:
    decision = decision_of(press(client, "agree", prefix))
    registers.create_tag(name="Tag <b>")
    registers.publish()
    heading = "What has changed since your choice" if prefix else "選択した後の変更点"
    partner = "New partner: Example Measuring Ltd. (Japan)" if prefix else "提携先の追加：例示計測株式会社（日本）"
    for address in (f"{prefix}/privacy/choices/", f"{prefix}/privacy/choices/records/{decision.pk}/"):
        page = client.get(address).text
        assert heading in page
        assert f"<li>{partner}</li>" in page
        assert "Tag &lt;b&gt;" in page
    press(client, "refuse", prefix)
    assert heading not in client.get(f"{prefix}/privacy/choices/").text


def test_a_tag_asks_again_though_the_purposes_and_their_words_stay(client: Client) -> None:
    before = decision_of(press(client, "agree"))
    registers.create_tag()
    registers.publish()
    assert client.get("/privacy/choices/state.css").text == ".notice-changed{display:block}"
    after = decision_of(press(client, "agree"))
    assert after.notice_id != before.notice_id
    assert after.notice.words["purposes"] == before.notice.words["purposes"]


def test_a_version_nobody_was_asked_has_no_changes_to_tell(client: Client) -> None:
    client.cookies["choice"] = f"usage=-1|v={'0' * 12}|d={timezone.localdate()}"
    page = client.get("/en/privacy/choices/").text
    assert "We changed how we use cookies on " in page
    assert "What has changed since your choice" not in page


def test_what_was_asked_before_there_were_versions_is_read_from_the_notices() -> None:
    """A decision from before the register was kept by versions has its notice, and no more."""
    for notice in Notice.objects.all():
        words = dict(notice.words) | {"purposes": notice.words["purposes"][:2]}
        del words["register"]
        values = {"language": notice.language, "policy": notice.policy, "register": "a" * 12, "words": words}
        times = {"first_published_at": timezone.now(), "published_at": timezone.now()}
        Notice.objects.create(hash=inventory.hash_of(words), **values, **times)
    told = inventory.changes_between("a" * 12, inventory.register_in_force(), "ja")
    assert [sentence.partition("」")[0] for sentence in told] == [
        "目的の追加：「アクセス履歴に基づく広告",
        "目的の追加：「提携先・委託先との共有",
    ]


def test_the_day_of_the_change_is_that_of_its_last_coming_into_force(client: Client) -> None:
    """What is asked may go back to what it was: then that is the change to tell."""
    first = inventory.register_in_force()
    tag = registers.create_tag()
    registers.publish()
    press(client, "agree", "/en")
    tag.delete()
    Recipient.objects.all().delete()
    back = registers.publish()
    assert back.asked == first.asked
    with lifted():
        RegisterVersion.objects.filter(pk=back.pk).update(published_at=datetime(2031, 5, 17, 3, tzinfo=UTC))
    assert "We changed how we use cookies on 17 May 2031." in client.get("/en/privacy/choices/").text


# The notice says it too


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_notice_says_what_changed_to_whoever_had_chosen(client: Client, prefix: str) -> None:
    assert "notice-changed" not in client.get(f"{prefix}/").text, "nothing was asked before"
    press(client, "agree", prefix)
    registers.create_tag()
    with time_machine.travel(datetime(2031, 5, 17, 3, tzinfo=UTC)):
        registers.publish()
        page = client.get(f"{prefix}/").text
        said = page[page.index('<ul class="notice-changed">') : page.index("</ul>", page.index("notice-changed"))]
    assert (
        "on 17 May 2031. Please choose again." if prefix else "2031年5月17日にCookieの使用方法を変更しました。"
    ) in said
    assert "Example counter" in said
    assert inventory.notice_in_force("en" if prefix else "ja").words["changed"], "it is among the words recorded"


def test_without_a_script_the_stylesheet_shows_it_only_to_whoever_had_chosen(client: Client) -> None:
    press(client, "agree")
    registers.create_tag()
    registers.publish()
    assert ".notice-changed{display:block}" in client.get("/privacy/choices/state.css").text
    assert ".notice-changed" not in Client().get("/privacy/choices/state.css").text
    press(client, "agree")
    assert client.get("/privacy/choices/state.css").text == ".notice{display:none}"
