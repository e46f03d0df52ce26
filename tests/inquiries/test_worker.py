"""The worker in this process: what it sends, what it opens for it, and what it does when something is in the way."""

import logging
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, IntegrityError, OperationalError
from django.utils import timezone

from consent.jobs import Job
from consent.models import Controller
from inquiries import delivery, emails, keyring, limits, outbox, reveal, sealing, worker
from inquiries.models import Inquiry, Look, OutboxItem, WorkerBeat
from inquiries.worker import Stop, Worker
from tests.inquiries.mails import ADDRESS, DOCUMENT, create_acknowledgement, create_answer, create_inquiry
from tests.inquiries.visits import correct, send
from tests.smtp import DROP, Server

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Path:
    caplog.set_level(logging.INFO)
    settings.MAIL_URL, settings.OUTGOING_DIR = None, tmp_path
    return tmp_path


def work() -> bool:
    return Worker(Stop()).turn()


def read(item: OutboxItem) -> OutboxItem:
    return OutboxItem.objects.get(pk=item.pk)


def make_due(item: OutboxItem) -> None:
    OutboxItem.objects.filter(pk=item.pk).update(due_at=timezone.now())


# Jobs


def test_a_job_is_done_at_once_and_then_when_its_time_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    often = Job(lambda: done.append("often"), every=timedelta(0))
    seldom = Job(lambda: done.append("seldom"), every=timedelta(hours=1))
    monkeypatch.setattr(worker, "JOBS", [often, seldom])
    one = Worker(Stop())
    assert [one.turn(), one.turn()] == [True, True]
    assert done == ["often", "seldom", "often"]


def test_what_was_counted_is_forgotten_by_the_worker(settings: LazySettings, tmp_path: Path) -> None:
    settings.KEYS_DIR = tmp_path
    old = limits.key_folder() / "2026-01-01.key"
    old.parent.mkdir()
    old.write_bytes(bytes(32))
    work()
    assert not old.exists()


# Sending


def test_acknowledgement_and_answer_are_sent_in_one_thread(settings: LazySettings) -> None:
    inquiry = create_inquiry("en")
    first, second = create_acknowledgement(inquiry), create_answer(inquiry, "Here it is.")
    Controller.objects.filter(pk=1).update(reply_time_en="5 working days", reply_time_ja="5営業日")
    with Server() as server:
        settings.MAIL_URL = server.setting()
        assert work()
    acknowledgement, answer = (arrived.mail for arrived in server.arrived)
    assert acknowledgement["Message-ID"] == first.mail_id
    assert "within 5 working days." in acknowledgement.get_content()
    assert answer["Message-ID"] == second.mail_id
    assert answer["In-Reply-To"] == answer["References"] == first.mail_id
    assert "Here it is." in answer.get_content()
    assert [arrived.recipients for arrived in server.arrived] == [[ADDRESS], [ADDRESS]]
    assert [read(item).delivery for item in (first, second)] == ["sent", "sent"]


def test_each_of_two_answers_carries_its_own_words(settings: LazySettings) -> None:
    inquiry = create_inquiry("en")
    create_answer(inquiry, "the first words")
    create_answer(inquiry, "the second words")
    with Server() as server:
        settings.MAIL_URL = server.setting()
        work()
    texts = [arrived.mail.get_content() for arrived in server.arrived]
    assert [("first words" in text, "second words" in text) for text in texts] == [(True, False), (False, True)]


def test_every_opening_is_recorded_as_the_workers_own() -> None:
    """Clause S5: who (nobody of the staff), why and which fields, a repeated try again."""
    inquiry = create_inquiry()
    item = create_acknowledgement(inquiry)
    create_answer(inquiry)
    work()
    looks = [(look.inquiry, look.by, look.purpose, look.fields) for look in Look.objects.order_by("pk")]
    assert looks == [
        (inquiry, None, "acknowledge", "email"),
        (inquiry, None, "send", "email,thread"),
        (inquiry, None, "index", "email,telephone,name"),
    ]
    OutboxItem.objects.filter(pk=item.pk).update(delivery="waiting", done_at=None)
    make_due(item)
    work()
    assert Look.objects.filter(purpose="acknowledge").count() == 2


def test_answers_go_to_the_corrected_address_and_the_former_one_is_told(settings: LazySettings) -> None:
    receipt = send(email="first@example.jp")
    with Server() as server:
        settings.MAIL_URL = server.setting()
        assert work()
        correct(receipt, email="second@example.jp")
        answer = create_answer(receipt.inquiry, "Here it is.")
        assert work()
    assert [arrived.recipients for arrived in server.arrived] == [
        ["first@example.jp"],
        ["first@example.jp"],
        ["second@example.jp"],
    ]
    assert "アドレスが変更されました" in server.arrived[1].mail["Subject"]
    assert "second@" not in server.arrived[1].mail.as_string()
    assert server.arrived[2].mail["Message-ID"] == answer.mail_id
    assert [look.fields for look in Look.objects.order_by("pk")] == [
        "email",
        "email,telephone,name",
        "email",
        "email,thread",
        "email,telephone,name",
    ]


