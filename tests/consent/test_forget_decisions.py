"""After three years a decision is erased, and its entry in the log stays ("How long" of the policy)."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from consent import retention
from consent.jobs import JOBS
from consent.models import Decision, ErasurePermit, Leaf, Receipt, Unsealed
from tests.consent.decisions import create_decision, create_decisions, create_sealed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_keys")]

YEARS = timedelta(days=3 * 365 + 2)


def create_old(count: int = 3) -> list[Decision]:
    with time_machine.travel(timezone.now() - YEARS):
        return create_sealed(count)


def test_old_decisions_are_erased_and_their_entries_stay() -> None:
    old, new = create_old(), create_sealed(2)
    leaves = list(Leaf.objects.order_by("position").values())
    assert retention.forget(timezone.now()) == 3
    assert {decision.pk for decision in Decision.objects.all()} == {decision.pk for decision in new}
    assert {receipt.pk for receipt in Receipt.objects.all()} == {decision.pk for decision in new}
    assert list(Leaf.objects.order_by("position").values()) == leaves
    assert not ErasurePermit.objects.exists()
    for decision in old:
        assert Client().get(f"/privacy/choices/records/{decision.pk}/").status_code == 404


def test_a_decision_is_kept_to_its_day(settings: LazySettings) -> None:
    assert settings.DECISION_LEDGER_YEARS == 3
    made_at = timezone.now() - timedelta(days=3 * 365)
    with time_machine.travel(made_at):
        create_sealed(1)
    day = made_at.replace(year=made_at.year + 3)
    assert retention.forget(day - timedelta(minutes=1)) == 0
    assert retention.due(day + timedelta(minutes=1)).count() == 1


def test_the_worker_erases_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    create_old(5)
    job = next(job for job in JOBS if job.run is retention.forget_due)
    assert job.every <= timedelta(days=1)
    job.run()
    assert not Decision.objects.exists()


def test_a_batch_that_fails_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    create_old()

    def fail(self: object, *args: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(ErasurePermit, "delete", fail)
    with pytest.raises(DatabaseError):
        retention.forget_due()
    assert (Decision.objects.count(), Receipt.objects.count(), ErasurePermit.objects.count()) == (3, 3, 0)


def test_what_is_not_sealed_is_not_erased() -> None:
    create_decision(made_at=timezone.now() - YEARS)
    retention.forget_due()
    assert Decision.objects.count() == Unsealed.objects.count() == 1


def test_what_was_sealed_late_is_erased_late() -> None:
    """Without an old head over it nobody could tell that it was erased on its day."""
    create_decisions(1, timezone.now() - YEARS)
    create_sealed(1)
    assert retention.forget(timezone.now()) == 0


def test_a_row_dated_later_than_it_was_sealed_stops_nothing() -> None:
    with time_machine.travel(timezone.now() - YEARS):
        strange = create_decision(made_at=timezone.now() + timedelta(days=900))
        create_sealed(2)
    assert retention.forget(timezone.now()) == 2
    assert Decision.objects.get() == strange


def test_the_dry_run_says_what_would_go_and_erases_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    old = create_old()
    call_command("forget_decisions", "--dry-run")
    said = capsys.readouterr().out
    assert said.startswith("3 decisions made before ")
    assert f"would be erased.\nThe first is record {old[0].pk} (entry 0).\n" in said
    assert Decision.objects.count() == 3


def test_the_command_erases_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    create_old()
    call_command("forget_decisions")
    assert capsys.readouterr().out.startswith("Erased 3 decisions made before ")
    call_command("forget_decisions", "--dry-run")
    assert capsys.readouterr().out.startswith("0 decisions made before ")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_pages_promise_what_the_setting_keeps(client: Client, prefix: str, settings: LazySettings) -> None:
    page = client.get(f"{prefix}/privacy/choices/log/").text
    years = settings.DECISION_LEDGER_YEARS
    assert (f"erased {years} years after the choice" if prefix else f"選択から{years}年後に消去します") in page
