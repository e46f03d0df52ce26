"""Answering: the sealed answer, its mail and the new state come together or not at all, and once."""

import threading

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from inquiries import outbox, replies, sealing, states
from inquiries.models import Inquiry, Message, OutboxItem
from tests.staff.inquiries import create_inquiry
from tests.staff.people import create_bob

pytestmark = pytest.mark.django_db

ANSWER = "髙橋様\n様式①の記入例は別紙のとおりです。"


def test_an_answer_is_sealed_and_its_mail_waits() -> None:
    bob, inquiry = create_bob(), create_inquiry(state="open")
    message = replies.answer(inquiry, ANSWER, bob, after=0)
    assert ANSWER.encode() not in bytes(message.sealed)
    assert sealing.open_sealed(bytes(message.sealed), sealing.message_context(inquiry.reference)) == {"body": ANSWER}
    assert (message.author, message.direction) == (bob, "out")
    item = OutboxItem.objects.get(kind="answer")
    assert (item.message, item.inquiry, item.delivery) == (message, inquiry, "waiting")
    assert Inquiry.objects.get().state == "answered"


def test_a_second_answer_leaves_the_inquiry_answered() -> None:
    bob, inquiry = create_bob(), create_inquiry(state="open")
    replies.answer(inquiry, ANSWER, bob, after=0)
    replies.answer(inquiry, "追伸", bob, after=1)
    assert Message.objects.count() == 2
    assert Inquiry.objects.get().state == "answered"


def test_a_double_click_sends_one_answer() -> None:
    bob, inquiry = create_bob(), create_inquiry(state="open")
    replies.answer(inquiry, ANSWER, bob, after=0)
    with pytest.raises(replies.AnsweredMeanwhileError):
        replies.answer(inquiry, ANSWER, bob, after=0)
    assert OutboxItem.objects.filter(kind="answer").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_the_same_time_are_one() -> None:
    bob, inquiry = create_bob(), create_inquiry(state="open")
    start = threading.Barrier(2)

    def answer() -> None:
        start.wait()
        try:
            replies.answer(inquiry, ANSWER, bob, after=0)
        except (replies.AnsweredMeanwhileError, OperationalError):  # SQLite in memory doesn't wait for its turn
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=answer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Message.objects.count() == OutboxItem.objects.filter(kind="answer").count() == 1


@pytest.mark.parametrize("state", ["new", "closed"])
def test_what_is_not_open_is_not_answered(state: str) -> None:
    inquiry = create_inquiry(state=state)
    with pytest.raises(states.MoveError):
        replies.answer(inquiry, ANSWER, create_bob(), after=0)
    assert not Message.objects.exists()
    assert Inquiry.objects.get().state == state


def test_without_its_mail_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(outbox, "write_answer", fail)
    inquiry, bob = create_inquiry(state="open"), create_bob()
    with pytest.raises(OperationalError):
        replies.answer(inquiry, ANSWER, bob, after=0)
    assert not Message.objects.exists()
    assert Inquiry.objects.get().state == "open"


def test_the_database_knows_the_directions_of_a_message() -> None:
    row = {"inquiry": create_inquiry(), "author": create_bob(), "written_at": timezone.now(), "sealed": b"x"}
    with pytest.raises(IntegrityError, match="inquiries_message_direction_valid"), transaction.atomic():
        Message.objects.create(direction="up", **row)
