"""The one way in: an inquiry, sealed, with its acknowledgement in the outbox, in one transaction and once."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from consent.inventory import policy_in_force
from inquiries import access, outbox, sealing
from inquiries.models import Channel, Inquiry, Kind, State
from inquiries.references import reference_for
from inquiries.tokens import Token

REFERENCES_TRIED = 8
"""How many reference numbers are tried where one is taken; with 20**10 of them the second is next to never needed."""


@dataclass(frozen=True)
class Entry:
    """What a sender typed, judged: `document` is personal and is sealed; the rest staff see without opening it."""

    category: str
    reply_by: str
    publish_name: bool
    document: sealing.Document


def received_with(token: Token) -> Inquiry | None:
    """Return the inquiry that a token already let in."""
    return Inquiry.objects.filter(token_digest=token.digest).first()


def is_acknowledged(inquiry: Inquiry) -> bool:
    """Return whether an acknowledgement was written for an inquiry, sent or not."""
    return inquiry.outbox.filter(kind=Kind.ACKNOWLEDGEMENT).exists()


def receive(
    entry: Entry, token: Token, language: str, *, suspicions: Sequence[str] = (), acknowledge: bool = True
) -> Inquiry:
    """Let an inquiry in and return it; where the token already let one in, return that one.

    With suspicions (codes) it goes to quarantine, and its acknowledgement is held there. With `acknowledge` off it has
    none, and the page says so.
    Of two at the same time with the same token the database lets one in, and both get that one. Raises SealingError
    where there is no key to seal with, and DatabaseError where nothing could be written: then nothing was received.
    """
    for attempt in range(REFERENCES_TRIED):
        reference = reference_for(token.secret, attempt)
        try:
            return _write(entry, token, language, reference, suspicions, acknowledge=acknowledge)
        except IntegrityError:
            inquiry = received_with(token)
            if inquiry:
                return inquiry
            if not Inquiry.objects.filter(reference=reference).exists():
                raise
    raise DatabaseError("No reference number is free; make inquiries.references.LENGTH longer.")


def _write(
    entry: Entry, token: Token, language: str, reference: str, suspicions: Sequence[str], *, acknowledge: bool
) -> Inquiry:
    sealed = sealing.seal(entry.document, sealing.inquiry_context(reference))
    sender_key, sender_copy = access.for_sender(token.secret, reference, entry.document)
    with transaction.atomic():
        inquiry = Inquiry.objects.create(
            reference=reference,
            token_digest=token.digest,
            category=entry.category,
            language=language,
            channel=Channel.FORM,
            reply_by=entry.reply_by,
            publish_name=entry.publish_name,
            policy_version=policy_in_force().number,
            state=State.QUARANTINE if suspicions else State.NEW,
            suspicions=",".join(suspicions),
            received_at=timezone.now(),
            sealed=sealed,
            sender_key=sender_key,
            sender_copy=sender_copy,
        )
        if acknowledge:
            outbox.write_acknowledgement(inquiry)
    return inquiry
