"""The one door to personal data, for staff and for the worker: who, why and which fields are committed first.

Nothing else calls `sealing.open_sealed` (clauses S5 and S15).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from inquiries import sealing
from inquiries.fields import ANSWERS, HOLDS, PERSONAL
from inquiries.models import Inquiry, Look, LookPurpose
from inquiries.sealing import hold_context, inquiry_context, look_context, message_context

__all__ = ["Opened", "inquiry_context", "look_context", "message_context", "open_inquiry", "record_look"]


@dataclass(frozen=True)
class Opened:
    """What was asked for, in the clear: keep it in memory only, and no longer than the page or mail needs it."""

    document: dict[str, str]
    answers: dict[int, str] = field(default_factory=dict)
    """The words of answers, by the primary key of their message."""
    holds: dict[int, str] = field(default_factory=dict)
    """The reasons of holds, by the primary key of their hold."""


def open_inquiry(
    inquiry: Inquiry,
    purpose: LookPurpose,
    fields: Sequence[str],
    *,
    by: User | None = None,
    reason: str = "",
) -> Opened:
    """Record the look, commit it, then open the fields asked for.

    `by` is the member of staff, or None for the worker with one of its declared purposes. Raises ValueError for an
    unknown field, RuntimeError inside a transaction (the record could be rolled back after the look), IntegrityError
    where purpose and person don't go together, and SealingError where the key is missing or the document altered.
    """
    unknown = set(fields) - {*PERSONAL, ANSWERS, HOLDS}
    if unknown or not fields:
        raise ValueError(f"Not fields of an inquiry: {', '.join(sorted(unknown)) or 'none given'}")
    record_look(inquiry, purpose, fields, by=by, reason=reason)
    document = sealing.open_sealed(bytes(inquiry.sealed), inquiry_context(inquiry.reference))
    answers = {}
    if ANSWERS in fields:
        for message in inquiry.messages.order_by("written_at"):
            answers[message.pk] = sealing.open_sealed(bytes(message.sealed), message_context(inquiry.reference))[
                "body"
            ]
    holds = _reasons_of_holds(inquiry) if HOLDS in fields else {}
    return Opened({name: document.get(name, "") for name in PERSONAL if name in fields}, answers, holds)


def record_look(
    inquiry: Inquiry, purpose: LookPurpose, fields: Sequence[str], *, by: User | None, reason: str
) -> Look:
    """Write one row of the log of looks and commit it. The written reason is sealed."""
    with transaction.atomic(durable=True):
        return Look.objects.create(
            inquiry=inquiry,
            reference=inquiry.reference,
            at=timezone.now(),
            by=by,
            purpose=purpose,
            fields=",".join(fields),
            reason_sealed=sealing.seal({"reason": reason}, look_context(inquiry.reference)) if reason else None,
        )


def _reasons_of_holds(inquiry: Inquiry) -> dict[int, str]:
    context = hold_context(inquiry.reference)
    return {hold.pk: sealing.open_sealed(bytes(hold.reason_sealed), context)["reason"] for hold in inquiry.holds.all()}
