"""Inquiries with mail waiting in the outbox."""

import secrets
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from inquiries import outbox, sealing
from inquiries.models import Inquiry, Message, OutboxItem

ADDRESS = "sakiko@example.jp"
DOCUMENT = {
    "name": "髙橋 﨑子",
    "name_kana": "タカハシ サキコ",
    "organization": "①㈱例示電力",
    "email": ADDRESS,
    "telephone": "03-1234-5678",
    "postal_code": "135-0061",
    "address": "東京都江東区豊洲6-2-15",
    "subject": "様式について",
    "message": "様式①の記入例を見せてください。",
}
BODY = "　髙橋 様\n\n①㈱ 〒135-0061 <b>&amp;</b> 100% {{ x }} 🙂\n.\n..\nFrom here\n"


def create_inquiry(language: str = "ja", address: str = ADDRESS, **changes: Any) -> Inquiry:
    reference = f"{secrets.token_hex(3)[:5]}-{secrets.token_hex(3)[:5]}".upper()
    values: dict[str, Any] = {
        "reference": reference,
        "token_digest": secrets.token_hex(32),
        "category": "capacity_market",
        "language": language,
        "channel": "form",
        "reply_by": "email",
        "policy_version": 1,
        "received_at": timezone.now(),
        "sealed": sealing.seal(DOCUMENT | {"email": address}, sealing.inquiry_context(reference)),
    }
    return Inquiry.objects.create(**(values | changes))


def create_acknowledgement(inquiry: Inquiry | None = None) -> OutboxItem:
    return outbox.write_acknowledgement(inquiry or create_inquiry())


def create_answer(inquiry: Inquiry | None = None, body: str = BODY) -> OutboxItem:
    inquiry = inquiry or create_inquiry()
    author, _created = User.objects.get_or_create(username="staff")
    message = Message.objects.create(
        inquiry=inquiry,
        direction="out",
        author=author,
        written_at=timezone.now(),
        sealed=sealing.seal({"body": body}, sealing.message_context(inquiry.reference)),
    )
    return outbox.write_answer(inquiry, message)


def claim() -> OutboxItem:
    item = outbox.claim()
    assert item
    return item


def unsaved_inquiry(language: str = "ja", **changes: Any) -> Inquiry:
    """Return an inquiry that no database knows."""
    received_at = datetime.fromisoformat("2026-11-24T23:59:00+00:00")
    values = {
        "reference": "23456-789CF",
        "category": "capacity_market",
        "reply_by": "email",
        "sender_key": b"\x02" * 33,
    }
    return Inquiry(language=language, received_at=received_at, **(values | changes))
