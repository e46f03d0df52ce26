"""Restoring: every row as it was, on either database, into an empty one only, and what was erased stays erased."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from consent.models import Decision
from inquiries import erasures, holds, retention, reveal, sealing
from inquiries.models import ErasedInquiry, ErasureReason, Hold, Inquiry, Look, LookPurpose, OutboxItem, WorkerBeat
from inquiries.worker import beat
from occtosite.backup import BackupError, archive, keys, saving, spool, tables
from tests.backup.databases import counts_in, empty_this_one, manage, new_database
from tests.consent.visitors import press
from tests.inquiries.kept import create_closed, create_hold
from tests.inquiries.mails import DOCUMENT, create_acknowledgement, create_answer, create_inquiry
from tests.staff import people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A site with rows of every kind, and a backup of it."""
    return create_backup(tmp_path / "one.backup")


def create_backup(path: Path) -> Path:
    press(Client(), "agree")
    press(Client(), "refuse", "/en")
    bob = User.objects.filter(username="bob").first() or people.create_bob()
    inquiry = create_inquiry()
    create_acknowledgement(inquiry)
    create_answer(inquiry)
    create_hold(inquiry)
    create_hold(inquiry, timezone.localdate() + timedelta(days=99))
    reveal.record_look(inquiry, LookPurpose.PLAN, ["name"], by=bob, reason="髙橋様")
    retention.erase(create_closed(400), ErasureReason.TERM)
    return saving.save(path).path


def restore(path: Path, *options: str | Path) -> str:
    out = StringIO()
    call_command("restore", str(path), *map(str, options), stdout=out)
    return out.getvalue()


# Every row as it was


def test_every_row_comes_back_as_it_was(backup: Path, tmp_path: Path) -> None:
    empty_this_one()
    said = restore(backup)
    saving.save(tmp_path / "two.backup")
    before, after = counts_in(backup), counts_in(tmp_path / "two.backup")
    assert {name for name in before if before[name] != after[name]} == {"inquiries.outboxitem"}, "an answer in doubt"
    assert f"Restored {len(before)} tables, {sum(rows for rows, _sum in before.values())} rows" in said
    inquiry = Inquiry.objects.get()
    opened = sealing.open_sealed(bytes(inquiry.sealed), sealing.inquiry_context(inquiry.reference))
    assert opened == DOCUMENT


def test_the_site_works_on_with_what_came_back(backup: Path) -> None:
    """New rows get numbers of their own, staff have their permissions, and the desk opens."""
    empty_this_one()
    restore(backup)
    bob = User.objects.get(username="bob")
    assert bob.has_perm("inquiries.open_inquiry")
    assert ContentType.objects.get_for_model(Inquiry).model_class() is Inquiry
    inquiry = create_inquiry()
    assert press(Client(), "agree").status_code == 303
    staff = people.sign_in(bob)
    opened = staff.post(
        f"/admin/inquiries/inquiry/{inquiry.pk}/open/", {"purpose": "answer", "fields_opened": ["name"]}
    )
    assert DOCUMENT["name"] in opened.text
    assert Group.objects.create(name="new").pk


def test_what_is_of_the_moment_alone_does_not_come_back(backup: Path, tmp_path: Path) -> None:
    people.sign_in(User.objects.get(username="bob"))
    beat()
    saving.save(tmp_path / "two.backup")
    empty_this_one()
    restore(tmp_path / "two.backup")
    assert not Session.objects.exists()
    assert not WorkerBeat.objects.exists()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_it_comes_back_on_either_database(
    kind: str, backup: Path, tmp_path: Path, folders: dict[str, str | Path]
) -> None:
    """From this one into a new one, and from there into this one again."""
    if kind == "postgresql" and connection.vendor != "postgresql":
        pytest.skip("there is a PostgreSQL in the other run")
    with new_database(kind, tmp_path) as url:
        done = manage("restore", backup, DATABASE_URL=url, **folders)
        assert done.returncode == 0, done.stderr
        done = manage("backup", tmp_path / "two.backup", DATABASE_URL=url, **folders)
        assert done.returncode == 0, done.stderr
    empty_this_one()
    restore(tmp_path / "two.backup")
    saving.save(tmp_path / "three.backup")
    before, after = counts_in(backup), counts_in(tmp_path / "three.backup")
    assert {name for name in before if before[name] != after[name]} == {"inquiries.outboxitem"}
    assert archive.verify(tmp_path / "two.backup", keys.private).database == kind


