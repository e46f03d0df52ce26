"""Writing backups: whole or not at all, of one moment, encrypted, and destroyed on their day."""

import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections
from django.test import Client
from django.utils import timezone

from inquiries.models import Inquiry, Look, Message
from inquiries.worker import Stop, Worker
from occtosite.backup import BackupError, archive, keys, saving, tables
from occtosite.backup.files import write_whole
from tests.backup.databases import ROOT, counts_in, lines_in
from tests.consent.visitors import press
from tests.inquiries.mails import create_inquiry
from tests.inquiries.senders import TYPED, check
from tests.inquiries.test_intake import spellings
from tests.staff import people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]


def backup(*arguments: str | Path) -> str:
    out = StringIO()
    call_command("backup", *map(str, arguments), stdout=out)
    return out.getvalue()


def unfinished_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".unfinished")]


# What is in it


def test_a_backup_is_one_file_for_this_user_alone(tmp_path: Path) -> None:
    create_inquiry()
    said = backup(tmp_path / "one.backup")
    path = tmp_path / "one.backup"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert f"Wrote {path}: " in said
    assert f"The private key {keys.names()[-1]} opens it." in said
    assert unfinished_in(tmp_path) == []


def test_it_holds_every_table_but_what_is_of_the_moment_alone(tmp_path: Path) -> None:
    people.sign_in(people.create_bob())
    saving.save(tmp_path / "one.backup")
    found = counts_in(tmp_path / "one.backup")
    every = {model._meta.label_lower for model in tables.models_of(tables.applied_migrations("default"))}
    assert set(found) == every
    with connection.cursor() as cursor:
        names = set(connection.introspection.table_names(cursor))
    held = {model._meta.db_table for model in tables.models_of(tables.applied_migrations("default"))}
    assert names - held == {
        "django_migrations",
        "django_session",
        "inquiries_tally",
        "inquiries_workerbeat",
        "site_cache",
    }
    assert found["auth.user"][0] == found["mfa.authenticator"][0] == 1


def test_nothing_of_anybody_and_no_key_stands_in_it_in_the_clear(client: Client, folder: Path, tmp_path: Path) -> None:
    press(client, "agree")
    client.post("/inquiry/done/", check(client))
    Worker(Stop()).turn()
    staff = people.sign_in(people.create_bob())
    inquiry = Inquiry.objects.get()
    why = {"purpose": "plan", "reason": f"{TYPED['name']}様の件", "fields_opened": ["name"]}
    staff.post(f"/admin/inquiries/inquiry/{inquiry.pk}/open/", why)
    staff.post(f"/admin/inquiries/inquiry/{inquiry.pk}/open/", {"purpose": "answer", "fields_opened": ["name"]})
    staff.post(f"/admin/inquiries/inquiry/{inquiry.pk}/answer/", {"body": TYPED["message"], "after": "0"})
    assert Message.objects.exists()
    assert Look.objects.exclude(reason_sealed=None).exists()
    saving.save(tmp_path / "one.backup")
    encrypted, inside = (tmp_path / "one.backup").read_bytes(), lines_in(tmp_path / "one.backup").encode()
    assert inquiry.reference.encode() in inside, "the search can find something"
    assert inquiry.reference.encode() not in encrypted
    assert [word for word in spellings() if word in encrypted or word in inside] == []
    assert b"PRIVATE KEY" not in encrypted + inside
    for path in (folder / "KEYS_DIR").rglob("*.private.pem"):
        body = b"".join(path.read_bytes().splitlines()[1:-1])
        assert body[:40] not in inside


def test_the_public_key_is_enough_to_write_one(tmp_path: Path) -> None:
    private = keys.private_path(keys.names()[-1])
    taken_away = private.rename(tmp_path / "safe.pem")
    saving.save(tmp_path / "one.backup")
    with pytest.raises(BackupError, match=r"bring it there, or say where it is: --key PATH"):
        archive.verify(tmp_path / "one.backup", keys.private)
    assert archive.verify(tmp_path / "one.backup", lambda name: keys.private(name, taken_away)).rows


