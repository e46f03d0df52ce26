"""How long an inquiry is kept, and its end: the rules, each a query with a date, and the one way to erase (clause S5).

Erased means: the row and everything that hangs on it are gone, files of its mails included. What remains is a row for
statistics, and in the log of looks who looked, when, why and at which fields.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from inquiries import erasures, holds, outgoing
from inquiries.erasures import Erasure
from inquiries.models import Direction, ErasedInquiry, ErasureReason, Hold, Inquiry, Look, Message, State

NOTICE = timedelta(days=7)
"""How long before an inquiry is erased the desk says so."""


@dataclass(frozen=True)
class Term:
    """An inquiry in `state` is erased `days` after the time in its column `since`."""

    reason: ErasureReason
    state: str
    since: str
    days: Callable[[], int]

    def ends_at(self, inquiry: Inquiry) -> datetime:
        since: datetime = getattr(inquiry, self.since)
        return since + timedelta(days=self.days())

    def over(self, at: datetime) -> Q:
        """Return the condition of inquiries whose term is over at a time."""
        return Q(state=self.state, **{f"{self.since}__lte": at - timedelta(days=self.days())})


TERMS = [
    Term(ErasureReason.TERM, State.CLOSED, "closed_at", lambda: settings.INQUIRY_RETENTION_DAYS),
    Term(ErasureReason.SPAM, State.SPAM, "closed_at", lambda: settings.SPAM_DAYS),
]
"""Each state in which an inquiry has an end, once."""


class HeldError(Exception):
    """The inquiry is on hold, so nobody erases it; nothing was changed."""


def erased_on(inquiry: Inquiry) -> date | None:
    """Return the day on which an inquiry is erased, as things stand; None while it is open.

    A hold moves it to the day after the hold's last. Where a query gave `held_until` (`with_hold`), none is asked.
    """
    term = _term_of(inquiry)
    if term is None:
        return None
    day = timezone.localdate(term.ends_at(inquiry))
    held_until = inquiry.held_until if hasattr(inquiry, "held_until") else _held_until(inquiry)
    return max(day, held_until + timedelta(days=1)) if held_until else day


def erased_by(time: datetime) -> QuerySet[Inquiry]:
    """Return the inquiries that are to be erased until a time, as things stand: past their term and not on hold."""
    over = Q()
    for term in TERMS:
        over |= term.over(time)
    held = Hold.objects.in_force(timezone.localdate(time)).filter(inquiry=OuterRef("pk"))
    return Inquiry.objects.filter(over).filter(~Exists(held))


def with_hold(inquiries: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
    """Add `held_until` to each inquiry: the last day of the hold in force, or None."""
    in_force = Hold.objects.in_force(timezone.localdate()).filter(inquiry=OuterRef("pk"))
    return inquiries.annotate(held_until=Subquery(in_force.values("until")[:1]))


def closed_by(time: datetime) -> QuerySet[Inquiry]:
    """Return the answered inquiries that close by themselves until a time: nothing was written for so long."""
    written = Message.objects.filter(inquiry=OuterRef("pk")).order_by("-written_at").values("written_at")[:1]
    answered = Inquiry.objects.filter(state=State.ANSWERED)
    return answered.annotate(last_at=Coalesce(Subquery(written), "received_at")).filter(
        last_at__lte=time - timedelta(days=settings.INQUIRY_CLOSING_DAYS)
    )


def looks_ended_by(time: datetime) -> QuerySet[Look]:
    """Return the looks whose time in the log is over at a time."""
    return Look.objects.filter(at__lte=time - timedelta(days=settings.LOOK_DAYS))


def erased_before() -> list[tuple[int, Erasure]]:
    """Return the key of each inquiry that was erased once and is here again, as after a restore, with its erasure.

    Raises LedgerError.
    """
    noted = erasures.noted()
    if not noted:
        return []
    here = Inquiry.objects.values_list("pk", "token_digest").iterator()
    digests = ((pk, erasures.digest_of(token_digest)) for pk, token_digest in here)
    return [(pk, noted[digest]) for pk, digest in digests if digest in noted]


def erase(inquiry: Inquiry, reason: ErasureReason) -> None:
    """Erase an inquiry and all that hangs on it; one that is gone already stays gone.

    Raises HeldError where a hold keeps it, LedgerError where the erasure can't be noted in the ledger, and OSError
    where a file of its mails can't be removed: then it is all there still.
    """
    with transaction.atomic():
        locked = Inquiry.objects.select_for_update().filter(pk=inquiry.pk).first()
        if locked is None:
            return
        if holds.is_held(locked):
            raise HeldError
        # What can't be rolled back comes first, and does no harm where the rest fails: it is done again then.
        erasures.note(locked.token_digest, reason, timezone.localdate())
        _erase(locked, reason)


def erase_again() -> Iterator[int]:
    """Erase what was erased once and is here again; yield 1 for each, and 0 for one that is on hold.

    A hold of before the erasure is none any more: it had ended by then. Raises LedgerError, and OSError where a file
    can't be removed.
    """
    for pk, erasure in erased_before():
        with transaction.atomic():
            inquiry = Inquiry.objects.select_for_update().filter(pk=pk).first()
            if inquiry is None or _was_held_since(inquiry, erasure.on):
                yield 0
                continue
            _erase(inquiry, erasure.reason)
        yield 1


def erase_if_due(pk: int, now: datetime) -> bool:
    """Erase an inquiry whose time is over, unless it was moved or put on hold meanwhile; return whether it went."""
    with transaction.atomic():
        inquiry = erased_by(now).select_for_update(of=("self",)).filter(pk=pk).first()
        term = _term_of(inquiry) if inquiry else None
        if inquiry is None or term is None:
            return False
        erase(inquiry, term.reason)
    return True


def _erase(inquiry: Inquiry, reason: ErasureReason) -> None:
    """Erase a locked inquiry, files first. Call it in a transaction."""
    outgoing.remove(inquiry.outbox.values_list("mail_id", flat=True))
    ErasedInquiry.objects.create(
        category=inquiry.category,
        month=f"{timezone.localdate(inquiry.received_at):%Y-%m}",
        language=inquiry.language,
        channel=inquiry.channel,
        days_to_answer=_days_to_answer(inquiry),
        reason=reason,
    )
    inquiry.looks.update(reason_sealed=None)  # staff may have named the sender in it
    inquiry.delete()


def _was_held_since(inquiry: Inquiry, day: date) -> bool:
    in_force = Hold.objects.in_force(timezone.localdate()).filter(inquiry=inquiry)
    return any(timezone.localdate(hold.set_at) > day for hold in in_force)


def _term_of(inquiry: Inquiry) -> Term | None:
    return next((term for term in TERMS if term.state == inquiry.state), None)


def _held_until(inquiry: Inquiry) -> date | None:
    return Hold.objects.in_force(timezone.localdate()).filter(inquiry=inquiry).values_list("until", flat=True).first()


def _days_to_answer(inquiry: Inquiry) -> int | None:
    first = inquiry.messages.filter(direction=Direction.OUT).aggregate(first=Min("written_at"))["first"]
    return max((first - inquiry.received_at).days, 0) if first else None