# What was erased stays erased


def test_what_was_erased_since_is_erased_again_at_once(tmp_path: Path) -> None:
    erased, kept = create_inquiry(), create_inquiry()
    hold = create_hold(erased)
    saving.save(tmp_path / "one.backup")
    holds.release(erased, hold.by)
    retention.erase(erased, ErasureReason.REQUEST)
    empty_this_one()
    said = restore(tmp_path / "one.backup")
    assert "Inquiries erased again: 1." in said
    assert Inquiry.objects.get().reference == kept.reference
    assert ErasedInquiry.objects.get().reason == "request"
    assert not Hold.objects.exists()


def test_without_the_ledger_it_says_what_is_back_and_how_to_mend_it(tmp_path: Path) -> None:
    erased = create_inquiry()
    saving.save(tmp_path / "one.backup")
    retention.erase(erased, ErasureReason.REQUEST)
    elsewhere = erasures.path().rename(tmp_path / "ledger")
    empty_this_one()
    assert "There is no ledger of erasures at" in restore(tmp_path / "one.backup")
    assert Inquiry.objects.exists()
    shutil.copy(elsewhere, erasures.path())
    call_command("erase_due", stdout=StringIO())
    assert not Inquiry.objects.exists()


def test_a_ledger_that_cannot_be_read_stops_it_before_anything_comes_back(backup: Path) -> None:
    empty_this_one()
    erasures.path().unlink()
    erasures.path().mkdir()
    with pytest.raises(CommandError, match=r"The erasure ledger .* can't be read"):
        restore(backup)
    assert not User.objects.exists()


def test_answers_that_may_have_gone_out_since_wait_for_staff(backup: Path) -> None:
    empty_this_one()
    assert "for staff to decide at the desk: 1." in restore(backup)
    mails = dict(OutboxItem.objects.values_list("kind", "delivery"))
    assert mails == {"ack": "waiting", "answer": "uncertain"}
    staff = people.sign_in(User.objects.get(username="bob"))
    page = staff.get(f"/admin/inquiries/inquiry/{Inquiry.objects.get().pk}/change/")
    assert "バックアップから復元" in page.text


# The spool


def test_the_spool_comes_back_but_for_what_was_erased_or_waits_already(tmp_path: Path) -> None:
    digests = [letter * 64 for letter in "abcd"]
    for digest in digests[:3]:
        put_into_spool(f"{digest}.submission", digest.encode() * 2000)
    put_into_spool("aside/broken.submission", b"x")
    put_into_spool(f".{digests[3]}.unfinished", b"half")
    saving.save(tmp_path / "one.backup")
    shutil.rmtree(spool.folder())
    put_into_spool(f"{digests[1]}.submission", b"waits already")
    erasures.note(digests[2], ErasureReason.REQUEST, timezone.localdate())
    empty_this_one()
    assert "and 2 files of the spool" in restore(tmp_path / "one.backup")
    found = {path.relative_to(spool.folder()).as_posix(): path.read_bytes() for path in waiting()}
    assert found == {
        f"{digests[0]}.submission": digests[0].encode() * 2000,
        f"{digests[1]}.submission": b"waits already",
        "aside/broken.submission": b"x",
    }


