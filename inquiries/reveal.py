"""The one door to personal data, for staff and for the worker: who, why and which fields are committed first.

Nothing else calls `sealing.open_sealed` (clauses S5 and S15). The sender reads a copy, with another key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from inquiries import corrections, sealing
from inquiries.corrections import Replaced
from inquiries.fields import HOLDS, PERSONAL, THREAD
from inquiries.models import Inquiry, Look, LookPurpose, Message, MessageKind
from inquiries.sealed_columns import SealedColumn
from inquiries.sealing import (
    decision_context,
    hold_context,
    inquiry_context,
    look_context,
    message_context,
    request_context,
)

__all__ = ["Opened", "inquiry_context", "look_context", "message_context", "open_inquiry", "record_look", "seal_again"]


@dataclass(frozen=True)
class Opened:
    """What was asked for, in the clear: keep it in memory only, and no longer than the page or mail needs it."""

    document: dict[str, str]
    """The fields, with what the sender has corrected since."""
    replaced: Replaced = field(default_factory=dict)
    """What each correction replaced, of the fields asked for."""
    corrected: dict[int, list[str]] = field(default_factory=dict)
    """The names of all fields that each correction changed."""
    messages: dict[int, str] = field(default_factory=dict)
    """The words of the thread, by the primary key of their message."""
    requests: dict[int, tuple[str, str]] = field(default_factory=dict)
    """The words of requests about personal data and of what was decided, by the primary key of the request."""
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
    unknown = set(fields) - {*PERSONAL, THREAD, HOLDS}
    if unknown or not fields:
        raise ValueError(f"Not fields of an inquiry: {', '.join(sorted(unknown)) or 'none given'}")
    record_look(inquiry, purpose, fields, by=by, reason=reason)
    wanted = [name for name in PERSONAL if name in fields]
    written = list(inquiry.messages.order_by("written_at", "pk"))
    document, replaced = corrections.apply(
        sealing.open_sealed(bytes(inquiry.sealed), inquiry_context(inquiry.reference)),
        [(message.pk, _open(inquiry, message)) for message in written if message.kind == MessageKind.CORRECTION],
    )
    with_thread = THREAD in fields
    return Opened(
        document={name: document.get(name, "") for name in wanted},
        replaced={pk: {name: old[name] for name in old if name in wanted} for pk, old in replaced.items()},
        corrected={pk: list(old) for pk, old in replaced.items()} if with_thread else {},
        messages=_words(inquiry, written) if with_thread else {},
        requests=_requests(inquiry) if with_thread else {},
        holds=_reasons_of_holds(inquiry) if HOLDS in fields else {},
    )


def seal_again(column: SealedColumn, row: Any) -> bool:
    """Record the worker's look, commit it, then seal one envelope again under the present key.

    Returns whether the envelope still stood there as it was read. Raises RuntimeError inside a transaction, and
    SealingError where the key is missing or the document altered.
    """
    inquiry = column.inquiry_of(row)
    record_look(inquiry, LookPurpose.SEAL_AGAIN, column.fields, by=None, reason="")
    envelope, context = bytes(getattr(row, column.name)), column.context(inquiry.reference)
    return column.replace(row, envelope, sealing.seal(sealing.open_sealed(envelope, context), context))


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


def _open(inquiry: Inquiry, message: Message) -> sealing.Document:
    return sealing.open_sealed(bytes(message.sealed), message_context(inquiry.reference))


def _words(inquiry: Inquiry, written: Sequence[Message]) -> dict[int, str]:
    return {m.pk: _open(inquiry, m)["body"] for m in written if m.kind == MessageKind.WORDS}


def _requests(inquiry: Inquiry) -> dict[int, tuple[str, str]]:
    """Return the words of each request, and those of its decision, where there are any."""
    words = {}
    for request in inquiry.requests.all():
        asked = sealing.open_sealed(bytes(request.sealed), request_context(inquiry.reference))["body"]
        decision = request.decision_sealed
        answer = sealing.open_sealed(bytes(decision), decision_context(inquiry.reference))["body"] if decision else ""
        words[request.pk] = (asked, answer)
    return words


def _reasons_of_holds(inquiry: Inquiry) -> dict[int, str]:
    context = hold_context(inquiry.reference)
    return {hold.pk: sealing.open_sealed(bytes(hold.reason_sealed), context)["reason"] for hold in inquiry.holds.all()}
