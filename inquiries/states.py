"""Where an inquiry stands, and which moves are allowed: new → open → answered → closed, and closed → open again.

An inquiry that needs no written answer is closed from open. A further answer leaves it answered.
"""

from django.utils import timezone

from inquiries.models import Inquiry, State

MOVES: dict[str, set[str]] = {
    State.NEW: {State.OPEN},
    State.OPEN: {State.ANSWERED, State.CLOSED},
    State.ANSWERED: {State.ANSWERED, State.CLOSED},
    State.CLOSED: {State.OPEN},
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
    closed_at = timezone.now() if state == State.CLOSED else None
    moved = Inquiry.objects.filter(pk=inquiry.pk, state=inquiry.state).update(state=state, closed_at=closed_at)
    if not moved:
        raise MoveError(f"no longer {inquiry.state}")
    inquiry.state, inquiry.closed_at = state, closed_at


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
