"""Inquiries on their way to their end: closed, answered, on hold."""

from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from inquiries import holds
from inquiries.models import Hold, Inquiry, Message
from tests.inquiries.mails import create_answer, create_inquiry


def create_closed(days_ago: float, *, received: datetime | None = None) -> Inquiry:
    """Return an inquiry that was closed so many days ago."""
    closed_at = timezone.now() - timedelta(days=days_ago)
    return create_inquiry(state="closed", closed_at=closed_at, received_at=received or closed_at - timedelta(days=9))


def create_answered(days_ago: float) -> Inquiry:
    """Return an inquiry that was answered so many days ago, and received ten days before that."""
    answered_at = timezone.now() - timedelta(days=days_ago)
    inquiry = create_inquiry(state="answered", received_at=answered_at - timedelta(days=10))
    create_answer(inquiry)
    Message.objects.filter(inquiry=inquiry).update(written_at=answered_at)
    return inquiry


def create_hold(inquiry: Inquiry, until: date | None = None, by: User | None = None) -> Hold:
    """Put an inquiry on hold, for thirty days unless told."""
    by = by or User.objects.get_or_create(username="holder")[0]
    return holds.place(inquiry, "訴訟のため", until or timezone.localdate() + timedelta(days=30), by)
