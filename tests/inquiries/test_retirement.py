"""The end of a key: nothing that is still held gets lost, and no old backup can be read (clauses S5 and S15)."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.db.models import BinaryField
from django.utils import timezone

from inquiries import keyring, retirement, reveal, sealing, spool
from inquiries.indexing import index_new
from inquiries.lookup import find
from inquiries.models import Because, Inquiry, KeyDestruction, Look, LookPurpose, LookupHash, LookupKind, Message
from inquiries.sealed_columns import COLUMNS
from inquiries.sealing import SealingError, open_sealed
from inquiries.worker import Stop, Worker
from tests.inquiries.mails import ADDRESS, DOCUMENT, create_inquiry
from tests.inquiries.periods import create_thread, day_after, on
from tests.inquiries.test_spool import create_submission

pytestmark = pytest.mark.django_db

MONTH = "2026-03-15"
LAST_DAY = date(2027, 5, 30)
"""The day before March 2026 is past every retention: April 1, 60 days, 365 days."""


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.KEYS_DIR, settings.OUTGOING_DIR = tmp_path, tmp_path / "outgoing"
    monkeypatch.setattr(retirement, "_unopenable", set())
    return sealing.key_folder()


def key() -> str:
    return sealing.newest_key()


def names() -> list[str]:
    return [pair.name for pair in keyring.pairs()]


def test_every_sealed_column_is_in_the_one_list() -> None:
    """What is not in it would be lost with its key."""
    sealed = {
        (model, column.name)
        for model in apps.get_app_config("inquiries").get_models()
        for column in model._meta.get_fields()
        if isinstance(column, BinaryField) and "sealed" in column.name
    }
    assert {(column.model, column.name) for column in COLUMNS} == sealed


def test_a_key_ends_on_the_day_after_every_retention_and_not_before() -> None:
    with on(MONTH):
        old = key()
    with on(day_after(LAST_DAY)):
        retirement.retire_past_keys()
        assert old in names()
    with on(day_after(LAST_DAY, 1)):
        assert sealing.may_be_destroyed_from(old) == timezone.localdate()
        retirement.retire_past_keys()
        assert names() == [key()]
    gone = KeyDestruction.objects.get()
    assert (gone.name, gone.because, gone.made_unreadable) == (old, "time", 0)
    assert gone.destroyed_at


def test_the_day_follows_the_setting(settings: LazySettings) -> None:
    settings.INQUIRY_RETENTION_DAYS = 1
    assert sealing.may_be_destroyed_from("2026-12-00000000") == date(2027, 3, 3)
    settings.INQUIRY_RETENTION_DAYS = 3650
    assert sealing.may_be_destroyed_from("2026-12-00000000") == date(2037, 2, 27)


def test_what_is_still_held_is_sealed_again_and_opens_as_before(folder: Path) -> None:
    with on(MONTH):
        old, inquiry = key(), create_thread()
        copies = {path.name: path.read_bytes() for path in folder.iterdir()}
        backup = [bytes(inquiry.sealed), bytes(Message.objects.get().sealed), bytes(sealed_reason())]
    with on(day_after(LAST_DAY, 1)):
        present = key()
        retirement.retire_past_keys()
        assert old not in names()
        inquiry.refresh_from_db()
        now = [bytes(inquiry.sealed), bytes(Message.objects.get().sealed), bytes(sealed_reason())]
        assert {sealing.key_of(envelope) for envelope in now} == {present}
        opened = reveal.open_inquiry(inquiry, LookPurpose.SEND, [*DOCUMENT, "thread"])
        assert opened.document == DOCUMENT
        assert list(opened.messages.values()) == ["別紙のとおりです。"]
        assert open_sealed(now[2], sealing.look_context(inquiry.reference)) == {"reason": "統計のため"}
        contexts = [sealing.inquiry_context, sealing.message_context, sealing.look_context]
        for envelope, context in zip(backup, contexts, strict=True):
            with pytest.raises(SealingError, match="says that it was destroyed"):
                open_sealed(envelope, context(inquiry.reference))
        for name, data in copies.items():  # the backup is whole: it was the key alone that was missing
            (folder / name).write_bytes(data)
        assert open_sealed(backup[0], contexts[0](inquiry.reference)) == DOCUMENT


def sealed_reason() -> bytes:
    return bytes(Look.objects.get(reason_sealed__isnull=False).reason_sealed or b"")


def test_every_look_for_it_is_recorded_as_the_worker_s_own() -> None:
    with on(MONTH):
        inquiry = create_thread()
        Look.objects.filter(reason_sealed__isnull=True).delete()
    with on(day_after(LAST_DAY, 1)):
        retirement.retire_past_keys()
    looks = Look.objects.filter(purpose="seal_again").order_by("pk")
    assert {(look.inquiry, look.by) for look in looks} == {(inquiry, None)}
    assert [look.fields for look in looks] == [",".join(DOCUMENT), "thread", "reason"]


def test_an_unrecorded_look_seals_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with on(MONTH):
        old, inquiry = key(), create_inquiry()

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("not recorded")

    monkeypatch.setattr(reveal, "record_look", fail)
    with on(day_after(LAST_DAY, 1)), pytest.raises(RuntimeError):
        retirement.retire_past_keys()
    inquiry.refresh_from_db()
    assert sealing.key_of(bytes(inquiry.sealed)) == old
    assert old in names()


def test_columns_that_are_not_sealed_to_occto_s_key_are_left_alone() -> None:
    with on(MONTH):
        inquiry = create_thread()
        before: dict[str, object] = dict(Inquiry.objects.values().get(pk=inquiry.pk))
    with on(day_after(LAST_DAY, 1)):
        retirement.retire_past_keys()
    after: dict[str, object] = dict(Inquiry.objects.values().get(pk=inquiry.pk))
    assert {name for name in before if before[name] != after[name]} == {"sealed"}


def test_what_cannot_be_opened_keeps_its_key_and_holds_up_nothing_else(
    caplog: pytest.LogCaptureFixture, folder: Path
) -> None:
    with on(MONTH):
        old, altered, other = key(), create_inquiry(), create_inquiry()
        envelope = bytearray(bytes(altered.sealed))
        envelope[-1] ^= 1
        Inquiry.objects.filter(pk=altered.pk).update(sealed=bytes(envelope))
    with on(day_after(LAST_DAY, 1)):
        caplog.set_level("INFO")
        retirement.retire_past_keys()
        retirement.retire_past_keys()
        other.refresh_from_db()
        assert sealing.key_of(bytes(other.sealed)) == key()
    assert old in names()
    assert not KeyDestruction.objects.exists()
    assert caplog.text.count("can't be sealed again") == 1
    assert altered.reference in caplog.text
    assert Look.objects.filter(inquiry=altered).count() == 1, "one look, not one with every turn"


def test_a_submission_in_the_spool_keeps_its_key_until_it_came_in() -> None:
    with on(MONTH):
        old = key()
        spool.append(create_submission())
    with on(day_after(LAST_DAY, 1)):
        retirement.retire_past_keys()
        assert old in names()
        Worker(Stop()).turn()
        assert old not in names()
        assert Inquiry.objects.get().reference == "23456-789CF"


def test_a_bounded_turn_leaves_the_rest_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retirement, "AT_ONCE", 2)
    with on(MONTH):
        old = key()
        for _ in range(3):
            create_inquiry()
    with on(day_after(LAST_DAY, 1)):
        retirement.retire_past_keys()
        assert retirement.documents_naming(old) == {"inquiries": 1}
        assert old in names()
        retirement.retire_past_keys()
    assert old not in names()


def test_what_somebody_changed_meanwhile_is_not_overwritten() -> None:
    with on(MONTH):
        inquiry = create_inquiry()
    with on(day_after(LAST_DAY, 1)):
        newer = sealing.seal({"name": "changed"}, sealing.inquiry_context(inquiry.reference))

        def change(envelope: bytes, context: str) -> dict[str, str]:
            Inquiry.objects.filter(pk=inquiry.pk).update(sealed=newer)
            return {"name": "old"}

        with patch("inquiries.sealing.open_sealed", change):
            retirement.retire_past_keys()
        inquiry.refresh_from_db()
        assert bytes(inquiry.sealed) == newer


def test_the_key_that_seals_is_never_destroyed() -> None:
    with on(MONTH):
        old = key()
    with patch("inquiries.keyring.ensure_key"), on(day_after(LAST_DAY, 100)):
        retirement.retire_past_keys()
        assert names() == [old]
        with pytest.raises(ValueError, match="make a newer one first"):
            retirement.destroy(old, Because.DECISION)


@pytest.mark.parametrize("part", ["private", "public"])
def test_a_power_cut_in_mid_destruction_is_made_good(part: str, folder: Path) -> None:
    with on(MONTH):
        old = key()
    unlink = Path.unlink

    def fail(path: Path, **options: Any) -> None:
        if path.name == f"{old}.{part}.pem":
            raise KeyboardInterrupt
        unlink(path, **options)

    with on(day_after(LAST_DAY, 1)):
        with patch.object(Path, "unlink", fail), pytest.raises(KeyboardInterrupt):
            retirement.retire_past_keys()
        assert KeyDestruction.objects.get().destroyed_at is None
        retirement.retire_past_keys()
    assert old not in names()
    assert KeyDestruction.objects.get().destroyed_at


def test_a_row_of_the_database_alone_destroys_no_key() -> None:
    """Whoever may write to the database must not be able to make every backup unreadable."""
    with on("2026-10-15"):
        old = key()
    with on("2026-11-15"):
        for name in (old, key()):
            KeyDestruction.objects.create(name=name, because="decision", decided_at=timezone.now())
        retirement.retire_past_keys()
        assert names() == [old, key()]


def test_destroyed_files_are_overwritten_before_they_go(folder: Path, tmp_path: Path) -> None:
    with on(MONTH):
        name = key()
    private = folder / f"{name}.private.pem"
    content, link = private.read_bytes(), tmp_path / "same file"
    link.hardlink_to(private)
    keyring.destroy(name)
    assert not list(folder.iterdir())
    assert len(link.read_bytes()) == len(content)
    assert link.read_bytes() != content
    assert b"PRIVATE" not in link.read_bytes()


def test_a_key_that_another_process_destroyed_is_not_kept_in_memory(folder: Path) -> None:
    with on(MONTH):
        envelope = sealing.seal({"name": "Taro"}, "x")
        assert open_sealed(envelope, "x")
        (folder / f"{key()}.private.pem").unlink()
        with pytest.raises(SealingError):
            open_sealed(envelope, "x")


# Look-up hashes


def test_look_ups_go_on_with_the_new_key_s_hashes() -> None:
    with on(MONTH):
        old, inquiry = key(), create_inquiry()
        index_new()
        assert set(LookupHash.objects.values_list("period", flat=True)) == {old}
    with on(day_after(LAST_DAY, 1)):
        Worker(Stop()).turn()
        Worker(Stop()).turn()
        assert old not in names()
        assert set(LookupHash.objects.values_list("period", flat=True)) == {key()}
        assert list(find(LookupKind.EMAIL, ADDRESS)) == [inquiry]


def test_hashes_end_with_their_period() -> None:
    with on(MONTH):
        old = key()
        create_inquiry()
        index_new()
    with on("2026-04-15"):
        retirement.destroy(old, Because.DECISION)
    assert not LookupHash.objects.exists()
    assert KeyDestruction.objects.get().made_unreadable == 1


# The record


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"because": "whim"}, "inquiries_keydestruction_(because_valid|time_loses_nothing)"),
        ({"because": "time", "made_unreadable": 1}, "inquiries_keydestruction_time_loses_nothing"),
    ],
)
def test_the_database_keeps_the_record_true(changes: dict[str, Any], constraint: str) -> None:
    row = {"name": "2026-03-00000000", "because": "decision", "decided_at": timezone.now()}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        KeyDestruction.objects.create(**row | changes)


def test_an_old_copy_of_the_whole_database_opens_nothing(folder: Path, tmp_path: Path) -> None:
    """The time-travel of a backup: taken in March, restored after March's key was destroyed."""
    with on(MONTH):
        inquiry = create_thread()
        kept = shutil.copytree(folder, tmp_path / "copy of the keys")
        rows = {model: list(model.objects.values()) for model in (Inquiry, Message)}
    with on(day_after(LAST_DAY, 1)):
        Inquiry.objects.filter(pk=inquiry.pk).update(state="closed", closed_at=timezone.now())
        retirement.retire_past_keys()
        for model, old_rows in rows.items():
            for row in old_rows:
                model.objects.filter(pk=row["id"]).update(**row)
        inquiry.refresh_from_db()
        with pytest.raises(SealingError):
            reveal.open_inquiry(inquiry, LookPurpose.SEND, ["name", "thread"])
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        assert reveal.open_inquiry(inquiry, LookPurpose.SEND, ["name"]).document["name"] == DOCUMENT["name"]
