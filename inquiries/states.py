"""Where an inquiry stands, and which moves are allowed: new → open → answered → closed, and closed → open again.

An inquiry that needs no written answer is closed from open. A further answer leaves it answered. What looks like spam
begins in quarantine; staff alone move it on, to new or to spam, and spam can be taken back. The sender may withdraw an
inquiry from wherever it stands, and by writing again opens it again.
"""

from django.utils import timezone

from inquiries.models import ENDED, ClosedBecause, Inquiry, State

MOVES: dict[str, set[str]] = {
    State.QUARANTINE: {State.NEW, State.SPAM},
    State.NEW: {State.OPEN, State.SPAM},
    State.OPEN: {State.ANSWERED, State.CLOSED, State.SPAM},
    State.ANSWERED: {State.ANSWERED, State.CLOSED},
    State.CLOSED: {State.OPEN},
    State.SPAM: {State.NEW},
}


class MoveError(Exception):
    """An inquiry can't go from where it stands to where it should; nothing was changed."""


def may_move(inquiry: Inquiry, state: State) -> bool:
    """Return whether the rules allow the move from where `inquiry` was last seen."""
    return state in MOVES[inquiry.state]


def move(inquiry: Inquiry, state: State) -> None:
    """Move an inquiry, and with it the time of closing.

    Raises MoveError where the rules don't allow it, or where somebody moved it since it was loaded.
    """
    if not may_move(inquiry, state):
        raise MoveError(f"{inquiry.state} to {state}")
    closed_at = timezone.now() if state in ENDED else None
    moved = Inquiry.objects.filter(pk=inquiry.pk, state=inquiry.state).update(
        state=state, closed_at=closed_at, closed_because=""
    )
    if not moved:
        raise MoveError(f"no longer {inquiry.state}")
    inquiry.state, inquiry.closed_at, inquiry.closed_because = state, closed_at, ""


def as_the_sender_sees(inquiry: Inquiry) -> State:
    """Return the state to tell the sender: quarantine and spam look like new, so that no machine learns from it."""
    return State.NEW if inquiry.state in {State.QUARANTINE, State.SPAM} else State(inquiry.state)


def take_up(inquiry: Inquiry) -> None:
    """Move a new inquiry to open; one that somebody took up before stays where it is."""
    if inquiry.state == State.NEW:
        Inquiry.objects.filter(pk=inquiry.pk, state=State.NEW).update(state=State.OPEN)
        inquiry.refresh_from_db(fields=["state", "closed_at"])


def close(inquiry: Inquiry) -> None:
    """End an inquiry: its data are kept for the retention period from now. Raises MoveError as `move` does."""
    move(inquiry, State.CLOSED)


def reopen(inquiry: Inquiry) -> None:
    """Take a closed inquiry up again. Raises MoveError where it isn't closed."""
    if inquiry.state != State.CLOSED:
        raise MoveError(f"{inquiry.state} is not closed")
    move(inquiry, State.OPEN)


def withdraw(inquiry: Inquiry) -> None:
    """End an inquiry because its sender wants so; what is closed already stays as it is."""
    Inquiry.objects.filter(pk=inquiry.pk).exclude(state=State.CLOSED).update(
        state=State.CLOSED, closed_at=timezone.now(), closed_because=ClosedBecause.WITHDRAWN
    )


def note_that_the_sender_wrote(inquiry: Inquiry) -> None:
    """Mark an inquiry as holding something that staff haven't read."""
    Inquiry.objects.filter(pk=inquiry.pk).update(wrote_again_at=timezone.now())


def open_again(inquiry: Inquiry) -> None:
    """Bring an inquiry that was answered or closed back to open, because its sender has more to say."""
    Inquiry.objects.filter(pk=inquiry.pk, state__in=[State.ANSWERED, State.CLOSED]).update(
        state=State.OPEN, closed_at=None, closed_because=""
    )


def note_that_staff_read(inquiry: Inquiry) -> None:
    """Take the mark away, unless the sender has written once more since `inquiry` was loaded."""
    if Inquiry.objects.filter(pk=inquiry.pk, wrote_again_at=inquiry.wrote_again_at).update(wrote_again_at=None):
        inquiry.wrote_again_at = None
