"""The one door to personal data: who, why and which fields are committed before anything is opened."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from inquiries import replies, reveal, sealing
from inquiries.models import Inquiry, Look, LookPurpose
from tests.staff.inquiries import ENTERED, create_inquiry
from tests.staff.people import create_bob

pytestmark = pytest.mark.django_db


def open_all(inquiry: Inquiry, by: User | None, purpose: LookPurpose = LookPurpose.ANSWER, reason: str = "") -> object:
    return reveal.open_inquiry(inquiry, purpose, ["name", "message"], by=by, reason=reason)


def test_only_what_was_asked_for_is_opened_and_recorded() -> None:
    bob, inquiry = create_bob(), create_inquiry()
    opened = reveal.open_inquiry(inquiry, LookPurpose.ANSWER, ["message", "name"], by=bob)
    assert opened.document == {"name": ENTERED["name"], "message": ENTERED["message"]}
    assert opened.messages == {}
    look = Look.objects.get()
    assert (look.by, look.purpose, look.fields, look.reason_sealed) == (bob, "answer", "message,name", None)
    assert look.at <= timezone.now()


def test_the_thread_is_opened_only_when_asked_for() -> None:
    bob, inquiry = create_bob(), create_inquiry(state="open")
    message = replies.answer(inquiry, "別紙のとおりです。", bob, after=0)
    opened = reveal.open_inquiry(inquiry, LookPurpose.ANSWER, ["thread"], by=bob)
    assert (opened.document, opened.messages) == ({}, {message.pk: "別紙のとおりです。"})


def test_an_opening_that_fails_is_recorded_all_the_same() -> None:
    inquiry = create_inquiry()
    inquiry.sealed = bytes(inquiry.sealed)[:-1] + bytes([inquiry.sealed[-1] ^ 1])
    with pytest.raises(sealing.SealingError):
        open_all(inquiry, create_bob())
    assert Look.objects.count() == 1


@pytest.mark.parametrize("fields", [[], ["password"], ["name", "token_digest"]])
def test_an_unknown_field_opens_and_records_nothing(fields: list[str]) -> None:
    with pytest.raises(ValueError, match="Not fields of an inquiry"):
        reveal.open_inquiry(create_inquiry(), LookPurpose.ANSWER, fields, by=create_bob())
    assert not Look.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_opened_inside_a_transaction_that_could_take_the_record_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inquiry, bob = create_inquiry(), create_bob()
    monkeypatch.setattr(sealing, "open_sealed", lambda *_: pytest.fail("opened"))
    with pytest.raises(RuntimeError), transaction.atomic():
        open_all(inquiry, bob)


@pytest.mark.django_db(transaction=True)
def test_the_record_is_committed_when_the_opening_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    inquiry, bob = create_inquiry(), create_bob()
    seen: list[tuple[bool, int]] = []

    def look_on(*_: object) -> dict[str, str]:
        seen.append((connection.in_atomic_block, Look.objects.count()))
        return {}

    monkeypatch.setattr(sealing, "open_sealed", look_on)
    open_all(inquiry, bob)
    assert seen == [(False, 1)]


def test_a_written_reason_is_sealed() -> None:
    inquiry = create_inquiry()
    open_all(inquiry, create_bob(), LookPurpose.PLAN, "髙橋様の件で確認")
    sealed = bytes(Look.objects.get().reason_sealed or b"")
    assert "髙橋様".encode() not in sealed
    opened = sealing.open_sealed(sealed, sealing.look_context(inquiry.reference))
    assert opened == {"reason": "髙橋様の件で確認"}


@pytest.mark.parametrize("purpose", [LookPurpose.ACKNOWLEDGE, LookPurpose.SEND])
def test_staff_can_t_look_for_the_system_s_purposes(purpose: LookPurpose) -> None:
    with pytest.raises(IntegrityError, match="inquiries_look_names_who"):
        open_all(create_inquiry(), create_bob(), purpose)


@pytest.mark.parametrize("purpose", [LookPurpose.ANSWER, LookPurpose.OPERATE, LookPurpose.PLAN])
def test_nobody_looks_without_a_name(purpose: LookPurpose) -> None:
    with pytest.raises(IntegrityError, match="inquiries_look_names_who"):
        open_all(create_inquiry(), None, purpose)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        # Who may look for which purpose holds the list too, and PostgreSQL asks that one first.
        ({"purpose": "curious"}, "inquiries_look_(purpose_valid|names_who)"),
        ({"fields": ""}, "inquiries_look_names_fields"),
    ],
)
def test_the_database_keeps_the_log_whole(changes: dict[str, str], constraint: str) -> None:
    inquiry = create_inquiry()
    row = {
        "inquiry": inquiry,
        "reference": inquiry.reference,
        "at": timezone.now(),
        "by": create_bob(),
        "purpose": "answer",
        "fields": "name",
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Look.objects.create(**row | changes)


def test_only_the_desk_and_the_worker_go_through_the_door() -> None:
    root = Path(__file__).parents[2]
    callers = {
        path.stem
        for app in ("inquiries", "consent", "occtosite")
        for path in (root / app).rglob("*.py")
        if "reveal.open_inquiry" in path.read_text() or "import open_inquiry" in path.read_text()
    }
    assert callers == {"admin_views", "indexing", "worker"}
