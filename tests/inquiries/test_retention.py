"""How long things are kept, and that they end on their day (clause S5; "How long" of the policy)."""

import os
import sqlite3
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from inquiries import erasures, holds, outgoing, replies, retention, retention_run, reveal, sealing
from inquiries.models import (
    ErasedInquiry,
    ErasureReason,
    Hold,
    Inquiry,
    Look,
    LookPurpose,
    Message,
    OutboxItem,
    RetentionRun,
)
from inquiries.worker import Stop, Worker
from tests.inquiries import visits
from tests.inquiries.kept import create_answered, create_closed, create_hold
from tests.inquiries.mails import DOCUMENT, create_acknowledgement, create_answer, create_inquiry
from tests.staff.people import create_bob

pytestmark = pytest.mark.django_db

NOW = "2026-11-24T12:00:00+09:00"


@pytest.fixture(autouse=True)
def _folders(settings: LazySettings, tmp_path: Path) -> None:
    for name in ("ERASURES_DIR", "OUTGOING_DIR"):
        folder = tmp_path / name
        folder.mkdir()
        setattr(settings, name, folder)
    settings.MAIL_URL = None


def erase_due(*options: str) -> str:
    out = StringIO()
    call_command("erase_due", *options, stdout=out)
    return out.getvalue()


def remaining() -> set[str]:
    return set(Inquiry.objects.values_list("reference", flat=True))


# The days


def test_the_days_are_those_of_the_policy(settings: LazySettings) -> None:
    assert (settings.INQUIRY_RETENTION_DAYS, settings.INQUIRY_CLOSING_DAYS) == (365, 60)
    assert settings.LOOK_DAYS == 1096, "three years, whichever has the leap day"
    assert settings.BACKUP_DAYS == 35


@pytest.mark.parametrize(("days_ago", "is_gone"), [(364.99, False), (365.01, True), (4000, True)])
def test_an_inquiry_is_erased_a_year_after_it_was_closed(days_ago: float, is_gone: bool) -> None:
    create_closed(days_ago)
    erase_due()
    assert Inquiry.objects.exists() is not is_gone


def test_how_long_is_a_setting(settings: LazySettings) -> None:
    settings.INQUIRY_RETENTION_DAYS = 30
    inquiry = create_closed(29)
    assert retention.erased_on(inquiry) == timezone.localdate() + timedelta(days=1)
    create_closed(31)
    erase_due()
    assert remaining() == {inquiry.reference}


@pytest.mark.parametrize("state", ["new", "open", "answered"])
def test_an_inquiry_that_is_not_closed_is_not_erased_however_old(state: str) -> None:
    inquiry = create_inquiry(state=state, received_at=timezone.now() - timedelta(days=5000))
    Inquiry.objects.filter(pk=inquiry.pk).update(state=state)
    assert retention.erased_on(inquiry) is None
    retention_run.run()
    assert remaining() == {inquiry.reference}


@pytest.mark.parametrize(("days_ago", "state"), [(59.9, "answered"), (60.1, "closed")])
def test_an_answered_inquiry_closes_by_itself_60_days_after_the_last_answer(days_ago: float, state: str) -> None:
    inquiry = create_answered(days_ago)
    retention_run.run()
    inquiry.refresh_from_db()
    assert inquiry.state == state
    assert (inquiry.closed_at is not None) == (state == "closed")


def test_a_later_answer_keeps_an_inquiry_open() -> None:
    inquiry = create_answered(100)
    create_answer(inquiry)
    retention_run.run()
    assert Inquiry.objects.get().state == "answered"


def test_an_answered_inquiry_without_an_answer_closes_too() -> None:
    create_inquiry(state="answered", received_at=timezone.now() - timedelta(days=61))
    retention_run.run()
    assert Inquiry.objects.get().state == "closed"


def test_an_answer_that_comes_while_it_would_be_closed_keeps_it_open() -> None:
    inquiry, now = create_answered(61), timezone.now()
    replies.answer(inquiry, "もう一度", User.objects.get(username="staff"), after=1)
    assert not retention_run._close(inquiry.pk, now)
    assert Inquiry.objects.get().state == "answered"


def test_an_inquiry_that_is_taken_up_again_meanwhile_is_not_erased() -> None:
    inquiry, now = create_closed(400), timezone.now()
    Inquiry.objects.update(state="open", closed_at=None)
    assert not retention.erase_if_due(inquiry.pk, now)
    assert remaining() == {inquiry.reference}


