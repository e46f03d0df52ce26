"""Staff draft a policy version, preview it, and publish it once; then nobody changes it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consent import inventory, policies
from consent.models import PolicyVersion
from tests.staff.people import create_alice, create_bob, sign_in

pytestmark = pytest.mark.django_db

LIST = "/admin/en/consent/policyversion/"
TEXTS = {"text_ja": "## 1. 基本方針\r\n\r\n新しい文面です。", "text_en": "## 1. Basic policy\r\n\r\nNew words."}


@pytest.fixture
def alice() -> Client:
    return sign_in(create_alice())


def draft(alice: Client, **changes: str) -> PolicyVersion:
    answer = alice.post(f"{LIST}add/", TEXTS | changes)
    version = PolicyVersion.objects.get(published_at=None)
    assert answer.headers["Location"] == f"{LIST}{version.pk}/preview/"
    return version


def previewed(page: str) -> str:
    found = re.search(r'name="previewed" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def test_a_draft_begins_with_the_words_in_force(alice: Client) -> None:
    page = alice.get(f"{LIST}add/").text
    assert "## 1. Basic policy" in page
    assert "## 1. 基本方針" in page


@pytest.mark.parametrize("prefix", ["/admin", "/admin/en"])
def test_a_preview_shows_what_changes_and_what_follows(alice: Client, prefix: str) -> None:
    version = draft(alice)
    page = alice.get(f"{prefix}/consent/policyversion/{version.pk}/preview/").text
    assert "<ins>New words.</ins>" in page
    assert "<del>" in page
    assert "<p>新しい文面です。</p>" in page
    assert ("Every visitor is asked again" if "en" in prefix else "もう一度選択を求めます") in page


def test_visitors_see_nothing_of_a_draft(alice: Client, client: Client) -> None:
    draft(alice)
    assert "New words." not in client.get("/en/privacy/").text
    assert client.get("/en/privacy/versions/2/").status_code == 404


def test_what_was_previewed_is_published_once(alice: Client, client: Client) -> None:
    version = draft(alice)
    shown = previewed(alice.get(f"{LIST}{version.pk}/preview/").text)
    before = inventory.notice_in_force("en").register
    alice.post(f"{LIST}{version.pk}/publish/", {"previewed": shown})
    assert "New words." in client.get("/en/privacy/").text
    assert inventory.notice_in_force("en").register != before
    published_at = PolicyVersion.objects.get(pk=version.pk).published_at
    again = alice.post(f"{LIST}{version.pk}/publish/", {"previewed": shown}, follow=True)
    assert "Nothing was published" in again.text
    assert PolicyVersion.objects.get(pk=version.pk).published_at == published_at


def test_a_draft_that_somebody_changed_meanwhile_is_not_published(alice: Client) -> None:
    version = draft(alice)
    shown = previewed(alice.get(f"{LIST}{version.pk}/preview/").text)
    alice.post(f"{LIST}{version.pk}/change/", TEXTS | {"text_en": "## 1. Basic policy\n\nOther words."})
    answer = alice.post(f"{LIST}{version.pk}/publish/", {"previewed": shown}, follow=True)
    assert "Nothing was published" in answer.text
    assert PolicyVersion.objects.get(pk=version.pk).published_at is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"text_ja": ""}, "A plain statement needs both languages."),
        ({"text_ja": "", "text_en": ""}, "The draft has no text."),
    ],
)
def test_a_draft_that_breaks_a_rule_says_which(alice: Client, changes: dict[str, str], reason: str) -> None:
    version = draft(alice, **changes)
    page = alice.get(f"{LIST}{version.pk}/preview/").text
    assert reason in page
    assert "Publish this version" not in page
    answer = alice.post(f"{LIST}{version.pk}/publish/", {"previewed": policies.digest(version)})
    assert answer.status_code == 422
    assert reason in answer.text


def test_official_wording_may_be_in_one_language(alice: Client) -> None:
    version = draft(alice, text_ja="", is_official="on")
    page = alice.get(f"{LIST}{version.pk}/preview/").text
    assert "Not supplied: the plain statement stands in" in page
    assert "Publish this version" in page


def test_there_is_one_draft_at_a_time(alice: Client) -> None:
    draft(alice)
    assert alice.get(f"{LIST}add/").status_code == 403


def test_what_was_published_is_only_read(alice: Client) -> None:
    first = PolicyVersion.objects.get(number=1)
    assert alice.post(f"{LIST}{first.pk}/change/", TEXTS).status_code == 403
    assert alice.post(f"{LIST}{first.pk}/delete/", {"post": "yes"}).status_code == 403
    assert alice.get(f"{LIST}{first.pk}/preview/").status_code == 404


def test_a_draft_can_be_dropped(alice: Client) -> None:
    version = draft(alice)
    alice.post(f"{LIST}{version.pk}/delete/", {"post": "yes"})
    assert list(PolicyVersion.objects.values_list("number", flat=True)) == [1]


def test_whoever_may_not_write_the_policy_reads_it() -> None:
    bob = sign_in(create_bob())
    version = PolicyVersion.objects.create(number=2, text_ja="下書き", text_en="Draft")
    assert bob.get(LIST).status_code == 200
    assert bob.get(f"{LIST}{version.pk}/preview/").status_code == 200
    assert "Publish this version" not in bob.get(f"{LIST}{version.pk}/preview/").text
    for view in ("change", "publish", "delete"):
        assert bob.post(f"{LIST}{version.pk}/{view}/", TEXTS).status_code == 403
    assert bob.get(f"{LIST}add/").status_code == 403


def test_a_version_with_a_day_to_come_is_published_and_waits(alice: Client, client: Client) -> None:
    day = timezone.localdate() + timedelta(days=2)
    version = draft(alice, effective_on=day.isoformat())
    shown = previewed(alice.get(f"{LIST}{version.pk}/preview/").text)
    alice.post(f"{LIST}{version.pk}/publish/", {"previewed": shown})
    assert "New words." in client.get("/en/privacy/versions/2/").text
    assert "New words." not in client.get("/en/privacy/").text