def test_an_acknowledgement_still_waiting_goes_to_the_corrected_address(settings: LazySettings) -> None:
    receipt = send(email="first@example.jp")
    correct(receipt, email="second@example.jp")
    with Server() as server:
        settings.MAIL_URL = server.setting()
        assert work()
    assert [str(arrived.mail["To"]) for arrived in server.arrived] == ["second@example.jp"]
    assert receipt.code not in server.arrived[0].mail.as_string()


def test_nothing_is_opened_while_the_mail_server_is_down(settings: LazySettings) -> None:
    item = create_acknowledgement()
    with Server() as server:
        settings.MAIL_URL = server.setting()
    assert work()
    assert (read(item).delivery, read(item).problem) == ("waiting", "connection")
    assert not Look.objects.filter(purpose__in=["acknowledge", "send"]).exists()


def test_a_mail_that_is_sent_is_not_sent_again(folder: Path) -> None:
    create_acknowledgement()
    work()
    for path in folder.iterdir():
        path.unlink()
    work()
    assert list(folder.iterdir()) == []


# When something is in the way


@pytest.mark.parametrize(
    ("says", "acknowledgement", "answer"),
    [
        ({"RCPT": "450 grey"}, ("waiting", "later 450"), ("waiting", "later 450")),
        ({"RCPT": "550 gone"}, ("failed", "refused 550"), ("failed", "refused 550")),
        ({"DATA": DROP}, ("waiting", "connection"), ("waiting", "connection")),
        ({"CONTENT": DROP}, ("waiting", "uncertain"), ("uncertain", "uncertain")),
    ],
)
def test_what_a_server_does_stands_in_the_outbox(
    settings: LazySettings, says: dict[str, str], acknowledgement: tuple[str, str], answer: tuple[str, str]
) -> None:
    items = [create_acknowledgement(), create_answer()]
    with Server(says) as server:
        settings.MAIL_URL = server.setting()
        assert work()
    assert [(read(item).delivery, read(item).problem) for item in items] == [acknowledgement, answer]


def test_an_uncertain_acknowledgement_goes_out_again_with_its_message_id(settings: LazySettings) -> None:
    item = create_acknowledgement()
    with Server({"CONTENT": DROP}) as server:
        settings.MAIL_URL = server.setting()
        work()
        server.says.clear()
        make_due(item)
        work()
    assert [arrived.mail["Message-ID"] for arrived in server.arrived] == [item.mail_id, item.mail_id]
    assert server.arrived[0].data == server.arrived[1].data
    assert read(item).delivery == "sent"