@time_machine.travel(NOW, tick=False)
def test_the_day_of_erasure_is_told_as_the_calendar_of_the_site_has_it() -> None:
    """23:30 UTC is the next day in Tokyo."""
    inquiry = create_inquiry(state="closed", closed_at="2026-11-23T23:30:00Z")
    inquiry.refresh_from_db()
    assert str(retention.erased_on(inquiry)) == "2027-11-24"


# What is gone and what remains


def test_nothing_but_a_row_for_statistics_and_who_looked_remains() -> None:
    bob = create_bob()
    inquiry = create_closed(400)
    create_acknowledgement(inquiry)
    create_answer(inquiry)
    hold = create_hold(inquiry)
    holds.release(inquiry, bob)
    Worker(Stop()).deliver()
    reveal.open_inquiry(inquiry, LookPurpose.PLAN, ["name", "holds"], by=bob, reason="髙橋様の件")
    assert len(list(outgoing._folder().iterdir())) == 2
    retention.erase(inquiry, ErasureReason.TERM)
    for model in (Inquiry, Message, OutboxItem, Hold):
        assert not model.objects.exists(), model
    assert list(outgoing._folder().iterdir()) == []
    look = Look.objects.get(by=bob)
    assert (look.inquiry, look.reference, look.purpose, look.fields) == (None, inquiry.reference, "plan", "name,holds")
    assert look.reason_sealed is None, "staff may have named the sender in it"
    assert hold.pk
    assert ErasedInquiry.objects.count() == 1


def test_the_row_for_statistics_counts_the_days_to_the_first_answer() -> None:
    received = timezone.now() - timedelta(days=500)
    inquiry = create_closed(400, received=received)
    for days in (5.9, 8):
        create_answer(inquiry)
        last = Message.objects.latest("pk")
        Message.objects.filter(pk=last.pk).update(written_at=received + timedelta(days=days))
    retention.erase(inquiry, ErasureReason.REQUEST)
    row = ErasedInquiry.objects.values().get()
    assert {name: value for name, value in row.items() if name != "id"} == {
        "category": "capacity_market",
        "month": f"{timezone.localdate(received):%Y-%m}",
        "language": "ja",
        "channel": "form",
        "days_to_answer": 5,
        "reason": "request",
    }


def test_what_was_never_answered_has_no_days_to_the_answer() -> None:
    retention.erase(create_closed(400), ErasureReason.SPAM)
    assert ErasedInquiry.objects.get().days_to_answer is None


def test_the_statistics_have_no_column_that_could_name_anybody() -> None:
    columns = {field.name for field in ErasedInquiry._meta.get_fields()}
    assert columns == {"id", "category", "month", "language", "channel", "days_to_answer", "reason"}


def test_erasing_what_is_gone_does_nothing() -> None:
    inquiry = create_closed(400)
    retention.erase(inquiry, ErasureReason.TERM)
    retention.erase(inquiry, ErasureReason.TERM)
    assert ErasedInquiry.objects.count() == 1
    assert len(erasures.noted()) == 1


def test_looks_leave_the_log_after_three_years() -> None:
    inquiry, bob = create_inquiry(), create_bob()
    for days in (1095.9, 1096.1):
        look = reveal.record_look(inquiry, LookPurpose.ANSWER, ["name"], by=bob, reason="")
        Look.objects.filter(pk=look.pk).update(at=timezone.now() - timedelta(days=days))
    assert retention_run.run().counts["looks"] == 1
    assert Look.objects.count() == 1


# Files


def test_files_of_mails_are_removed_after_a_week(settings: LazySettings) -> None:
    old = outgoing.finished("<old@example.jp>"), outgoing.unfinished("<old@example.jp>")
    young, others = outgoing.finished("<young@example.jp>"), settings.OUTGOING_DIR / "notes.txt"
    for path in (*old, young, others):
        path.write_text(DOCUMENT["email"])
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        os.utime(young, (timezone.now().timestamp(),) * 2)
        assert retention_run.run().counts["files"] == 2
    assert sorted(settings.OUTGOING_DIR.iterdir()) == sorted([young, others])


# What is in the way


def test_where_the_ledger_cannot_be_written_nothing_is_erased(settings: LazySettings) -> None:
    inquiry = create_closed(400)
    settings.ERASURES_DIR = settings.ERASURES_DIR / "gone"
    with pytest.raises(CommandError, match="The erasure ledger cannot be written"):
        erase_due()
    assert remaining() == {inquiry.reference}
    run = RetentionRun.objects.get()
    assert (run.problem, run.overdue) == ("ledger", 1)


