"""The outbox: claimed by one, tried until it is through, sent once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from inquiries import outbox
from inquiries.models import Kind, OutboxItem, WorkerBeat
from inquiries.outbox import Problem
from tests.inquiries.mails import claim, create_acknowledgement, create_answer, create_inquiry

START = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

pytestmark = pytest.mark.django_db


def read(item: OutboxItem) -> OutboxItem:
    return OutboxItem.objects.get(pk=item.pk)


def create_broken_off(item: OutboxItem, *, handed_over: bool) -> OutboxItem:
    """Return a mail whose worker died in mid-try, with its lease over."""
    claimed = claim()
    assert claimed == item
    if handed_over:
        outbox.hand_over(claimed)
    OutboxItem.objects.filter(pk=item.pk).update(due_at=timezone.now())
    return read(item)


# Claiming


def test_the_mail_that_is_due_longest_is_claimed_first() -> None:
    with time_machine.travel(START, tick=False) as traveller:
        first = create_acknowledgement()
        traveller.shift(MINUTE)
        second = create_acknowledgement()
        assert [outbox.claim(), outbox.claim(), outbox.claim()] == [first, second, None]
    assert (read(first).delivery, read(first).attempts) == ("sending", 1)
    assert read(first).due_at == START + MINUTE + outbox.LEASE


def test_a_mail_that_is_not_yet_due_is_left_alone() -> None:
    with time_machine.travel(START, tick=False) as traveller:
        item = create_acknowledgement()
        outbox.put_off(claim(), Problem.CONNECTION)
        traveller.shift(59)
        assert outbox.claim() is None
        traveller.shift(1)
        assert outbox.claim() == item


def test_of_two_that_read_the_same_row_one_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one claims between the first one's reading and its claim."""
    item = create_acknowledgement()
    move, claims = outbox._move, []

    def be_second(read_item: OutboxItem, **changes: Any) -> bool:
        monkeypatch.setattr(outbox, "_move", move)
        claims.append(outbox.claim())
        return move(read_item, **changes)

    monkeypatch.setattr(outbox, "_move", be_second)
    claims.append(outbox.claim())
    assert claims == [item, None]
    assert read(item).attempts == 1


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="in memory, threads share one SQLite; test_work has two processes on a file"
)
@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_claim_each_mail_once() -> None:
    items = {create_acknowledgement().pk for _ in range(24)}
    barrier = Barrier(6)

    def claim_all(_number: int) -> list[int]:
        try:
            barrier.wait()
            return [item.pk for item in iter(outbox.claim, None)]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        claimed = [pk for claims in pool.map(claim_all, range(6)) for pk in claims]
    assert len(claimed) == len(items)
    assert set(claimed) == items


OUTCOMES: list[Callable[[OutboxItem], bool]] = [
    outbox.finish,
    outbox.doubt,
    lambda item: outbox.put_off(item, Problem.CONNECTION),
    lambda item: outbox.give_up(item, Problem.REFUSED),
]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_who_lost_the_claim_changes_nothing(outcome: Callable[[OutboxItem], bool]) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        create_answer()
        slow = claim()
        traveller.shift(outbox.LEASE)
        outbox.recover()
        quick = claim()
        assert outcome(slow) is False
        with pytest.raises(outbox.Lost):
            outbox.hand_over(slow)
        assert outbox.finish(quick) is True


# Outcomes


def test_a_sent_mail_has_its_time_and_no_problem() -> None:
    with time_machine.travel(START, tick=False):
        item = create_acknowledgement()
        outbox.finish(claim())
    item = read(item)
    assert (item.delivery, item.done_at, item.problem) == ("sent", START, "")


def test_the_wait_doubles_up_to_four_hours() -> None:
    minutes = [outbox.wait_after(tries) / MINUTE for tries in range(1, 12)]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240]


