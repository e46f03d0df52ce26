"""What a sender does afterwards: once for each token, sealed twice, and never in the way of another window."""

import threading
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from inquiries import corrections, followups, outbox, replies, requests, reveal, sealing, states, tokens
from inquiries.models import DataRequest, Inquiry, LookPurpose, Message, OutboxItem, RequestKind, RequestState
from tests.inquiries.senders import TYPED
from tests.inquiries.visits import Receipt, send
from tests.staff.people import create_bob

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Asia/Tokyo"))


def token() -> tokens.Token:
    read = tokens.read(tokens.mint())
    assert read
    return read


def write(receipt: Receipt, body: str = "追記です。", by: tokens.Token | None = None) -> None:
    followups.write(receipt.visit, body, by or token())


def correct(receipt: Receipt, by: tokens.Token | None = None, after: int | None = None, **changes: str) -> bool:
    visit = receipt.visit
    details = {name: visit.now[name] for name in visit.now if name not in {"subject", "message"}} | changes
    return followups.correct(visit, details, by or token(), after=visit.last_correction if after is None else after)


def ask(receipt: Receipt, kind: RequestKind = RequestKind.DISCLOSE, by: tokens.Token | None = None) -> None:
    followups.ask(receipt.visit, kind, "すべての項目", by or token())


def move(receipt: Receipt, *path: str) -> None:
    for state in path:
        inquiry = receipt.inquiry
        if state == "open":
            states.take_up(inquiry)
        elif state == "answered":
            replies.answer(inquiry, "別紙のとおりです。", create_bob(), after=0)
        else:
            states.close(inquiry)


def is_to_be_erased(receipt: Receipt) -> bool:
    """Return what the page says and the worker sees, which is the same."""
    is_asked = receipt.visit.erasure is not None
    assert is_asked == requests.to_erase().filter(reference=receipt.reference).exists()
    return is_asked


def deliver() -> None:
    """Let every waiting mail have gone out."""
    while item := outbox.claim():
        outbox.finish(item)


# Messages


def test_a_message_is_sealed_for_staff_and_for_the_sender() -> None:
    receipt = send()
    write(receipt)
    message = Message.objects.get()
    assert (message.direction, message.kind, message.author) == ("in", "words", None)
    context = sealing.message_context(receipt.reference)
    assert sealing.open_sealed(bytes(message.sealed), context) == {"body": "追記です。"}
    assert [part.words for part in receipt.visit.thread] == ["追記です。"]
    assert "追記".encode() not in bytes(message.sealed) + bytes(message.sender_copy or b"")


def test_a_double_click_is_one_message_and_other_words_from_the_same_page_are_another() -> None:
    receipt, same = send(), token()
    for body in ("追記です。", "追記です。", "別の追記です。"):
        write(receipt, body, same)
    assert [part.words for part in receipt.visit.thread] == ["追記です。", "別の追記です。"]


def test_the_same_words_with_another_token_are_another_message() -> None:
    receipt = send()
    write(receipt)
    write(receipt)
    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_are_one_message() -> None:
    receipt, same = send(), token()
    visit, start = receipt.visit, threading.Barrier(2)

    def click() -> None:
        start.wait()
        try:
            followups.write(visit, "追記です。", same)
        except OperationalError:  # SQLite in memory doesn't wait for its turn
            pass
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ([], "new"),
        (["open"], "open"),
        (["open", "answered"], "open"),
        (["open", "answered", "closed"], "open"),
    ],
)
def test_an_inquiry_that_was_answered_or_closed_is_open_again(path: list[str], state: str) -> None:
    receipt = send()
    move(receipt, *path)
    write(receipt)
    inquiry = receipt.inquiry
    assert (inquiry.state, inquiry.closed_at) == (state, None)
    assert inquiry.wrote_again_at


def test_staff_take_the_mark_away_unless_the_sender_wrote_again_meanwhile() -> None:
    receipt = send()
    write(receipt)
    loaded = receipt.inquiry
    write(receipt, "もう一つ。")
    states.note_that_staff_read(loaded)
    assert receipt.inquiry.wrote_again_at
    states.note_that_staff_read(receipt.inquiry)
    assert not receipt.inquiry.wrote_again_at


def test_nothing_is_added_to_what_was_withdrawn() -> None:
    receipt = send()
    followups.withdraw(receipt.visit)
    with pytest.raises(followups.WithdrawnError):
        write(receipt)
    with pytest.raises(followups.WithdrawnError):
        correct(receipt, name="別の名前")
    assert not Message.objects.exists()


def test_twenty_a_day_are_enough_and_the_next_day_there_may_be_more() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        receipt = send()
        for number in range(10):
            write(receipt, str(number))
            ask(receipt)
        for refused in (write, ask, lambda receipt: correct(receipt, name="別の名前")):
            with pytest.raises(followups.TooManyError):
                refused(receipt)
        followups.ask(receipt.visit, RequestKind.ERASE, "", token())
        clock.shift(timedelta(days=1, seconds=1))
        write(receipt, "翌日")
    assert Message.objects.count() == 11


