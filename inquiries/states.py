"""Where an inquiry stands, and which moves are allowed: new → open → answered → closed, and closed → open again.

An inquiry that needs no written answer is closed from open. A further answer leaves it answered. What looks like spam
begins in quarantine; staff alone move it on, to new or to spam, and spam can be taken back.
"""

from django.utils import timezone

from inquiries.models import ENDED, Inquiry, State

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
    moved = Inquiry.objects.filter(pk=inquiry.pk, state=inquiry.state).update(state=state, closed_at=closed_at)
    if not moved:
        raise MoveError(f"no longer {inquiry.state}")
    inquiry.state, inquiry.closed_at = state, closed_at


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
