"""Decisions without a page, as many as a test needs, and sealed where it needs that."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from consent import seal
from consent.ids import time_ordered_uuid
from consent.models import Decision, Notice


def create_decision(**changes: Any) -> Decision:
    return Decision.objects.create(**_values() | changes)


def create_decisions(count: int, since: datetime | None = None) -> list[Decision]:
    """Add decisions a millisecond apart; return them, the oldest first, with numbers that sort as they do."""
    since, values = since or timezone.now() - timedelta(milliseconds=count), _values()
    times = [since + timedelta(milliseconds=number) for number in range(count)]
    return Decision.objects.bulk_create([Decision(**values | {"pk": _number(at), "made_at": at}) for at in times])


def create_sealed(count: int) -> list[Decision]:
    """Add decisions and seal them; return them in the order of their entries in the log."""
    decisions = create_decisions(count)
    seal.seal_new()
    return decisions


def _number(made_at: datetime) -> UUID:
    """Return a record number of a decision that was made at some time."""
    milliseconds = int(made_at.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | time_ordered_uuid().int & (1 << 80) - 1)


def _values() -> dict[str, Any]:
    notice = Notice.objects.filter(language="en").select_related("policy")[:1].get()
    return {
        "made_at": timezone.now(),
        "notice": notice,
        "policy": notice.policy,
        "language": "en",
        "method": "choose",
        "agreed": "usage",
    }
