"""Where an inquiry stands, and the moves that are allowed."""

from itertools import product

import pytest

from inquiries import states
from inquiries.models import Inquiry, State
from tests.staff.inquiries import create_inquiry

PAIRS = list(product(State.values, State.values))
ALLOWED = {
    ("quarantine", "new"),
    ("quarantine", "spam"),
    ("new", "open"),
    ("new", "spam"),
    ("open", "answered"),
    ("open", "closed"),
    ("open", "spam"),
    ("answered", "answered"),
    ("answered", "closed"),
    ("closed", "open"),
    ("spam", "new"),
}


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_the_table_of_moves(old: str, new: str) -> None:
    assert states.may_move(Inquiry(state=old), State(new)) == ((old, new) in ALLOWED)


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_a_move_keeps_the_time_of_closing_in_step_or_changes_nothing(old: str, new: str) -> None:
    inquiry = create_inquiry(state=old)
    if (old, new) in ALLOWED:
        states.move(inquiry, State(new))
    else:
        with pytest.raises(states.MoveError):
            states.move(inquiry, State(new))
    stored = Inquiry.objects.get()
    assert stored.state == (new if (old, new) in ALLOWED else old)
    assert (stored.closed_at is not None) == (stored.state in {"closed", "spam"})
    assert (inquiry.state, inquiry.closed_at) == (stored.state, stored.closed_at)


@pytest.mark.django_db
def test_a_move_from_where_it_no_longer_stands_changes_nothing() -> None:
    inquiry = create_inquiry(state="open")
    elsewhere = Inquiry.objects.get()
    states.move(elsewhere, State.CLOSED)
    with pytest.raises(states.MoveError):
        states.move(inquiry, State.ANSWERED)
    assert Inquiry.objects.get().state == "closed"


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["quarantine", "open", "answered", "closed", "spam"])
def test_taking_up_leaves_what_was_taken_up_where_it_stands(state: str) -> None:
    inquiry = create_inquiry(state=state)
    states.take_up(inquiry)
    assert Inquiry.objects.get().state == state


@pytest.mark.parametrize(
    ("state", "told"), [("quarantine", "new"), ("spam", "new"), ("new", "new"), ("open", "open"), ("closed", "closed")]
)
def test_a_sender_is_never_told_of_a_suspicion(state: str, told: str) -> None:
    assert states.as_the_sender_sees(Inquiry(state=state)) == told
