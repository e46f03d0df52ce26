"""What the worker seals: every record once, whatever happens in between."""

import json
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from consent import audit, keys, receipts, seal
from consent.jobs import JOBS
from consent.keys import KeyFileError
from consent.models import (
    Controller,
    Decision,
    Issuer,
    Leaf,
    PolicyVersion,
    Receipt,
    SignedText,
    TreeHead,
    Unsealed,
)
from consent.proof import leaf_hash
from consent.statements import policy_numbers, record_of
from consent.tree import BrokenLogError, LogTree
from tests.consent.decisions import create_decision, create_decisions, create_sealed
from tests.consent.tampering import lifted
from tests.consent.visitors import press

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_keys")]


def findings() -> list[str]:
    found: list[str] = []
    audit.verify(found.append)
    return found


def test_each_record_gets_one_entry_and_one_signature(client: Client) -> None:
    press(client, "agree")
    create_decisions(3)
    seal.seal_new()
    assert Unsealed.objects.count() == 0
    decisions = Decision.objects.order_by("made_at")
    leaves = [leaf_hash(record_of(decision, policy_numbers()[decision.policy_id])) for decision in decisions]
    assert {bytes(leaf.hash) for leaf in Leaf.objects.all()} == set(leaves)
    assert {receipt.pk for receipt in Receipt.objects.all()} == {decision.pk for decision in decisions}
    head = TreeHead.objects.get()
    assert (head.size, bytes(head.root)) == (4, LogTree(4).get_root())
    assert findings() == []


def test_the_log_grows_and_stays_one_log() -> None:
    for _turn in range(3):
        create_sealed(2)
    heads = list(TreeHead.objects.order_by("size"))
    assert [head.size for head in heads] == [2, 4, 6]
    assert len({head.log for head in heads}) == 1
    assert findings() == []


def test_a_backlog_is_sealed_in_batches_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "BATCH", 4)
    decisions = create_decisions(10, timezone.now() - timedelta(days=2))
    seal.seal_new()
    assert [head.size for head in TreeHead.objects.order_by("size")] == [4, 8, 10]
    assert [receipt.pk for receipt in Receipt.objects.order_by("position")] == [decision.pk for decision in decisions]
    assert findings() == []


def test_a_long_backlog_leaves_time_for_the_other_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "BATCH", 4)
    monkeypatch.setattr(seal, "TURN_SECONDS", -1.0)
    create_decisions(10)
    seal.seal_new()
    assert TreeHead.objects.get().size == 4


def test_nothing_new_costs_little_and_signs_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    create_sealed(2)
    with django_assert_num_queries(4):
        seal.seal_new()
    assert TreeHead.objects.count() == 1


def test_the_worker_seals_within_a_minute() -> None:
    job = next(job for job in JOBS if job.run is seal.seal_new)
    assert job.every <= timedelta(seconds=30)


def test_a_record_that_comes_late_is_sealed_all_the_same() -> None:
    """Its transaction began before those of records that are sealed already."""
    number = create_decision().pk
    Unsealed.objects.filter(pk=number).delete()  # not committed yet
    later = create_sealed(2)
    Unsealed.objects.create(pk=number)
    seal.seal_new()
    assert [receipt.pk for receipt in Receipt.objects.order_by("position")] == [*(each.pk for each in later), number]
    assert findings() == []


def test_what_is_sealed_already_or_gone_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "BATCH", 2)
    sealed = create_sealed(2)
    Unsealed.objects.bulk_create(
        [Unsealed(pk=number) for number in (*(each.pk for each in sealed), uuid.UUID(int=1), uuid.UUID(int=2))]
    )
    new = create_decision()
    seal.seal_new()
    assert Receipt.objects.get(position=2).pk == new.pk
    assert {row.pk for row in Unsealed.objects.all()} == {uuid.UUID(int=1), uuid.UUID(int=2)}


def test_of_two_workers_one_leaves_the_batch_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    create_decisions(3)
    entries = seal._entries

    def be_overtaken(*args: Any) -> Any:
        monkeypatch.setattr(seal, "_entries", entries)
        seal.seal_new()
        return entries(*args)

    monkeypatch.setattr(seal, "_entries", be_overtaken)
    seal.seal_new()
    assert TreeHead.objects.get().size == 3
    assert Receipt.objects.count() == 3
    assert findings() == []


def test_another_error_of_the_database_is_not_taken_for_that(monkeypatch: pytest.MonkeyPatch) -> None:
    create_decision()

    def fail(*args: Any) -> TreeHead:
        raise IntegrityError("another rule")

    monkeypatch.setattr(seal, "_add", fail)
    with pytest.raises(IntegrityError, match="another rule"):
        seal.seal_new()
    assert Unsealed.objects.count() == 1


