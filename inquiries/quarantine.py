"""What staff decide about an inquiry that looks like spam: nothing is dropped before a person has judged it."""

from django.db import transaction

from inquiries import outbox, states
from inquiries.models import Inquiry, State


def release(inquiry: Inquiry) -> None:
    """Take an inquiry for a true one: it becomes new, and its acknowledgement goes out. Raises MoveError."""
    with transaction.atomic():
        states.move(inquiry, State.NEW)
        outbox.release(inquiry)


def confirm(inquiry: Inquiry) -> None:
    """Take an inquiry for spam: nobody is written to, and it is erased once its time is over. Raises MoveError."""
    states.move(inquiry, State.SPAM)