def test_a_key_that_was_taken_away_is_not_made_again(folder: Path) -> None:
    keys.private_path(keys.names()[-1]).unlink()
    assert keys.ensure(timezone.localdate()) is None
    assert [path.name for path in keys.folder().iterdir()] == [f"{keys.names()[0]}.public.pem"]


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda path: path.unlink(), "make one: manage.py prepare"),
        (lambda path: path.write_text("x"), "restore it from the keys' backup"),
    ],
)
def test_without_a_public_key_it_says_what_to_do(break_it: object, words: str, tmp_path: Path) -> None:
    break_it(keys.folder() / f"{keys.names()[-1]}.public.pem")  # type: ignore[operator]
    with pytest.raises(CommandError, match=words):
        backup(tmp_path / "one.backup")
    assert not (tmp_path / "one.backup").exists()


# One moment


def test_it_is_of_one_moment_and_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While tables are read another connection writes, and what it writes is not in the backup."""
    alias, write = a_site_that_is_written_to(tmp_path / "site.sqlite3")
    before, rows_of = Group.objects.using(alias).count(), tables.rows_of
    written: list[None] = []

    def rows_while_somebody_writes(model: object, using: str) -> object:
        thread = threading.Thread(target=write, args=[f"late-{len(written)}"])
        written.append(None)
        thread.start()
        thread.join(10)
        assert not thread.is_alive(), "the writer waits for the backup"
        return rows_of(model, using)  # type: ignore[arg-type]

    monkeypatch.setattr(tables, "rows_of", rows_while_somebody_writes)
    saving.save(tmp_path / "one.backup", alias=alias)
    assert len(written) > 20
    assert counts_in(tmp_path / "one.backup")["auth.group"][0] == before
    assert Group.objects.using(alias).count() == before + len(written)
    if alias != "default":
        connections[alias].close()
        del connections[alias]


def a_site_that_is_written_to(path: Path) -> tuple[str, Callable[[str], None]]:
    """Give the alias of a connection like the site's own, and what adds a group by another one.

    SQLite's is on a file: in memory, one connection holds up the other.
    """
    if connection.vendor == "postgresql":

        def write(name: str) -> None:
            Group.objects.create(name=name)
            connection.close()

        return "default", write

    copy = sqlite3.connect(path)
    connection.connection.backup(copy)
    copy.close()
    connections["file"] = type(connections["default"])(connections.settings["default"] | {"NAME": str(path)}, "file")

    def write_to_file(name: str) -> None:
        with closing(sqlite3.connect(path, timeout=5)) as database, database:
            database.execute("INSERT INTO auth_group (name) VALUES (?)", [name])

    return "file", write_to_file


# Whole or not at all


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "one.backup").write_text("precious")
    with pytest.raises(CommandError, match="is there already; name another file"):
        backup(tmp_path / "one.backup")
    assert (tmp_path / "one.backup").read_text() == "precious"


@pytest.mark.parametrize("place", ["gone/one.backup", "file/one.backup"])
def test_a_place_that_cannot_be_written_is_told_with_the_cure(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match=r"can't be written \(.*\); free space there, or name a place"):
        backup(tmp_path / place)


@pytest.mark.parametrize("arguments", [[], ["one.backup", "--folder", "backups"]])
def test_it_wants_one_place(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="Name the file to write, or a folder with --folder"):
        backup(*arguments)


def test_a_full_disk_leaves_no_file(tmp_path: Path) -> None:
    for _ in range(4):
        create_inquiry(sealed=os.urandom(100_000))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, before[1]))
    try:
        with pytest.raises(CommandError, match=r"can't be written \(File too large\); free space there"):
            backup(tmp_path / "one.backup")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not (tmp_path / "one.backup").exists()
    assert unfinished_in(tmp_path) == []
    backup(tmp_path / "one.backup")
    assert counts_in(tmp_path / "one.backup")["inquiries.inquiry"][0] == 4


DIES = """
import os, signal, sys
import django
django.setup()
from django.core.management import call_command
from occtosite.backup.container import Writer
put = Writer._put
def die(self, chunk, *, is_last):
    put(self, chunk, is_last=is_last)
    self._file.flush()
    if self._number == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
