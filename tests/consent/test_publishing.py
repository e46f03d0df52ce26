"""Publishing is one act with a preview: what changes, what visitors will see, whether they are asked again and why."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from consent import contents, inventory, publication
from consent.models import CookieFacts, Notice, PolicyVersion, Purpose, Recipient, RegisterVersion, Tag
from tests.consent import registers
from tests.consent.visitors import decision_of, press
from tests.staff.people import create_bob, create_eve, create_frank, sign_in

pytestmark = pytest.mark.django_db

PREFIXES = ["/admin", "/admin/en"]


@pytest.fixture
def frank() -> Client:
    """Frank keeps the register."""
    return sign_in(create_frank())


def page_of(client: Client, prefix: str = "/admin/en") -> str:
    answer = client.get(f"{prefix}/consent/registerversion/publish/")
    assert answer.status_code == 200
    return str(answer.text)


def seen_by(client: Client) -> str:
    return str(client.get("/admin/en/consent/registerversion/publish/").context["preview"].seen)


def press_publish(client: Client, seen: str, prefix: str = "/admin/en") -> Any:
    return client.post(f"{prefix}/consent/registerversion/publish/", {"seen": seen})


# The page


@pytest.mark.parametrize("prefix", PREFIXES)
def test_nothing_to_publish_is_said_so(frank: Client, prefix: str) -> None:
    page = page_of(frank, prefix)
    assert ("There is nothing to publish." if "en" in prefix else "公開する変更はありません。") in page
    assert 'name="seen"' not in page


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_preview_shows_both_languages_as_visitors_will_read_them(frank: Client, prefix: str) -> None:
    registers.create_tag()
    page = page_of(frank, prefix)
    for change in (
        "New partner: Example Measuring Ltd. (Japan)",
        "提携先の追加：例示計測株式会社（日本）",
        "The address of the page viewed",
        "閲覧したページのアドレス",
    ):
        assert change in page
    assert page.count('<blockquote class="words"') == 2
    for words in ("Use of cookies on this site", "本サイトでのCookieの使用", "送信先の利用目的", "Why OCCTO sends it"):
        assert words in page
    assert "現在は使用していません。" in page
    assert ("will be asked again" if "en" in prefix else "もう一度確認します。") in page
    with translation.override("ja"):
        assert "例示計測株式会社" not in Client().get("/privacy/cookies/").text


def test_a_change_that_asks_nobody_again_says_so(frank: Client) -> None:
    registers.create_cookie("seen")
    page = page_of(frank)
    assert "Nobody will be asked again." in page
    assert "asks again</span>" not in page
    assert "New cookie: &quot;seen&quot;." in page


def test_each_change_that_asks_again_is_marked_so(frank: Client) -> None:
    registers.create_cookie("seen")
    Purpose.objects.filter(group__varname="usage").update(text_en="Counts.", text_ja="数えます。")
    page = page_of(frank)
    assert page.count("asks again</span>") == 2, "the words of the purpose, in each language; not the cookie"


# The act


@pytest.mark.parametrize("prefix", PREFIXES)
def test_one_button_publishes_exactly_what_was_shown(frank: Client, client: Client, prefix: str) -> None:
    before = inventory.register_in_force()
    old_notice = decision_of(press(client, "agree", "/en")).notice_id
    tag = registers.create_tag()
    answer = press_publish(frank, seen_by(frank), prefix)
    register = inventory.register_in_force()
    assert register.number == before.number + 1
    assert register.published_by == User.objects.get(username="frank")
    assert [each["id"] for each in register.content["tags"]] == [tag.pk]
    assert answer.headers["Location"] == f"{prefix}/consent/registerversion/{register.pk}/change/"
    done = frank.get(answer.headers["Location"]).text
    assert f"Version {register.number} is published." in done or f"第{register.number}版を公開しました。" in done
    for language in ("ja", "en"):
        notice = inventory.notice_in_force(language)
        assert notice.register == register.asked
        assert notice.pk != old_notice
    assert client.get("/en/privacy/choices/state.css").text == ".notice-changed{display:block}", "asked again"
    assert "Example Measuring Ltd." in client.get("/en/privacy/cookies/").text
    before.refresh_from_db()
    assert before.content["tags"] == []


def edit_a_draft() -> None:
    Tag.objects.update(information_en="Something else")


def add_a_draft() -> None:
    registers.create_cookie("more")


def publish_another() -> None:
    registers.publish()


def change_the_policy() -> None:
    PolicyVersion.objects.create(number=2, text_ja="方針", text_en="Policy", published_at=timezone.now())


@pytest.mark.parametrize("meanwhile", [edit_a_draft, add_a_draft, publish_another, change_the_policy])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_what_changed_after_the_preview_is_not_published(
    frank: Client, meanwhile: Callable[[], None], prefix: str
) -> None:
    registers.create_tag()
    seen = seen_by(frank)
    meanwhile()
    count = RegisterVersion.objects.count()
    answer = press_publish(frank, seen, prefix)
    assert answer.status_code == 409
    assert ("Nothing was published." if "en" in prefix else "何も公開していません。") in answer.text
    assert RegisterVersion.objects.count() == count


@pytest.mark.parametrize("seen", ["", "0" * 64, "x", "\0", "9" * 10_000, "あ"])
def test_a_made_up_preview_publishes_nothing(frank: Client, seen: str) -> None:
    registers.create_tag()
    assert press_publish(frank, seen).status_code in {400, 409}
    assert RegisterVersion.objects.count() == 1


def test_pressing_twice_publishes_once(frank: Client) -> None:
    registers.create_tag()
    seen = seen_by(frank)
    assert press_publish(frank, seen).status_code == 302
    assert press_publish(frank, seen).status_code == 409
    assert RegisterVersion.objects.count() == 2
    again = press_publish(frank, seen_by(frank))
    assert "There is nothing to publish." in again.text


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite writes one thing at a time")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_is_told_to_look_again() -> None:
    registers.create_tag()
    seen = publication.preview().seen

    def publish(_press: int) -> str:
        try:
            return str(publication.publish(None, seen=seen).number)
        except publication.ChangedMeanwhileError:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(publish, range(2)))
    assert answers == ["2", "refused"]
    assert RegisterVersion.objects.count() == 2


def test_who_may_not_publish_may_look() -> None:
    registers.create_tag()
    bob = sign_in(create_bob())
    page = page_of(bob)
    assert "You may look at this, but not publish it." in page
    assert 'name="seen"' not in page
    assert press_publish(bob, seen_by(bob)).status_code == 403
    assert RegisterVersion.objects.count() == 1


def test_a_stranger_sees_nothing_of_it(client: Client) -> None:
    eve = sign_in(create_eve())
    for address in ("publish/", "1/change/", ""):
        assert client.get(f"/admin/consent/registerversion/{address}").status_code == 302
        assert eve.get(f"/admin/consent/registerversion/{address}").status_code == 403
    assert eve.post("/admin/consent/registerversion/publish/", {"seen": "0" * 64}).status_code == 403


FAULTS: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: registers.create_tag(purpose=registers.purpose("essential")),
        'The tag "Example counter" serves a purpose that is always on.',
    ),
    (
        lambda: (
            registers.create_tag(recipient=registers.create_recipient(role="contractor"), shares=False),
            Recipient.objects.update(role="partner"),
        ),
        'The tag "Example counter": What goes to a partner is shared',
    ),
    (
        lambda: registers.create_embed(page="inquiries:form"),
        'The embedded content "Example map" stands on a page that takes none.',
    ),
    (lambda: registers.create_cookie("a;b"), 'The cookie "a;b": Enter a cookie\'s name'),
    (lambda: registers.create_cookie("a", path="/;"), 'The cookie "a": Enter a path'),
    (lambda: registers.create_cookie("a", domain="*"), 'The cookie "a": Enter a domain'),
    (
        lambda: (registers.create_cookie("a", "usage"), registers.create_cookie("a", "usability")),
        'The cookie "a" is registered twice.',
    ),
    (lambda: registers.create_storage_key("a\nb"), "in the browser's storage: Enter a key"),
]


@pytest.mark.parametrize(("wrong", "sentence"), FAULTS)
def test_what_no_form_lets_through_is_not_published_either(
    frank: Client, wrong: Callable[[], Any], sentence: str
) -> None:
    wrong()
    page = page_of(frank)
    assert sentence in page.replace("&quot;", '"').replace("&#x27;", "'")
    assert 'name="seen"' not in page
    assert press_publish(frank, seen_by(frank)).status_code == 422
    with pytest.raises(publication.FaultyError):
        publication.publish(None)
    assert RegisterVersion.objects.count() == 1


# What is kept


def test_deleting_drafts_takes_nothing_from_what_was_published_and_decided(client: Client) -> None:
    registers.create_tag()
    registers.create_cookie("seen")
    register = registers.publish()
    decision = decision_of(press(client, "agree", "/en"))
    Tag.objects.all().delete()
    Recipient.objects.all().delete()
    CookieFacts.objects.all().delete()
    registers.publish()
    register.refresh_from_db()
    assert [tag["name"] for tag in register.content["tags"]] == ["Example counter"]
    assert register.content["recipients"][0]["name"]["en"] == "Example Measuring Ltd."
    page = client.get(f"/en/privacy/choices/records/{decision.pk}/").text
    assert "No longer used: the tag &quot;Example counter&quot;" in page


def test_a_version_is_shown_as_visitors_saw_it_and_is_only_read(frank: Client) -> None:
    registers.create_tag()
    register = registers.publish()
    Tag.objects.all().delete()
    for prefix in PREFIXES:
        listed = frank.get(f"{prefix}/consent/registerversion/")
        assert f'href="{prefix}/consent/registerversion/{register.pk}/change/"' in listed.text
        page = frank.get(f"{prefix}/consent/registerversion/{register.pk}/change/").text
        assert "New partner: Example Measuring Ltd. (Japan)" in page
        assert "提携先の追加：例示計測株式会社（日本）" in page
    address = f"/admin/consent/registerversion/{register.pk}/"
    assert frank.post(f"{address}change/", {}).status_code == 405
    assert frank.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    assert frank.get("/admin/consent/registerversion/add/").status_code == 403
    assert frank.get("/admin/consent/registerversion/999/change/").status_code == 404


def test_the_policy_of_today_is_taken_up_and_drafts_stay_drafts(client: Client) -> None:
    assert publication.take_up_policy() is None
    press(client, "agree", "/en")
    registers.create_tag()
    change_the_policy()
    register = publication.take_up_policy()
    assert register
    assert (register.content["policy"], register.content["tags"]) == (2, [])
    assert inventory.notice_in_force("ja").policy.number == 2
    page = client.get("/en/privacy/choices/").text
    assert "Version 2 of the privacy policy applies. Before, it was version 1." in page
    assert publication.take_up_policy() is None


def test_a_policy_of_the_future_waits_for_its_day() -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    PolicyVersion.objects.create(
        number=2, text_ja="方針", text_en="Policy", published_at=timezone.now(), effective_on=tomorrow
    )
    assert publication.take_up_policy() is None


def test_equal_registers_are_the_same_document_whatever_their_order() -> None:
    for name in ("b", "a"):
        registers.create_cookie(name)
        registers.create_storage_key(name)
    content = registers.publish().content
    shuffled = content | {part: content[part][::-1] for part in ("cookies", "storage", "tags", "recipients")}
    assert contents.arranged(shuffled) == content
    with pytest.raises(publication.NothingToPublishError):
        publication.publish(None)


def test_the_words_of_a_notice_name_the_version_asked() -> None:
    register = inventory.register_in_force()
    assert {notice.words["register"] for notice in Notice.objects.all()} == {register.asked}