def test_other_senders_are_not_held_up() -> None:
    receipt, other = send(), send()
    for number in range(20):
        write(receipt, str(number))
    write(other)


def test_what_was_erased_meanwhile_takes_nothing() -> None:
    receipt = send()
    visit = receipt.visit
    receipt.inquiry.delete()
    for refused in (
        lambda: followups.write(visit, "追記です。", token()),
        lambda: followups.ask(visit, RequestKind.ERASE, "", token()),
        lambda: followups.correct(visit, visit.now, token(), after=0),
    ):
        with pytest.raises(Inquiry.DoesNotExist):
            refused()


# Corrections


def test_a_correction_holds_the_fields_that_changed_and_the_original_stays() -> None:
    receipt = send()
    assert correct(receipt, email="saki@example.jp", reply_by="telephone")
    message = Message.objects.get()
    opened = sealing.open_sealed(bytes(message.sealed), sealing.message_context(receipt.reference))
    assert opened == {"email": "saki@example.jp", "reply_by": "telephone"}
    visit = receipt.visit
    assert (visit.sent["email"], visit.now["email"]) == (TYPED["email"], "saki@example.jp")
    assert receipt.inquiry.reply_by == "telephone"
    assert receipt.inquiry.wrote_again_at
    original = sealing.open_sealed(bytes(receipt.inquiry.sealed), sealing.inquiry_context(receipt.reference))
    assert original["email"] == TYPED["email"]


def test_staff_and_worker_get_the_corrected_fields_and_see_what_they_replaced() -> None:
    receipt = send()
    for address in ("a@example.jp", "b@example.jp"):
        correct(receipt, email=address)
    correct(receipt, name="髙橋 咲子")
    opened = reveal.open_inquiry(receipt.inquiry, LookPurpose.SEND, ["email"])
    assert opened.document == {"email": "b@example.jp"}
    assert [old.get("email") for old in opened.replaced.values()] == [TYPED["email"], "a@example.jp", None]
    assert "髙橋" not in str(opened), "fields not asked for stay closed"
    assert opened.corrected == {}


def test_nothing_that_differs_is_no_correction() -> None:
    receipt = send()
    assert not correct(receipt)
    assert not Message.objects.exists()


def test_a_double_click_is_one_correction() -> None:
    receipt, same = send(), token()
    assert correct(receipt, same, after=0, name="別の名前")
    assert correct(receipt, same, after=0, name="別の名前")
    assert Message.objects.count() == 1


def test_a_page_left_open_in_another_window_undoes_nothing() -> None:
    receipt = send()
    correct(receipt, name="髙橋 咲子")
    with pytest.raises(followups.CorrectedMeanwhileError):
        correct(receipt, after=0, organization="別の会社")
    assert receipt.visit.now["name"] == "髙橋 咲子"


def test_only_details_can_be_corrected_whatever_a_correction_holds() -> None:
    receipt = send()
    correct(receipt, name="別の名前", message="MARKER", category="press")
    opened = reveal.open_inquiry(receipt.inquiry, LookPurpose.SEND, ["name", "message"])
    assert opened.document == {"name": "別の名前", "message": TYPED["message"]}
    now, replaced = corrections.apply({"name": "a", "message": "b"}, [(7, {"name": "c", "message": "d", "x": "y"})])
    assert (now, replaced) == ({"name": "c", "message": "b"}, {7: {"name": "a"}})


# Where mails go: nobody's answers are led away in silence, and nobody is flooded


def notices() -> list[OutboxItem]:
    return list(OutboxItem.objects.filter(kind="moved"))


def test_the_former_address_is_told_once_it_was_written_to() -> None:
    receipt = send()
    deliver()
    correct(receipt, email="saki@example.jp")
    assert [item.message for item in notices()] == [Message.objects.get()]


def test_an_address_that_was_never_written_to_is_told_nothing() -> None:
    receipt = send()
    correct(receipt, email="saki@example.jp")
    assert notices() == []


def test_changing_addresses_to_and_fro_sends_one_notice() -> None:
    receipt = send()
    deliver()
    for number in range(8):
        correct(receipt, email=f"{number % 2}@example.jp")
        deliver()
    assert len(notices()) == 1


def test_a_new_mail_to_the_new_address_lets_it_be_told_in_turn() -> None:
    receipt = send()
    deliver()
    correct(receipt, email="a@example.jp")
    move(receipt, "open", "answered")
    deliver()
    correct(receipt, email="b@example.jp")
    assert len(notices()) == 2


def test_another_detail_is_nobody_else_s_business() -> None:
    receipt = send()
    deliver()
    correct(receipt, telephone="03-9999-9999")
    assert notices() == []


# The tick, the withdrawal


def test_the_tick_is_made_and_withdrawn_with_its_time() -> None:
    receipt = send()
    assert (receipt.inquiry.publish_name, receipt.inquiry.publish_name_changed_at) == (False, None)
    followups.publish_name(receipt.visit, agreed=True)
    first = receipt.inquiry.publish_name_changed_at
    assert receipt.inquiry.publish_name
    followups.publish_name(receipt.visit, agreed=True)
    assert receipt.inquiry.publish_name_changed_at == first, "the same again is no change"
    followups.publish_name(receipt.visit, agreed=False)
    assert not receipt.inquiry.publish_name


