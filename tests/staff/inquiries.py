"""Inquiries for the staff's tests, let in as the form lets them in."""

from django.utils import timezone

from inquiries import intake, tokens
from inquiries.models import Delivery, Inquiry, OutboxItem

ENTERED = {
    "name": "髙橋 花子",
    "name_kana": "たかはし はなこ",
    "organization": "例示電力株式会社",
    "email": "hanako@example.jp",
    "telephone": "03-1234-5678",
    "postal_code": "135-0061",
    "address": "東京都江東区豊洲0-0-0",
    "subject": "様式①について",
    "message": "様式①の記入例を見せてください。\n<b>㈱</b>の扱いも教えてください。",
}


def create_inquiry(reply_by: str = "email", category: str = "grid_access", state: str = "new") -> Inquiry:
    token = tokens.read(tokens.mint())
    assert token
    received = intake.receive(intake.Entry(category, reply_by, False, ENTERED), token, "ja")
    inquiry = Inquiry.objects.get(reference=received.reference)
    if state != "new":
        inquiry.state = state
        inquiry.closed_at = timezone.now() if state in {"closed", "spam"} else None
        inquiry.suspicions = "trap,links" if state in {"quarantine", "spam"} else ""
        inquiry.save(update_fields=["state", "closed_at", "suspicions"])
    return inquiry


def create_unsettled_mail(inquiry: Inquiry, delivery: str = Delivery.UNCERTAIN) -> OutboxItem:
    item = inquiry.outbox.get()
    item.delivery = delivery
    item.attempts = 3
    item.save(update_fields=["delivery", "attempts"])
    return item