def test_an_inquiry_without_its_key_waits_and_the_others_go_on(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    stuck, other = create_acknowledgement(), create_acknowledgement()
    envelope = bytearray(bytes(stuck.inquiry.sealed))
    envelope[5:12] = b"2020-01"  # the name of a key that nobody has
    Inquiry.objects.filter(pk=stuck.inquiry_id).update(sealed=bytes(envelope))
    assert work()
    assert (read(stuck).delivery, read(stuck).problem) == ("waiting", "key")
    assert read(other).delivery == "sent"
    assert stuck.mail_id in caplog.text


def test_an_address_that_no_mail_can_carry_fails_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    bad = create_acknowledgement(create_inquiry(address="a@example.jp, b@example.jp"))
    other = create_acknowledgement()
    assert work()
    assert (read(bad).delivery, read(bad).problem) == ("failed", "address")
    assert read(other).delivery == "sent"
    assert "example.jp" not in caplog.text


def test_an_error_of_ours_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, other = create_answer(), create_acknowledgement()

    def fail(*args: Any, **options: Any) -> None:
        raise KeyError(ADDRESS)

    monkeypatch.setattr(emails, "answer", fail)
    assert work()
    assert (read(bad).delivery, read(bad).problem) == ("waiting", "error")
    assert read(other).delivery == "sent"


def test_an_error_of_ours_after_the_hand_over_is_uncertain(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = create_answer()

    def fail(code: int) -> None:
        raise KeyError(code)

    monkeypatch.setattr(delivery, "_judge_answer", fail)
    with Server() as server:
        settings.MAIL_URL = server.setting()
        work()
    assert read(item).delivery == "uncertain"


def test_an_inquiry_that_is_erased_in_the_meantime_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def erased(*args: Any, **options: Any) -> None:
        OutboxItem.objects.all().delete()
        raise IntegrityError("no such inquiry")

    create_acknowledgement()
    monkeypatch.setattr(worker, "open_inquiry", erased)
    assert work()


def test_who_lost_the_claim_sends_nothing(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    item = create_answer()

    def slowly(*args: Any, **options: Any) -> reveal.Opened:
        OutboxItem.objects.filter(pk=item.pk).update(due_at=timezone.now(), attempts=2)  # another one's claim
        return reveal.open_inquiry(*args, **options)

    monkeypatch.setattr(worker, "open_inquiry", slowly)
    with Server() as server:
        settings.MAIL_URL = server.setting()
        assert work()
    assert server.arrived == []


@pytest.mark.django_db(transaction=True)
def test_what_is_known_of_a_mail_outlives_a_database_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    item = create_acknowledgement()
    finish, calls = outbox.finish, []

    def fail_twice(claimed: OutboxItem) -> bool:
        calls.append(claimed)
        if len(calls) < 3:
            raise OperationalError("gone")
        return finish(claimed)

    monkeypatch.setattr(outbox, "finish", fail_twice)
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0)
    assert work()
    assert read(item).delivery == "sent"


# The loop


def test_the_key_of_a_new_month_is_made(settings: LazySettings, tmp_path: Path) -> None:
    settings.KEYS_DIR = tmp_path / "keys"
    work()
    work()
    assert len(list(sealing.key_folder().glob(f"{timezone.localdate():%Y-%m}-*.private.pem"))) == 1


def test_a_job_that_fails_stops_no_other_and_is_named_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(today: object) -> None:
        raise PermissionError("keys")

    item = create_acknowledgement()
    ensure_key = keyring.ensure_key
    monkeypatch.setattr(keyring, "ensure_key", fail)
    one = Worker(Stop())
    assert not one.turn()
    assert not one.turn()
    assert read(item).delivery == "sent"
    assert caplog.text.count("The job make_key_of_the_month failed") == 1
    monkeypatch.setattr(keyring, "ensure_key", ensure_key)
    assert one.turn()
    assert caplog.text.count("works again") == 1


@pytest.mark.parametrize("error", [OperationalError, DatabaseError])
def test_a_database_that_is_down_is_waited_for_quietly(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: type[Exception]
) -> None:
    def fail() -> None:
        raise error("password authentication failed for user x")

    item = create_acknowledgement()
    claim = outbox.claim
    monkeypatch.setattr(outbox, "claim", fail)
    one = Worker(Stop())
    assert [one.turn(), one.turn(), one.turn()] == [False, False, False]
    assert len(caplog.records) == 1
    monkeypatch.setattr(outbox, "claim", claim)
    assert one.turn()
    assert read(item).delivery == "sent"


def test_logs_hold_nothing_of_the_sender(settings: LazySettings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    item = create_acknowledgement()
    with Server({"RCPT": f"450 {ADDRESS} is greylisted"}) as server:
        settings.MAIL_URL = server.setting()
        work()
        server.says["RCPT"] = f"550 {ADDRESS} is unknown"
        make_due(item)
        work()
    assert item.mail_id in caplog.text
    for value in DOCUMENT.values():
        assert value not in caplog.text


def test_a_beat_says_when_the_worker_was_alive() -> None:
    before = timezone.now()
    worker.beat()
    worker.beat()
    assert before <= WorkerBeat.objects.get().seen_at <= timezone.now()


def test_a_worker_that_is_stuck_shows_no_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[float] = []
    monkeypatch.setattr(worker, "beat", lambda: beats.append(time.monotonic()))
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.01)
    one = Worker(Stop())
    with worker.Pulse(one):
        wait_until(lambda: len(beats) > 2)
        one.turned_at -= worker.LONGEST_TURN_SECONDS
        time.sleep(0.05)
        so_far = len(beats)
        time.sleep(0.1)
        assert len(beats) == so_far


def test_a_beat_that_fails_is_followed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[float] = []

    def fail() -> None:
        beats.append(time.monotonic())
        raise OperationalError("gone")

    monkeypatch.setattr(worker, "beat", fail)
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.01)
    with worker.Pulse(Worker(Stop())):
        wait_until(lambda: len(beats) > 2)


def test_the_wish_to_stop_ends_the_wait_at_once() -> None:
    stop = Stop()
    threading.Timer(0.05, stop.wish).start()
    began = time.monotonic()
    assert stop.wait(10)
    assert stop.wait(10)
    assert time.monotonic() - began < 5


@pytest.mark.django_db(transaction=True)
def test_the_wish_to_stop_leaves_the_next_mail_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = create_acknowledgement(), create_acknowledgement()
    stop = Stop()
    finish = outbox.finish

    def finish_and_stop(item: OutboxItem) -> bool:
        stop.wish()
        return finish(item)

    monkeypatch.setattr(outbox, "finish", finish_and_stop)
    monkeypatch.setattr(worker, "beat", lambda: None)
    Worker(stop).run()
    assert [read(item).delivery for item in (first, second)] == ["sent", "waiting"]


def wait_until(is_so: Any) -> None:
    end = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)