def test_a_mail_is_tried_for_two_days_with_one_message_id() -> None:
    with time_machine.travel(START, tick=False) as traveller:
        item = create_acknowledgement()
        while read(item).delivery == "waiting":
            traveller.move_to(read(item).due_at)
            claimed = claim()
            assert claimed.mail_id == item.mail_id
            outbox.put_off(claimed, "later 450")
        assert 2 * 24 * HOUR <= timezone.now() - START <= 3 * 24 * HOUR
        traveller.shift(30 * 24 * HOUR)
        assert outbox.claim() is None
    assert (read(item).delivery, read(item).problem, read(item).attempts) == ("failed", "later 450", 20)


def test_a_mail_whose_inquiry_cannot_be_opened_is_never_given_up() -> None:
    with time_machine.travel(START, tick=False) as traveller:
        item = create_acknowledgement()
        for _ in range(30):
            traveller.move_to(read(item).due_at)
            outbox.put_off(claim(), Problem.KEY)
    assert (read(item).delivery, read(item).problem) == ("waiting", "key")


def test_a_refused_mail_has_failed_at_once() -> None:
    item = create_acknowledgement()
    outbox.give_up(claim(), "refused 550")
    assert (read(item).delivery, read(item).problem, read(item).attempts) == ("failed", "refused 550", 1)


def test_an_uncertain_acknowledgement_is_sent_again_by_itself() -> None:
    item = create_acknowledgement()
    outbox.doubt(claim())
    assert (read(item).delivery, read(item).problem) == ("waiting", "uncertain")


def test_an_uncertain_answer_waits_for_staff() -> None:
    item = create_answer()
    outbox.doubt(claim())
    assert (read(item).delivery, read(item).problem) == ("uncertain", "uncertain")
    assert outbox.claim() is None


# Workers that died


def test_a_mail_in_hand_stays_with_its_worker_while_the_lease_lasts() -> None:
    with time_machine.travel(START, tick=False) as traveller:
        item = create_answer()
        held = claim()
        traveller.shift(outbox.LEASE - timedelta(seconds=1))
        outbox.recover()
        assert read(item).delivery == "sending"
        outbox.hand_over(held)
        traveller.shift(outbox.HAND_OVER - timedelta(seconds=1))
        outbox.recover()
        assert read(item).delivery == "sending"
        assert outbox.finish(held) is True


@pytest.mark.parametrize("create", [create_acknowledgement, create_answer])
def test_a_try_that_died_before_the_hand_over_is_repeated_at_once(create: Callable[[], OutboxItem]) -> None:
    item = create_broken_off(create(), handed_over=False)
    outbox.recover()
    assert (read(item).delivery, read(item).problem) == ("waiting", "broken-off")
    assert outbox.claim() == item


@pytest.mark.parametrize(("create", "state"), [(create_acknowledgement, "waiting"), (create_answer, "uncertain")])
def test_a_try_that_died_in_the_hand_over_is_uncertain(create: Callable[[], OutboxItem], state: str) -> None:
    item = create_broken_off(create(), handed_over=True)
    outbox.recover()
    assert (read(item).delivery, read(item).problem) == (state, "uncertain")


def test_a_mail_that_kills_every_worker_ends_as_failed() -> None:
    item = create_acknowledgement()
    OutboxItem.objects.filter(pk=item.pk).update(attempts=outbox.TRIES - 1)
    create_broken_off(item, handed_over=False)
    outbox.recover()
    assert read(item).delivery == "failed"


# What staff decide


@pytest.mark.parametrize("ending", [outbox.doubt, lambda item: outbox.give_up(item, "refused 550")])
def test_staff_send_an_uncertain_or_failed_mail_again_at_once(ending: Callable[[OutboxItem], bool]) -> None:
    item = create_answer()
    ending(claim())
    outbox.send_again(read(item))
    again = claim()
    assert (again, again.mail_id, again.attempts, again.problem) == (item, item.mail_id, 1, "")


def test_staff_take_an_uncertain_mail_for_sent() -> None:
    item = create_answer()
    outbox.doubt(claim())
    outbox.mark_sent(read(item))
    assert read(item).delivery == "sent"
    assert read(item).done_at is not None