Writer._put = die
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
User.objects.bulk_create(User(username=os.urandom(60).hex(), password=os.urandom(60).hex()) for _ in range(3000))
call_command("backup", sys.argv[1])
"""


@pytest.mark.parametrize("chunk", [1, 3])
def test_killed_in_the_middle_it_leaves_no_file_of_that_name(
    chunk: int, tmp_path: Path, folders: dict[str, str | Path]
) -> None:
    path = tmp_path / "one.backup"
    environment = os.environ | {name: str(value) for name, value in folders.items()}
    environment |= {"DJANGO_SETTINGS_MODULE": "occtosite.settings", "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3"}
    command = [sys.executable, "-c", DIES, str(path), str(chunk)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not path.exists()
    assert unfinished_in(tmp_path) == [".one.backup.unfinished"]
    backup(path)
    assert counts_in(path)["auth.user"][0] == 0
    assert unfinished_in(tmp_path) == []


def test_two_at_once_write_no_file_together(tmp_path: Path) -> None:
    with write_whole(tmp_path / "one.backup"), pytest.raises(CommandError, match="is being written by another"):
        backup(tmp_path / "one.backup")


def test_a_database_that_is_away_is_told_with_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_alias: str) -> None:
        raise OperationalError("server closed\nand more")

    monkeypatch.setattr(tables, "applied_migrations", fail)
    with pytest.raises(CommandError, match=r"The database can't be read \(server closed\); start it or prepare it"):
        backup(tmp_path / "one.backup")
    assert list(tmp_path.glob("*.backup")) == []


# A folder of backups


def test_backups_in_a_folder_are_named_after_the_time_and_destroyed_after_35_days(tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    now = timezone.now()
    made = []
    for days in (36, 34, 0):
        with time_machine.travel(now - timedelta(days=days), tick=False):
            backup("--folder", backups)
            made.append(f"occto-{now - timedelta(days=days):%Y%m%dT%H%M%S}Z.backup")
    (backups / "notes.txt").write_text("keep")
    (backups / "occto-20200101T000000Z.backup.copy").write_text("somebody's own")
    stale, fresh = backups / ".occto-a.unfinished", backups / ".occto-b.unfinished"
    for path in (stale, fresh):
        path.write_text("")
    os.utime(stale, ((now - timedelta(days=2)).timestamp(),) * 2)
    os.utime(fresh, ((now + timedelta(days=2)).timestamp(),) * 2)
    assert sorted(path.name for path in backups.glob("occto-*.backup")) == made[1:]
    with time_machine.travel(now + timedelta(days=2), tick=False):
        backup("--folder", backups)
    left = {path.name for path in backups.iterdir()}
    assert left >= {made[2], "notes.txt", "occto-20200101T000000Z.backup.copy", fresh.name}
    assert not left & {made[1], stale.name}
    assert saving.newest_in(backups).name > made[2]
    assert stat.S_IMODE(backups.stat().st_mode) == 0o700


def test_old_backups_go_also_where_no_new_one_can_be_written(tmp_path: Path) -> None:
    """What senders had erased may not live on because backups have been failing."""
    old = tmp_path / "occto-20200101T000000Z.backup"
    old.write_text("old")
    (keys.folder() / f"{keys.names()[-1]}.public.pem").unlink()
    with pytest.raises(CommandError, match="make one: manage"):
        backup("--folder", tmp_path)
    assert not old.exists()


def test_a_folder_without_backups_is_told_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="write one: manage"):
        saving.newest_in(tmp_path)


def test_a_folder_that_cannot_be_made_is_told_with_the_cure(tmp_path: Path, settings: LazySettings) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match=r"can't be made \(.*\); name another one"):
        backup("--folder", tmp_path / "file")
    assert settings.BACKUP_DAYS == 35