def test_nothing_is_signed_on_top_of_a_log_that_does_not_fit_its_head() -> None:
    create_sealed(2)
    with lifted():
        Leaf.objects.filter(position=1).update(hash=bytes(32))
    create_decision()
    with pytest.raises(BrokenLogError, match=r"The log does not fit .* verify_decisions"):
        seal.seal_new()
    assert TreeHead.objects.count() == 1


def test_nothing_is_signed_on_top_of_a_head_that_somebody_made_up() -> None:
    create_sealed(2)
    with lifted():
        Leaf.objects.filter(position=1).update(hash=bytes(32))
        TreeHead.objects.update(root=LogTree(2).get_root())
    create_decision()
    with pytest.raises(BrokenLogError, match="No known key signed the newest tree head"):
        seal.seal_new()
    assert TreeHead.objects.count() == 1


def test_time_does_not_go_back_in_the_log() -> None:
    create_sealed(1)
    with time_machine.travel(timezone.now() - timedelta(minutes=5)):
        create_sealed(1)
    first, second = TreeHead.objects.order_by("size")
    assert second.signed_at == first.signed_at


# Texts


def test_every_published_text_is_signed_once() -> None:
    PolicyVersion.objects.create(number=2, text_ja="下書き", text_en="")
    seal.seal_new()
    seal.seal_new()
    assert sorted(SignedText.objects.values_list("kind", flat=True)) == ["notice", "notice", "policy"]


# Keys


def test_the_key_is_made_once_for_one_reader(own_keys: Path) -> None:
    create_sealed(1)
    create_sealed(1)
    private, public = sorted(own_keys.glob("*.pem"))
    assert {path.stat().st_mode & 0o777 for path in own_keys.iterdir()} == {0o600}
    assert own_keys.stat().st_mode & 0o777 == 0o700
    name = TreeHead.objects.newest().key  # type: ignore[union-attr]
    assert private.name == f"{timezone.localdate()}-{name}.private.pem"
    assert public.name == f"{timezone.localdate()}-{name}.public.pem"


def test_what_an_old_key_signed_stays_verified(own_keys: Path) -> None:
    decision = create_sealed(1)[0]
    next(own_keys.glob("*.private.pem")).unlink()
    create_sealed(1)
    assert len({receipt.key for receipt in Receipt.objects.all()}) == 2
    assert findings() == []
    assert receipts.saved(decision)["signature"]["key"] != TreeHead.objects.newest().key  # type: ignore[union-attr]


def test_a_key_that_cannot_be_read_is_named_with_the_cure(own_keys: Path) -> None:
    create_sealed(1)
    next(own_keys.glob("*.private.pem")).write_text("no key")
    create_decision()
    with pytest.raises(KeyFileError, match="restore it from the keys' backup"):
        seal.seal_new()
    assert Unsealed.objects.count() == 1


def test_the_newest_head_is_kept_out_of_the_databases_reach(own_keys: Path) -> None:
    create_sealed(3)
    (kept,) = own_keys.glob("head-*.json")
    assert json.loads(kept.read_text())["size"] == 3
    create_sealed(1)
    assert [head["size"] for head in keys.kept_heads()] == [4]


def test_a_kept_head_that_the_log_lacks_is_not_written_over(own_keys: Path) -> None:
    create_sealed(2)
    last = create_sealed(1)[0]
    kept = keys.kept_heads()
    with lifted():
        Decision.objects.filter(pk=last.pk).delete()
        Receipt.objects.filter(pk=last.pk).delete()
        Leaf.objects.filter(position=2).delete()
        TreeHead.objects.filter(size=3).delete()
    assert findings()[0].startswith("The entries 2 to 2 were removed at the end of the log")
    create_sealed(2)
    assert keys.kept_heads() == kept
    assert findings()[0].startswith("The log does not begin with the 3 entries of the head kept from ")


# OCCTO's details


def test_a_receipt_keeps_what_was_known_of_occto_when_it_was_signed() -> None:
    first = create_sealed(1)[0]
    Controller.objects.update(telephone="03-0000-0000")
    second = create_sealed(1)[0]
    contacts = [
        receipts.saved(decision)["receipt"]["dpv:hasEntity"]["controller"]["dpv:hasContact"]
        for decision in (first, second)
    ]
    assert ["03-0000-0000" in contact for contact in contacts] == [False, True]
    assert Issuer.objects.count() == 2
    assert findings() == []
