"""What a sender does after the inquiry, on the status page: each is one transaction, once for each token.

Everything written is sealed twice, to OCCTO's public key and to the sender's: no private key is needed.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from inquiries import access, outbox, sealing, states
from inquiries.fields import CORRECTABLE
from inquiries.models import (
    ClosedBecause,
    DataRequest,
    Direction,
    Inquiry,
    Kind,
    Message,
    MessageKind,
    RequestKind,
)
from inquiries.sealing import Document
from inquiries.sender import Visit
from inquiries.tokens import Token

MAX_A_DAY = 20
"""Messages, corrections and requests together, for one inquiry in 24 hours: nobody fills the database by this way."""

ANSWER_DAYS = 14
"""Days until a request must be answered: two weeks after it came the person may sue (APPI, Article 39)."""


class TooManyError(Exception):
    """So much was written for this inquiry within a day that nothing more is taken."""


class WithdrawnError(Exception):
    """The inquiry was withdrawn, so that nothing is added to it."""


class CorrectedMeanwhileError(Exception):
    """Details were corrected after the page was opened; nothing was changed."""


def write(visit: Visit, body: str, token: Token) -> None:
    """Add a message to the thread; an inquiry that was answered or closed is open again.

    Raises TooManyError, WithdrawnError, SealingError where there is no key, and Inquiry.DoesNotExist where the inquiry
    was erased meanwhile.
    """
    document = {"body": body}
    message = _unsaved(visit, MessageKind.WORDS, document, token.digest_for(_use(visit, "message"), document))
    with transaction.atomic():
        inquiry = _hold(visit)
        if Message.objects.filter(token_digest=message.token_digest).exists():
            return
        _refuse_what_was_withdrawn(inquiry)
        _refuse_too_many(inquiry)
        message.save()
        states.open_again(inquiry)
        states.note_that_the_sender_wrote(inquiry)


def correct(visit: Visit, details: Document, token: Token, *, after: int) -> bool:
    """Note what holds from now on instead of what was sent; return whether anything differs.

    `after` is the last correction that the page knew: so a page left open in another window undoes nothing. Where the
    address for mails changes, its former owner is told. Raises CorrectedMeanwhileError, and as `write` does.
    """
    changes = {name: details[name] for name in CORRECTABLE if details[name] != visit.now[name]}
    digest = token.digest_for(_use(visit, "correction"), details)
    message = _unsaved(visit, MessageKind.CORRECTION, changes, digest)
    with transaction.atomic():
        inquiry = _hold(visit)
        if Message.objects.filter(token_digest=message.token_digest).exists():
            return True
        _refuse_what_was_withdrawn(inquiry)
        if after != _last_correction(inquiry) or after != visit.last_correction:
            raise CorrectedMeanwhileError
        if not changes:
            return False
        _refuse_too_many(inquiry)
        message.save()
        Inquiry.objects.filter(pk=inquiry.pk).update(reply_by=details["reply_by"], indexed_at=None)
        if "email" in changes and _has_been_mailed(visit):
            outbox.write_notice(inquiry, message)
        states.note_that_the_sender_wrote(inquiry)
    return True


def publish_name(visit: Visit, *, agreed: bool) -> None:
    """Make or withdraw the tick that lets the sender's name be published (clause S11)."""
    changed = Inquiry.objects.filter(pk=visit.inquiry.pk).exclude(publish_name=agreed)
    changed.update(publish_name=agreed, publish_name_changed_at=timezone.now())


def withdraw(visit: Visit) -> None:
    """End the inquiry: nobody works on it any more, and what was sent is kept for the retention period from now."""
    states.withdraw(visit.inquiry)


def ask(visit: Visit, kind: RequestKind, body: str, token: Token) -> None:
    """Make a request about personal data, due in two weeks. To erase the inquiry can be asked for at any time, once.

    Raises TooManyError, SealingError where there is no key, and Inquiry.DoesNotExist where the inquiry was erased.
    """
    reference = visit.inquiry.reference
    document, context = {"body": body}, sealing.request_context(reference)
    sealed, copy = sealing.seal(document, context), access.copy_for(visit.inquiry, document, context)
    digest = token.digest_for(_use(visit, kind), document)
    now = timezone.now()
    with transaction.atomic():
        inquiry = _hold(visit)
        if inquiry.requests.filter(token_digest=digest).exists():
            return
        if kind != RequestKind.ERASE:
            _refuse_too_many(inquiry)
        elif inquiry.requests.filter(kind=kind, decided_at__isnull=True).exists():
            return
        DataRequest.objects.create(
            inquiry=inquiry,
            kind=kind,
            made_at=now,
            due_on=timezone.localdate(now) + timedelta(days=ANSWER_DAYS),
            token_digest=digest,
            sealed=sealed,
            sender_copy=copy or b"",
        )


def _hold(visit: Visit) -> Inquiry:
    """Return the inquiry, held until the transaction ends: two of a sender's windows take turns."""
    return Inquiry.objects.select_for_update().get(pk=visit.inquiry.pk)


def _use(visit: Visit, name: str) -> str:
    return f"{visit.inquiry.reference} {name}"


def _unsaved(visit: Visit, kind: MessageKind, document: Document, digest: str) -> Message:
    inquiry = visit.inquiry
    context = sealing.message_context(inquiry.reference)
    return Message(
        inquiry=inquiry,
        direction=Direction.IN,
        kind=kind,
        written_at=timezone.now(),
        token_digest=digest,
        sealed=sealing.seal(document, context),
        sender_copy=access.copy_for(inquiry, document, context),
    )


def _refuse_what_was_withdrawn(inquiry: Inquiry) -> None:
    if inquiry.closed_because == ClosedBecause.WITHDRAWN:
        raise WithdrawnError


def _refuse_too_many(inquiry: Inquiry) -> None:
    since = timezone.now() - timedelta(days=1)
    written = inquiry.messages.filter(direction=Direction.IN, written_at__gt=since).count()
    if written + inquiry.requests.filter(made_at__gt=since).count() >= MAX_A_DAY:
        raise TooManyError


def _last_correction(inquiry: Inquiry) -> int:
    corrections = inquiry.messages.filter(kind=MessageKind.CORRECTION)
    return corrections.order_by("-pk").values_list("pk", flat=True).first() or 0


def _has_been_mailed(visit: Visit) -> bool:
    """Return whether a mail has gone to the address that holds until now; else nobody there knows of the inquiry.

    So a notice follows a mail that somebody got anyway, and changing addresses to and fro sends nobody a second one.
    """
    since = [part.message.written_at for part in visit.thread if "email" in part.changes]
    sent = visit.inquiry.outbox.exclude(kind=Kind.MOVED).filter(done_at__isnull=False)
    return sent.filter(done_at__gt=max(since)).exists() if since else sent.exists()