@pytest.mark.parametrize("path", [[], ["open"], ["open", "answered"]])
def test_an_inquiry_is_withdrawn_from_wherever_it_stands(path: list[str]) -> None:
    receipt = send()
    move(receipt, *path)
    followups.withdraw(receipt.visit)
    inquiry = receipt.inquiry
    assert (inquiry.state, inquiry.closed_because) == ("closed", "withdrawn")
    assert inquiry.closed_at


def test_withdrawing_twice_keeps_the_first_time_and_what_staff_closed_stays_closed_by_them() -> None:
    receipt, other = send(), send()
    followups.withdraw(receipt.visit)
    first = receipt.inquiry.closed_at
    followups.withdraw(receipt.visit)
    assert receipt.inquiry.closed_at == first
    move(other, "open", "closed")
    followups.withdraw(other.visit)
    assert other.inquiry.closed_because == ""


def test_staff_may_take_up_again_what_was_withdrawn() -> None:
    receipt = send()
    followups.withdraw(receipt.visit)
    states.reopen(receipt.inquiry)
    assert (receipt.inquiry.state, receipt.inquiry.closed_because) == ("open", "")
    write(receipt)


# Requests about personal data


def test_a_request_is_due_two_weeks_after_the_day_it_was_made() -> None:
    late = datetime(2026, 11, 25, 23, 59, tzinfo=ZoneInfo("Asia/Tokyo"))
    with time_machine.travel(late, tick=False):
        receipt = send()
        ask(receipt)
    request = DataRequest.objects.get()
    assert (request.kind, request.state, request.due_on) == ("disclose", "open", date(2026, 12, 9))
    assert [asked.words for asked in receipt.visit.asked] == ["すべての項目"]
    context = sealing.request_context(receipt.reference)
    assert sealing.open_sealed(bytes(request.sealed), context) == {"body": "すべての項目"}


def test_a_double_click_is_one_request_and_there_may_be_several() -> None:
    receipt, same = send(), token()
    ask(receipt, by=same)
    ask(receipt, by=same)
    ask(receipt, RequestKind.STOP, same)
    ask(receipt)
    assert [asked.request.kind for asked in receipt.visit.asked] == ["disclose", "stop", "disclose"]


def test_erasure_is_asked_for_once_at_a_time() -> None:
    receipt = send()
    assert not is_to_be_erased(receipt)
    for _click in range(2):
        ask(receipt, RequestKind.ERASE)
    assert is_to_be_erased(receipt)
    requests.decide(DataRequest.objects.get(), RequestState.REFUSED, "法令により保管します。", create_bob())
    assert not is_to_be_erased(receipt)
    ask(receipt, RequestKind.ERASE)
    assert is_to_be_erased(receipt)


def test_without_a_public_key_nothing_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    receipt = send()
    monkeypatch.setattr(sealing, "key_folder", lambda: tmp_path)
    for refused in (write, ask, lambda receipt: correct(receipt, name="別の名前")):
        with pytest.raises(sealing.SealingError):
            refused(receipt)
    assert not Message.objects.exists()
    assert not DataRequest.objects.exists()


# What the database refuses, whoever asks


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"direction": "up"}, "inquiries_message_(direction_valid|names_its_author|kind_valid)"),
        ({"kind": "song"}, "inquiries_message_kind_valid"),
        ({"direction": "out", "kind": "correction"}, "inquiries_message_(kind_valid|names_its_author)"),
        ({"direction": "out"}, "inquiries_message_names_its_author"),
        ({"sender_copy": None}, "inquiries_message_names_its_author"),
        ({"token_digest": None}, "inquiries_message_names_its_author"),
    ],
)
def test_a_message_that_must_not_be_is_refused(changes: dict[str, Any], constraint: str) -> None:
    row = {
        "inquiry": send().inquiry,
        "direction": "in",
        "written_at": timezone.now(),
        "token_digest": "0" * 64,
        "sealed": b"x",
        "sender_copy": b"x",
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Message.objects.create(**row | changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"kind": "tea"}, "inquiries_request_kind_valid"),
        ({"state": "lost"}, "inquiries_request_(state_valid|decided_has_its_time)"),
        ({"state": "done"}, "inquiries_request_decided_has_its_time"),
        ({"decided_at": timezone.now()}, "inquiries_request_decided_has_its_time"),
        ({"state": "refused", "decided_at": timezone.now()}, "inquiries_request_refused_has_its_reason"),
        ({"kind": "erase"}, "inquiries_request_one_erasure|inquiries_datarequest.inquiry_id"),
    ],
)
def test_a_request_that_must_not_be_is_refused(changes: dict[str, Any], constraint: str) -> None:
    receipt = send()
    ask(receipt, RequestKind.ERASE)
    row = {
        "inquiry": receipt.inquiry,
        "kind": "stop",
        "made_at": timezone.now(),
        "due_on": date(2026, 12, 9),
        "token_digest": "0" * 64,
        "sealed": b"x",
        "sender_copy": b"x",
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        DataRequest.objects.create(**row | changes)
