"""The one way in: an inquiry, sealed, with its acknowledgement in the outbox, in one transaction and once.

Where the database is away, the same submission waits in the spool, and the worker brings it in. The token decides in
both: whatever was sent with one is one inquiry with one reference number.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError
from django.utils import timezone

from consent.inventory import policy_in_force
from consent.outage import Outage
from inquiries import access, outbox, sealing, spool
from inquiries.models import Channel, Inquiry, Kind, State
from inquiries.patience import hasty_transaction
from inquiries.references import ALPHABET, reference_for
from inquiries.submissions import Submission
from inquiries.tokens import Token

logger = logging.getLogger(__name__)

REFERENCES_TRIED = 8
"""How many reference numbers are tried where one is taken; with 20**10 of them the second is next to never needed."""

AWAY = (DatabaseError, InterfaceError, ObjectDoesNotExist)
"""What is raised where the database can't be reached, is locked or full, or was not prepared."""

REFUSED = (IntegrityError, DataError)
"""What is raised where it refuses a row as it is: an error of ours, which the spool would only put off."""

OUTAGE = Outage(seconds=5)
"""While it lasts, submissions go to the spool at once."""


@dataclass(frozen=True)
class Entry:
    """What a sender typed, judged: `document` is personal and is sealed; the rest staff see without opening it."""

    category: str
    reply_by: str
    publish_name: bool
    document: sealing.Document


@dataclass(frozen=True)
class Received:
    """What the sender is told of an inquiry that was let in."""

    reference: str
    received_at: datetime
    reply_by: str
    has_code: bool
    """Whether its receipt code opens it: not so for an inquiry from before there were any."""

    is_acknowledged: bool
    """Whether an acknowledgement was written, or will be when it comes out of the spool."""

    is_spooled: bool = False
    """Whether it waits beside a database that is away: then nothing of the database is asked for the page."""


def received_with(token: Token, *, is_received_next: bool = False) -> Received | None:
    """Return what a token already let in.

    With `is_received_next` None also where that can't be known now: `receive` then finds out, or the worker. Raises
    DatabaseError or InterfaceError where the database is away otherwise.
    """
    waiting = spool.find(token.digest)
    if waiting:
        return _of_submission(waiting, is_spooled=True)
    if OUTAGE.is_on and is_received_next:
        return None
    try:
        inquiry = Inquiry.objects.defer("sealed", "sender_copy").filter(token_digest=token.digest).first()
        return _of_inquiry(inquiry) if inquiry else None
    except AWAY:
        OUTAGE.begin()
        if is_received_next:
            return None
        raise


def receive(
    entry: Entry, token: Token, language: str, *, suspicions: Sequence[str] = (), acknowledge: bool = True
) -> Received:
    """Let an inquiry in; where the token already let one in, return that one.

    With suspicions (codes) it goes to quarantine, and its acknowledgement is held there. With `acknowledge` off it has
    none, and the page says so.
    Of two at the same time with the same token the database lets one in, and both get that one. When this returns, the
    inquiry is on the disk. Raises SealingError where there is no key to seal with, IntegrityError where the database
    refuses the row, and SpoolError where neither database nor spool can be written: then nothing was received.
    """
    waiting = spool.find(token.digest)
    if waiting:
        return _of_submission(waiting, is_spooled=True)
    submission = replace(_submission(entry, token, language), suspicions=",".join(suspicions), acknowledge=acknowledge)
    if not OUTAGE.is_on:
        try:
            return _into_database(submission, entry, token)
        except REFUSED:
            raise
        except AWAY as error:
            OUTAGE.begin()
            logger.warning("The database can't take an inquiry (%s); the spool does", type(error).__name__)
    return _of_submission(spool.append(submission), is_spooled=True)


def bring_in(submission: Submission) -> Inquiry | None:
    """Write a submission of the spool into the database; return its inquiry, or None where its token was in already.

    Where its reference number was taken meanwhile, it gets that number with one more character: the sender was shown
    the number and has it still, and the acknowledgement tells them the whole of it. Raises IntegrityError or DataError
    where the database refuses the row, and other database errors where it is away.
    """
    for more in ("", *ALPHABET):
        numbered = replace(submission, reference=submission.reference + more)
        try:
            return _write(numbered)
        except IntegrityError:
            if Inquiry.objects.filter(token_digest=submission.token_digest).exists():
                return None
            if not Inquiry.objects.filter(reference=numbered.reference).exists():
                raise
    raise IntegrityError("No reference number is free near this one.")


def _into_database(submission: Submission, entry: Entry, token: Token) -> Received:
    for attempt in range(1, REFERENCES_TRIED + 1):
        try:
            _write(submission)
            return _of_submission(submission)
        except IntegrityError:
            received = received_with(token)
            if received:
                return received
            if not Inquiry.objects.filter(reference=submission.reference).exists():
                raise
        submission = renumbered(submission, entry, token, attempt)
    raise IntegrityError("No reference number is free; make inquiries.references.LENGTH longer.")


def renumbered(submission: Submission, entry: Entry, token: Token, attempt: int) -> Submission:
    """Return a submission under the next reference number that its token leads to, sealed for it."""
    again = _submission(entry, token, submission.language, attempt)
    return replace(again, suspicions=submission.suspicions, acknowledge=submission.acknowledge)


def _submission(entry: Entry, token: Token, language: str, attempt: int = 0) -> Submission:
    reference = reference_for(token.secret, attempt)
    sender_key, sender_copy = access.for_sender(token.secret, reference, entry.document)
    return Submission(
        reference=reference,
        token_digest=token.digest,
        category=entry.category,
        language=language,
        channel=Channel.FORM.value,
        reply_by=entry.reply_by,
        publish_name=entry.publish_name,
        received_at=timezone.now(),
        sealed=sealing.seal(entry.document, sealing.inquiry_context(reference)),
        sender_key=sender_key,
        sender_copy=sender_copy,
    )


def _write(submission: Submission) -> Inquiry:
    """Write an inquiry and its acknowledgement, in one transaction."""
    row = dict(vars(submission))
    is_acknowledged = row.pop("acknowledge")
    row["state"] = State.QUARANTINE if submission.suspicions else State.NEW
    with hasty_transaction():
        if submission.policy_version is None:
            received_on = timezone.localdate(submission.received_at)
            row["policy_version"] = policy_in_force(received_on).number
        inquiry = Inquiry.objects.create(**row)
        if is_acknowledged:
            outbox.write_acknowledgement(inquiry)
    return inquiry


def _of_inquiry(inquiry: Inquiry) -> Received:
    is_acknowledged = inquiry.outbox.filter(kind=Kind.ACKNOWLEDGEMENT).exists()
    return Received(
        inquiry.reference, inquiry.received_at, inquiry.reply_by, bool(inquiry.sender_key), is_acknowledged
    )


def _of_submission(submission: Submission, *, is_spooled: bool = False) -> Received:
    return Received(
        submission.reference,
        submission.received_at,
        submission.reply_by,
        bool(submission.sender_key),
        submission.acknowledge,
        is_spooled,
    )