def put_into_spool(name: str, data: bytes) -> None:
    path = spool.folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def waiting() -> list[Path]:
    return [path for path in spool.folder().rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/b", ".x", "aside/../../x", ""])
def test_a_file_of_the_spool_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(BackupError, match="outside of the spool"):
        spool.put_back(name, b"x", ())


# Where it can't be


def test_a_database_with_rows_is_refused_and_keeps_them(backup: Path) -> None:
    with pytest.raises(
        CommandError, match=r"The database isn't empty \(it has rows of .*auth\.user.*\); restore into"
    ):
        restore(backup)
    assert Inquiry.objects.count() == 1


@pytest.mark.parametrize("create", [create_inquiry, lambda: press(Client(), "agree"), people.create_charlie])
def test_one_row_of_anybody_s_is_enough_to_refuse(create: Callable[[], Any], backup: Path) -> None:
    empty_this_one()
    create()
    counts = (Inquiry.objects.count(), Decision.objects.count(), User.objects.count())
    with pytest.raises(CommandError, match="The database isn't empty"):
        restore(backup)
    assert (Inquiry.objects.count(), Decision.objects.count(), User.objects.count()) == counts


def test_what_a_start_of_the_site_makes_counts_as_empty(
    backup: Path, tmp_path: Path, folders: dict[str, str | Path]
) -> None:
    """`make run`, the worker included, and stopped again: no need to make another database."""
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    for command in (["prepare", "-v0"], ["work", "--once"]):
        done = manage(*command, DATABASE_URL=url, **folders)
        assert done.returncode == 0, done.stderr
    done = manage("restore", backup, DATABASE_URL=url, **folders)
    assert done.returncode == 1
    assert "The site runs on this database, or did so a minute ago; stop it, wait a minute," in done.stderr
    with closing(sqlite3.connect(tmp_path / "new.sqlite3")) as database, database:
        database.execute("UPDATE inquiries_workerbeat SET seen_at = '2020-01-01 00:00:00'")
    done = manage("restore", backup, DATABASE_URL=url, **folders)
    assert done.returncode == 0, done.stderr


def test_a_site_that_runs_is_not_restored_into(backup: Path) -> None:
    empty_this_one()
    beat()
    with pytest.raises(CommandError, match="The site runs on this database, or did so a minute ago; stop it"):
        restore(backup)


def test_a_database_of_another_program_is_refused(
    backup: Path, tmp_path: Path, folders: dict[str, str | Path]
) -> None:
    with closing(sqlite3.connect(tmp_path / "new.sqlite3")) as database, database:
        database.execute("CREATE TABLE theirs (id integer)")
    done = manage("restore", backup, DATABASE_URL=f"sqlite:///{tmp_path / 'new.sqlite3'}", **folders)
    assert done.returncode == 1
    assert "The database holds tables of another program; restore into a database without tables." in done.stderr


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data[: len(data) // 2], "was altered or cut short; use another one"),
        (lambda data: data[:-1], "was altered or cut short; use another one"),
        (lambda data: data[:9000] + b"x" + data[9001:], "was altered or cut short; use another one"),
        (lambda data: data[:8] + b"\2" + data[9:], "newer version of this site; update the site first: git pull"),
        (lambda data: b"x" + data, "This is no backup of this site; name a file that manage.py backup wrote"),
        (lambda data: data.replace(b"backup-", b"../etc-", 1), "names no key of this site's"),
    ],
)
def test_a_broken_file_changes_nothing(change: Callable[[bytes], bytes], words: str, backup: Path) -> None:
    empty_this_one()
    backup.write_bytes(change(backup.read_bytes()))
    with pytest.raises(CommandError, match=words.replace(".", r"\.")):
        restore(backup)
    assert not User.objects.exists()


def test_a_file_that_is_not_there_is_told_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"can't be read \(No such file or directory\); name a backup"):
        restore(tmp_path / "gone.backup")


