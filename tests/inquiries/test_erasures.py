"""The ledger of erasures: on the disk before anything is erased, and read after a restore."""

import stat
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.utils import timezone

from inquiries import erasures, holds, retention, retention_run
from inquiries.models import ErasedInquiry, ErasureReason, Hold, Inquiry
from tests.inquiries.kept import create_closed, create_hold
from tests.inquiries.mails import DOCUMENT, create_inquiry

TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def ledger(settings: LazySettings, tmp_path: Path) -> Path:
    settings.ERASURES_DIR = tmp_path
    return erasures.path()


def note(token_digest: str, reason: ErasureReason = ErasureReason.TERM) -> None:
    erasures.note(token_digest, reason, TODAY)


def bring_back(inquiry: Inquiry) -> None:
    """Write the row of an erased inquiry again, as a restored backup does."""
    Inquiry.objects.bulk_create([inquiry])


def test_a_line_holds_the_day_a_digest_and_the_reason(ledger: Path) -> None:
    note("a" * 64, ErasureReason.REQUEST)
    note("b" * 64)
    digests = [erasures.digest_of(letter * 64) for letter in "ab"]
    assert ledger.read_text() == f"2026-11-24 {digests[0]} request\n2026-11-24 {digests[1]} term\n"
    assert erasures.noted() == {
        digests[0]: erasures.Erasure(TODAY, ErasureReason.REQUEST),
        digests[1]: erasures.Erasure(TODAY, ErasureReason.TERM),
    }
    assert erasures.is_noted("a" * 64)
    assert not erasures.is_noted("c" * 64)
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600


def test_there_is_none_before_the_first_erasure() -> None:
    assert erasures.noted() == {}


def test_a_line_that_was_cut_short_costs_no_other_line(ledger: Path) -> None:
    note("a" * 64)
    with ledger.open("a") as file:
        file.write("2026-11-24 0123456789")
    note("b" * 64)
    assert set(erasures.noted()) == {erasures.digest_of(letter * 64) for letter in "ab"}


def test_a_reason_that_a_later_version_knows_is_an_erasure_all_the_same(ledger: Path) -> None:
    ledger.write_text(f"2026-11-24 {'0' * 64} moved\n")
    assert erasures.noted()["0" * 64].reason == ErasureReason.TERM


@pytest.mark.parametrize("act", [note, erasures.is_noted])
def test_a_ledger_that_cannot_be_used_is_told_with_the_cure(ledger: Path, act: object) -> None:
    ledger.mkdir()
    with pytest.raises(erasures.LedgerError, match=r"The erasure ledger .*ledger\.txt can't be .*; "):
        act("a" * 64)  # type: ignore[operator]


def test_the_ledger_leads_nowhere_through_a_link(ledger: Path, tmp_path: Path) -> None:
    ledger.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(erasures.LedgerError):
        note("a" * 64)


@pytest.mark.django_db
def test_an_erasure_is_noted_without_a_word_about_whose_it_was(ledger: Path) -> None:
    inquiry = create_closed(400)
    retention.erase(inquiry, ErasureReason.REQUEST)
    text = ledger.read_text()
    assert erasures.digest_of(inquiry.token_digest) in text
    known = [inquiry.reference, inquiry.token_digest, *DOCUMENT.values()]
    assert [word for word in known if word in text] == []


@pytest.mark.django_db
def test_what_was_erased_and_came_back_is_erased_again_for_its_reason() -> None:
    erased, other = create_inquiry(), create_inquiry()
    retention.erase(erased, ErasureReason.REQUEST)
    ErasedInquiry.objects.all().delete()
    bring_back(erased)
    assert retention_run.run().counts["again"] == 1
    assert Inquiry.objects.get() == other
    assert ErasedInquiry.objects.get().reason == "request"
    assert retention_run.run().counts["again"] == 0


@pytest.mark.django_db
def test_what_came_back_and_is_put_on_hold_stays_until_the_hold_ends() -> None:
    inquiry = create_inquiry()
    with time_machine.travel(timezone.now() - timedelta(days=1)):
        retention.erase(inquiry, ErasureReason.TERM)
    bring_back(inquiry)
    create_hold(inquiry)
    assert retention_run.run().counts["again"] == 0
    assert Inquiry.objects.exists()
    holds.release(inquiry, User.objects.get())
    assert retention_run.run().counts["again"] == 1


@pytest.mark.django_db
def test_a_hold_that_came_back_with_it_had_ended_before_the_erasure() -> None:
    inquiry = create_inquiry()
    with time_machine.travel(timezone.now() - timedelta(days=1)):
        hold = create_hold(inquiry)
        holds.release(inquiry, hold.by)
        retention.erase(inquiry, ErasureReason.TERM)
    bring_back(inquiry)
    Hold.objects.bulk_create([hold])
    assert holds.is_held(inquiry)
    assert retention_run.run().counts["again"] == 1


@pytest.mark.django_db
def test_an_erasure_that_breaks_off_after_it_was_noted_is_done_by_the_next_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inquiry = create_closed(1)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ErasedInquiry.objects, "create", die)
        with pytest.raises(KeyboardInterrupt):
            retention.erase(inquiry, ErasureReason.REQUEST)
    assert Inquiry.objects.exists()
    retention_run.run()
    assert not Inquiry.objects.exists()
    assert ErasedInquiry.objects.get().reason == "request"
    assert timezone.localdate().isoformat() in erasures.path().read_text()