@pytest.mark.parametrize("decide", [outbox.send_again, outbox.mark_sent])
@pytest.mark.parametrize("state", ["waiting", "sending", "sent"])
def test_staff_cannot_decide_where_nothing_is_in_doubt(decide: Callable[[OutboxItem], None], state: str) -> None:
    item = create_answer()
    done_at = timezone.now() if state == "sent" else None
    OutboxItem.objects.filter(pk=item.pk).update(delivery=state, done_at=done_at)
    with pytest.raises(ValueError, match="reload the page"):
        decide(read(item))
    assert read(item).delivery == state


@pytest.mark.parametrize("decide", [outbox.send_again, outbox.mark_sent])
def test_of_two_decisions_of_staff_the_first_counts(decide: Callable[[OutboxItem], None]) -> None:
    item = create_answer()
    outbox.doubt(claim())
    first, second = read(item), read(item)
    outbox.send_again(first)
    with pytest.raises(ValueError, match="reload the page"):
        decide(second)
    assert read(item).delivery == "waiting"


# Words


def test_a_problem_has_words_in_both_languages_and_the_servers_code() -> None:
    with translation.override("en"):
        assert outbox.describe("later 450") == "The mail server asks to try again later (450)"
        assert outbox.describe("") == ""
        assert outbox.describe("of an older version") == "of (an older version)"
    for problem in Problem:
        with translation.override("ja"):
            assert not outbox.describe(problem).isascii()


def test_a_message_id_names_the_site_and_nothing_else(settings: LazySettings) -> None:
    for url, domain in [
        ("https://www.occto.example", "www.occto.example"),
        ("http://[::1]:8000", "localhost"),
        ("https://例え.jp", "xn--r8jz45g.jp"),
        (f"https://{'a' * 60}.{'b' * 60}.example.jp", f"{'a' * 8}.{'b' * 60}.example.jp"),
    ]:
        settings.SITE_URL = url
        local, _at, host = create_acknowledgement().mail_id.strip("<>").partition("@")
        assert host == domain
        assert len(local) == 32


# The database's own rules


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"kind": "advert"}, "inquiries_outbox_kind_valid|inquiries_outbox_answer_has_its_message"),
        ({"delivery": "lost"}, "inquiries_outbox_delivery_valid"),
        ({"kind": "answer"}, "inquiries_outbox_answer_has_its_message"),
        ({"delivery": "sent"}, "inquiries_outbox_sent_has_its_time"),
        ({"done_at": START}, "inquiries_outbox_sent_has_its_time"),
    ],
)
def test_a_mail_that_must_not_be_is_refused(changes: dict[str, Any], constraint: str) -> None:
    item = create_acknowledgement()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OutboxItem.objects.filter(pk=item.pk).update(**changes)


def test_an_acknowledgement_has_no_message_of_staff() -> None:
    item = create_answer()
    with pytest.raises(IntegrityError, match="inquiries_outbox_answer_has_its_message"), transaction.atomic():
        OutboxItem.objects.filter(pk=item.pk).update(kind=Kind.ACKNOWLEDGEMENT)


def test_an_inquiry_is_acknowledged_once() -> None:
    inquiry = create_inquiry()
    create_acknowledgement(inquiry)
    with (
        pytest.raises(IntegrityError, match=r"inquiries_outbox_one_acknowledgement|outboxitem\.inquiry_id"),
        transaction.atomic(),
    ):
        create_acknowledgement(inquiry)


def test_a_message_is_answered_once_and_a_message_id_used_once() -> None:
    first, second = create_answer(), create_answer()
    for column, value in [("message_id", first.message_id), ("mail_id", first.mail_id)]:
        with pytest.raises(IntegrityError, match=column), transaction.atomic():
            OutboxItem.objects.filter(pk=second.pk).update(**{column: value})


def test_the_worker_has_one_beat() -> None:
    with pytest.raises(IntegrityError, match="inquiries_workerbeat_is_one"), transaction.atomic():
        WorkerBeat.objects.create(pk=2, seen_at=START)
