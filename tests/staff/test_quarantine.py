"""Quarantine at the desk: why, released or confirmed, and taken back."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from inquiries import intake, outbox, quarantine, tokens
from inquiries.models import Inquiry, OutboxItem
from tests.inquiries import test_models
from tests.staff import people
from tests.staff.inquiries import ENTERED, create_inquiry

pytestmark = pytest.mark.django_db

DESK = "/admin/inquiries/inquiry/"


@pytest.fixture
def bob() -> Client:
    return people.sign_in(people.create_bob())


def create_suspected(*suspicions: str) -> Inquiry:
    token = tokens.read(tokens.mint())
    assert token
    entry = intake.Entry("other", "email", publish_name=False, document=ENTERED)
    received = intake.receive(entry, token, "ja", suspicions=suspicions or ("trap", "fast"))
    return Inquiry.objects.get(reference=received.reference)


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        (
            "/admin/",
            ["保留", "迷惑な送信の疑いがあります。", "人には見えない欄に入力がある／人が読むより速く"],
        ),
        ("/admin/en/", ["Quarantine", "This inquiry looks like spam.", "people do not see; It was sent faster than"]),
    ],
)
def test_the_page_says_why_in_words(bob: Client, prefix: str, words: list[str]) -> None:
    page = bob.get(f"{prefix}inquiries/inquiry/{create_suspected().pk}/change/").text
    for word in words:
        assert word in page
    assert ENTERED["name"] not in page


def test_the_list_is_narrowed_to_quarantine(bob: Client) -> None:
    suspected, other = create_suspected(), create_inquiry()
    page = bob.get(DESK, {"state__exact": "quarantine"}).text
    assert suspected.reference in page
    assert other.reference not in page
    assert "?state__exact=spam" in page


def test_released_it_is_new_and_its_mail_goes_out(bob: Client) -> None:
    inquiry = create_suspected()
    assert outbox.claim() is None
    response = bob.post(f"{DESK}{inquiry.pk}/release/", follow=True)
    assert "通常のお問い合わせとして扱う" not in response.text
    assert "疑わしい理由" in response.text, "the reasons stay to be read"
    assert Inquiry.objects.get().state == "new"
    item = outbox.claim()
    assert item
    assert item.inquiry == inquiry


def test_confirmed_as_spam_it_is_closed_and_nobody_is_written_to(bob: Client) -> None:
    inquiry = create_suspected()
    response = bob.post(f"{DESK}{inquiry.pk}/spam/", follow=True)
    assert "迷惑な送信と判断されました。判断から30日後に消去されます。" in response.text
    stored = Inquiry.objects.get()
    assert stored.state == "spam"
    assert stored.closed_at
    assert outbox.claim() is None


def test_spam_can_be_taken_back(bob: Client) -> None:
    inquiry = create_suspected()
    bob.post(f"{DESK}{inquiry.pk}/spam/")
    bob.post(f"{DESK}{inquiry.pk}/release/")
    stored = Inquiry.objects.get()
    assert (stored.state, stored.closed_at) == ("new", None)
    assert outbox.claim()


@pytest.mark.parametrize("state", ["new", "open"])
def test_staff_may_find_spam_that_no_rule_did(bob: Client, state: str) -> None:
    inquiry = create_inquiry(state=state)
    bob.post(f"{DESK}{inquiry.pk}/spam/")
    assert Inquiry.objects.get().state == "spam"


@pytest.mark.parametrize(("state", "action"), [("answered", "spam"), ("closed", "spam"), ("new", "release")])
def test_other_moves_change_nothing_and_say_so(bob: Client, state: str, action: str) -> None:
    inquiry = create_inquiry(state=state)
    response = bob.post(f"{DESK}{inquiry.pk}/{action}/", follow=True)
    assert "状態は変更されませんでした" in response.text or "messagelist" in response.text
    assert Inquiry.objects.get().state == state


def test_what_is_in_quarantine_can_be_opened_but_not_answered(bob: Client) -> None:
    inquiry = create_suspected()
    fields = {"purpose": "answer", "reason": "", "fields_opened": ["message"]}
    page = bob.post(f"{DESK}{inquiry.pk}/open/", fields).text
    assert ENTERED["message"].partition("\n")[0] in page
    assert 'name="body"' not in page
    assert Inquiry.objects.get().state == "quarantine"
    assert bob.post(f"{DESK}{inquiry.pk}/answer/", {"body": "x", "after": "0"}).status_code == 422


@pytest.mark.parametrize("action", ["release", "spam"])
def test_only_who_may_answer_may_judge(action: str) -> None:
    inquiry = create_suspected()
    eve = people.sign_in(people.create_eve())
    assert eve.post(f"{DESK}{inquiry.pk}/{action}/").status_code == 403
    assert people.sign_in(people.create_bob()).get(f"{DESK}{inquiry.pk}/{action}/").status_code == 405
    assert Inquiry.objects.get().state == "quarantine"


def test_what_has_no_mail_is_released_all_the_same() -> None:
    inquiry = create_suspected()
    OutboxItem.objects.all().delete()
    quarantine.release(inquiry)
    assert Inquiry.objects.get().state == "new"


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "quarantine"}, "inquiries_inquiry_quarantine_has_its_reasons"),
        ({"state": "spam"}, "inquiries_inquiry_closed_has_its_time"),
    ],
)
def test_the_database_holds_the_rules(changes: dict[str, str], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        test_models.create_inquiry(**changes)