def test_a_backup_of_a_newer_version_is_refused(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_this_one()
    known = tables.known_migrations()
    monkeypatch.setattr(tables, "known_migrations", lambda: known - {("inquiries", "0015_restore_drill")})
    with pytest.raises(CommandError, match="of a newer version of this site; update the site first: git pull"):
        restore(backup)


def test_the_private_key_may_lie_elsewhere(backup: Path, tmp_path: Path) -> None:
    private = keys.private_path(keys.names()[-1])
    private.rename(tmp_path / "stick.pem")
    empty_this_one()
    with pytest.raises(CommandError, match=f"The private key {keys.names()[-1]} of this backup can't be read at"):
        restore(backup)
    restore(backup, "--key", tmp_path / "stick.pem")
    assert User.objects.exists()


def test_another_private_key_is_refused(backup: Path, tmp_path: Path) -> None:
    empty_this_one()
    other = ec.generate_private_key(ec.SECP256R1())
    write_key(tmp_path / "other.pem", other)
    with pytest.raises(CommandError, match=f"is another one than the backup's.*; use {keys.names()[-1]}"):
        restore(backup, "--key", tmp_path / "other.pem")
    (tmp_path / "text.pem").write_text("x")
    with pytest.raises(CommandError, match="holds no P-256 private key; take backup-"):
        restore(backup, "--key", tmp_path / "text.pem")


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    encoding = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(*encoding))


# Another version


def test_a_backup_of_an_older_version_comes_back_and_is_brought_up_to_date(
    tmp_path: Path, folders: dict[str, str | Path]
) -> None:
    """Made before looks kept the reference number; restored by a version in which they do."""
    inquiry, bob = create_inquiry(), people.create_bob()
    last = MigrationExecutor(connection).loader.graph.leaf_nodes("inquiries")
    MigrationExecutor(connection).migrate([("inquiries", "0001_initial")])
    try:
        old = MigrationExecutor(connection).loader.project_state([("inquiries", "0001_initial")]).apps
        values = {"inquiry_id": inquiry.pk, "by_id": bob.pk, "at": timezone.now(), "purpose": "answer"}
        old.get_model("inquiries", "Look").objects.create(**values, fields="name")
        saving.save(tmp_path / "old.backup")
    finally:
        MigrationExecutor(connection).migrate(last)
    empty_this_one()
    with pytest.raises(CommandError, match="of another version than the backup; restore into a database without"):
        restore(tmp_path / "old.backup")
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    done = manage("restore", tmp_path / "old.backup", DATABASE_URL=url, **folders)
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(tmp_path / "new.sqlite3")) as database:
        assert database.execute("SELECT reference FROM inquiries_look").fetchall() == [(inquiry.reference,)]


# All or nothing


def test_a_restore_that_breaks_off_leaves_an_empty_database(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_this_one()
    insert, calls = tables.insert, []

    def fail(*args: Any) -> None:
        calls.append(args)
        if len(calls) == 8:
            raise KeyboardInterrupt
        insert(*args)

    with monkeypatch.context() as patch:
        patch.setattr(tables, "insert", fail)
        with pytest.raises(KeyboardInterrupt):
            restore(backup)
    assert not User.objects.exists()
    assert Group.objects.exists(), "what a start makes by itself is there still"
    restore(backup)
    assert User.objects.exists()


GUARD = {
    "sqlite": [
        "CREATE TRIGGER test_guard BEFORE INSERT ON consent_decision BEGIN SELECT RAISE(ABORT, 'test_guard'); END",
        "DROP TRIGGER IF EXISTS test_guard",
    ],
    "postgresql": [
        """
        CREATE FUNCTION test_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'test_guard'; END $$;
        CREATE TRIGGER test_guard BEFORE INSERT ON consent_decision FOR EACH ROW EXECUTE FUNCTION test_guard()
        """,
        "DROP FUNCTION IF EXISTS test_guard() CASCADE",
    ],
}


def test_guards_of_the_database_are_no_hindrance_and_stand_again_afterwards(backup: Path) -> None:
    empty_this_one()
    make, drop = GUARD[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(make)
        try:
            restore(backup)
            assert Decision.objects.count() == 2
            with pytest.raises(Exception, match="test_guard"):
                press(Client(), "agree")
        finally:
            cursor.execute(drop)


def test_the_log_of_looks_names_the_same_people(backup: Path) -> None:
    before = list(Look.objects.values_list("by__username", "reference", "reason_sealed"))
    empty_this_one()
    restore(backup)
    assert list(Look.objects.values_list("by__username", "reference", "reason_sealed")) == before
