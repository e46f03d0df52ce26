"""Months with their keys, and inquiries that were sealed in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from inquiries import keyring, reveal
from inquiries.models import Inquiry, LookPurpose
from tests.inquiries.mails import create_answer, create_inquiry

TOKYO = ZoneInfo("Asia/Tokyo")


@contextmanager
def on(day: str) -> Iterator[None]:
    """Live on a day, at noon; clocks stand still, and that month has its key."""
    with time_machine.travel(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=TOKYO), tick=False):
        keyring.ensure_key(timezone.localdate())
        yield


def day_after(day: date, days: int = 0) -> str:
    return f"{day + timedelta(days=days)}"


def create_thread() -> Inquiry:
    """An inquiry with an answer, at which a member of staff looked with a written reason."""
    inquiry = create_inquiry()
    create_answer(inquiry, "別紙のとおりです。")
    reveal.open_inquiry(
        inquiry, LookPurpose.PLAN, ["name"], by=User.objects.get(username="staff"), reason="統計のため"
    )
    return inquiry
