"""The database refuses what must not be, whoever asks (each constraint by its name)."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from inquiries.models import Inquiry

pytestmark = pytest.mark.django_db


def create_inquiry(**changes: Any) -> Inquiry:
    values: dict[str, Any] = {
        "reference": "23456-789CF",
        "token_digest": "0" * 64,
        "category": "other",
        "language": "ja",
        "channel": "form",
        "reply_by": "email",
        "policy_version": 1,
        "received_at": timezone.now(),
        "sealed": b"sealed",
    }
    return Inquiry.objects.create(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"category": "tea"}, "inquiries_inquiry_category_valid"),
        ({"language": "fr"}, "inquiries_inquiry_language_valid"),
        ({"channel": "pigeon"}, "inquiries_inquiry_channel_valid"),
        ({"reply_by": "pigeon"}, "inquiries_inquiry_reply_by_valid"),
        ({"state": "lost"}, "inquiries_inquiry_state_valid"),
        ({"state": "closed"}, "inquiries_inquiry_closed_has_its_time"),
        ({"closed_at": timezone.now()}, "inquiries_inquiry_closed_has_its_time"),
        ({"closed_because": "withdrawn"}, "inquiries_inquiry_closed_because_valid"),
        (
            {"state": "closed", "closed_at": timezone.now(), "closed_because": "tea"},
            "inquiries_inquiry_closed_because_valid",
        ),
        ({"sender_key": b"x"}, "inquiries_inquiry_sender_key_has_its_copy"),
        ({"sender_copy": b"x"}, "inquiries_inquiry_sender_key_has_its_copy"),
    ],
)
def test_an_inquiry_that_must_not_be_is_refused(changes: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        create_inquiry(**changes)


@pytest.mark.parametrize(("column", "other"), [("token_digest", "reference"), ("reference", "token_digest")])
def test_a_token_and_a_reference_are_used_once(column: str, other: str) -> None:
    create_inquiry()
    with pytest.raises(IntegrityError, match=column), transaction.atomic():
        create_inquiry(**{other: "another"})


def test_a_closed_inquiry_has_its_time() -> None:
    assert create_inquiry(state="closed", closed_at=timezone.now()).pk