def test_where_a_file_cannot_be_removed_its_inquiry_stays(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    inquiry = create_closed(400)
    create_answer(inquiry)

    def fail(*_: object, **__: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", fail)
        with pytest.raises(retention_run.RetentionError):
            retention_run.run()
    assert remaining() == {inquiry.reference}
    assert RetentionRun.objects.get().problem == "files"
    retention_run.run()
    assert not remaining()
    assert ErasedInquiry.objects.count() == 1


def test_one_step_that_fails_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    inquiry = create_answered(61)
    create_closed(400)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(retention, "erase", fail)
    with pytest.raises(retention_run.RetentionError):
        retention_run.run()
    inquiry.refresh_from_db()
    assert inquiry.state == "closed"
    assert (RetentionRun.objects.get().problem, RetentionRun.objects.get().overdue) == ("error", 1)


def test_a_database_that_is_away_is_no_problem_of_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(retention, "erased_before", fail)
    with pytest.raises(OperationalError):
        retention_run.run()


def test_what_takes_too_long_is_gone_on_with_in_the_next_run() -> None:
    for _ in range(3):
        create_closed(400)
    assert retention_run.run(seconds=-1).counts["erased"] == 1
    assert RetentionRun.objects.get().overdue == 2
    assert retention_run.run().counts["erased"] == 2


def test_more_than_a_batch_is_erased_in_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_run, "BATCH", 2)
    for _ in range(5):
        create_closed(400)
    assert retention_run.run().counts["erased"] == 5


# The worker and the command


def test_the_worker_does_it() -> None:
    create_closed(400)
    assert Worker(Stop()).turn()
    assert not Inquiry.objects.exists()
    assert RetentionRun.objects.get().counts["erased"] == 1


def test_a_dry_run_says_how_much_ends_on_which_day_and_changes_nothing() -> None:
    for days in (400, 366, 363.5):
        create_closed(days)
    create_hold(create_closed(500))
    create_answered(61)
    with time_machine.travel(timezone.now(), tick=False):
        said = erase_due("--dry-run")
        day = timezone.localtime() + timedelta(days=2)
    assert f"Inquiries erased: 2 now, 1 until {day:%Y-%m-%d %H:%M}\n" in said
    assert "Closed after their last answer: 1 now\n" in said
    assert "Looks taken out of the log: none within 7 days\n" in said
    assert "Kept by a hold: 1\nNothing was changed.\n" in said
    assert not [inquiry for inquiry in Inquiry.objects.all() if inquiry.reference in said]
    assert Inquiry.objects.count() == 5
    assert not RetentionRun.objects.exists()


def test_the_command_says_what_it_did() -> None:
    create_closed(400)
    assert "Inquiries erased: 1\n" in erase_due()
    assert "Inquiries erased: 0\n" in erase_due()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_what_is_erased_is_overwritten_in_a_sqlite_file(tmp_path: Path) -> None:
    """The database's own file and its log hold nothing of it any more."""
    marker = sealing.seal({"name": "MARKER"}, "x")
    create_inquiry(sealed=marker, state="closed", closed_at=timezone.now() - timedelta(days=400))
    path = tmp_path / "site.sqlite3"
    copy = sqlite3.connect(path)
    connection.connection.backup(copy)
    copy.close()
    assert marker in path.read_bytes()
    manage_on(path, "erase_due")
    files = list(tmp_path.glob("site.sqlite3*"))
    assert files
    assert not [file for file in files if marker[20:] in file.read_bytes()]


def manage_on(path: Path, *arguments: str) -> None:
    root = Path(__file__).parents[2]
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{path}"}
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=root, env=environment, check=True)


# What the sender or staff decided


def test_what_a_sender_asked_to_be_erased_goes_with_the_next_run() -> None:
    asked, other = visits.send(), visits.send(name="別の人")
    visits.erase(asked)
    assert "1" in erase_due("--dry-run")
    assert Inquiry.objects.count() == 2
    erase_due()
    assert remaining() == {other.reference}
    assert ErasedInquiry.objects.get().reason == "request"


def test_where_a_hold_keeps_it_staff_decide_on_the_erasure() -> None:
    receipt = visits.send()
    create_hold(receipt.inquiry)
    visits.erase(receipt)
    erase_due()
    assert remaining() == {receipt.reference}


@pytest.mark.parametrize(("days_ago", "is_gone"), [(29.9, False), (30.1, True)])
def test_spam_is_erased_a_month_after_staff_confirmed_it(days_ago: float, is_gone: bool) -> None:
    create_inquiry(state="spam", closed_at=timezone.now() - timedelta(days=days_ago))
    erase_due()
    assert Inquiry.objects.exists() is not is_gone


def test_what_nobody_has_looked_at_stays_in_quarantine() -> None:
    create_inquiry(state="quarantine", suspicions="trap", received_at=timezone.now() - timedelta(days=4000))
    erase_due()
    assert Inquiry.objects.get().state == "quarantine"
