"""Mail to be sent, written in the same transaction as its cause."""

from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from inquiries.models import Inquiry, Kind, Message, OutboxItem


def write_acknowledgement(inquiry: Inquiry) -> OutboxItem:
    """Put the acknowledgement of an inquiry into the outbox. Call it in the inquiry's own transaction."""
    return _write(inquiry, Kind.ACKNOWLEDGEMENT, None)


def write_answer(inquiry: Inquiry, message: Message) -> OutboxItem:
    """Put an answer into the outbox. Call it in the message's own transaction."""
    return _write(inquiry, Kind.ANSWER, message)


def _write(inquiry: Inquiry, kind: Kind, message: Message | None) -> OutboxItem:
    now = timezone.now()
    mail_id = make_msgid(domain=urlsplit(settings.SITE_URL).hostname)
    return OutboxItem.objects.create(
        inquiry=inquiry, kind=kind, message=message, mail_id=mail_id, due_at=now, created_at=now
    )
