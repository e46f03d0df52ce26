"""Answering: the answer, sealed for staff and for the sender, its mail and the new state, in one transaction."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from inquiries import access, outbox, sealing, states
from inquiries.models import Direction, Inquiry, Message, State

MAX_LENGTH = 10_000
"""Characters of an answer at most."""


class AnsweredMeanwhileError(Exception):
    """Another answer was written after the page was opened; nothing was sent."""


def answer(inquiry: Inquiry, body: str, by: User, *, after: int) -> Message:
    """Write an answer and put its mail into the outbox.

    `after` is how many answers there were when the page was opened: so a double click, or two members of staff at the
    same time, send one answer. Raises AnsweredMeanwhileError where there are more by now, MoveError where the inquiry
    can't be answered from its state, and SealingError where there is no key.
    """
    document, context = {"body": body}, sealing.message_context(inquiry.reference)
    sealed, sender_copy = sealing.seal(document, context), access.copy_for(inquiry, document, context)
    with transaction.atomic():
        locked = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
        if locked.messages.filter(direction=Direction.OUT).count() != after:
            raise AnsweredMeanwhileError
        states.move(locked, State.ANSWERED)
        message = Message.objects.create(
            inquiry=locked,
            direction=Direction.OUT,
            author=by,
            written_at=timezone.now(),
            sealed=sealed,
            sender_copy=sender_copy,
        )
        outbox.write_answer(locked, message)
    return message
