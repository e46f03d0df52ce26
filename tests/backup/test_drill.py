"""The drill: a backup is restored for practice, compared row by row, and leaves its date and its result."""

import os
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from inquiries import reveal, sealing
from inquiries.models import Inquiry, Look, RestoreDrill
from occtosite.backup import drill, keys, restoring, saving, tables
from tests.backup.databases import counts_in
from tests.inquiries.mails import create_answer, create_inquiry
from tests.staff import people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]


def practise(*options: str | Path) -> str:
    out = StringIO()
    call_command("drill_restore", *map(str, options), stdout=out)
    return out.getvalue()


def left_behind(settings: LazySettings) -> list[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE '%drill%'")
            return [name for (name,) in cursor.fetchall()]
    return [path.name for path in settings.DATA_DIR.iterdir()]


def test_a_drill_restores_compares_and_leaves_its_result(settings: LazySettings, tmp_path: Path) -> None:
    create_answer()
    people.create_bob()
    said = practise()
    done = RestoreDrill.objects.get()
    saving.save(tmp_path / "one.backup")
    found = counts_in(tmp_path / "one.backup")
    assert (done.problem, done.database, done.tables) == ("", connection.vendor, len(found))
    assert done.rows == sum(rows for rows, _sum in found.values()) - 1, "this drill is a row of its own by now"
    assert done.backup_made_at
    assert done.backup_made_at >= done.at
    assert f"Restored {done.tables} tables and {done.rows} rows of " in said
    assert "every row is the same, and every key fits." in said
    assert left_behind(settings) == []


def test_it_opens_nobody_s_inquiry(monkeypatch: pytest.MonkeyPatch) -> None:
    create_inquiry()
    monkeypatch.setattr(sealing, "open_sealed", lambda *_: pytest.fail("opened"))
    monkeypatch.setattr(reveal, "open_inquiry", lambda *_: pytest.fail("opened"))
    practise()
    assert not Look.objects.exists()


def test_it_leaves_the_site_as_it_is() -> None:
    create_answer()
    before = list(Inquiry.objects.values())
    practise()
    assert list(Inquiry.objects.values()) == before


def test_it_takes_the_newest_of_a_folder(tmp_path: Path) -> None:
    saving.save(tmp_path / "occto-20261101T000000Z.backup")
    create_inquiry()
    newest = saving.save(tmp_path / "occto-20261102T000000Z.backup")
    practise("--folder", tmp_path)
    assert RestoreDrill.objects.get().rows == newest.summary.rows


def test_it_takes_the_file_and_the_key_that_are_named(tmp_path: Path) -> None:
    saving.save(tmp_path / "one.backup")
    keys.private_path(keys.names()[-1]).rename(tmp_path / "stick.pem")
    practise(tmp_path / "one.backup", "--key", tmp_path / "stick.pem")
    assert RestoreDrill.objects.get().problem == ""


def test_it_wants_one_source(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Name a file or a folder, not both"):
        practise(tmp_path / "one.backup", "--folder", tmp_path)


# What it finds


def test_a_private_key_that_is_not_here_is_found(tmp_path: Path) -> None:
    keys.private_path(keys.names()[-1]).unlink()
    with pytest.raises(CommandError, match=r"can't be read at .*; bring it there, or say where it is"):
        practise()
    assert RestoreDrill.objects.get().problem == "key"


@pytest.mark.parametrize("broken", [b"", b"x" * 5000])
def test_a_broken_backup_is_found(broken: bytes, tmp_path: Path) -> None:
    (tmp_path / "one.backup").write_bytes(broken)
    with pytest.raises(CommandError, match="This is no backup of this site"):
        practise(tmp_path / "one.backup")
    assert (RestoreDrill.objects.get().problem, RestoreDrill.objects.get().tables) == ("file", 0)


def test_a_backup_that_cannot_be_written_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    (keys.folder() / f"{keys.names()[-1]}.public.pem").unlink()
    with pytest.raises(CommandError, match="There is no public key for backups"):
        practise()
    assert RestoreDrill.objects.get().problem == "file"


def test_a_row_that_comes_back_otherwise_is_found(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    create_inquiry()
    insert = tables.insert

    def insert_with_a_slip(model: object, columns: list[str], rows: list[list[object]], alias: str) -> None:
        if "category" in columns:
            rows[0][columns.index("category")] = "press"
        insert(model, columns, rows, alias)  # type: ignore[arg-type]

    monkeypatch.setattr(tables, "insert", insert_with_a_slip)
    with pytest.raises(CommandError, match=r"What was restored of inquiries\.inquiry is not what was backed up"):
        practise()
    assert RestoreDrill.objects.get().problem == "rows"
    assert left_behind(settings) == []


def test_a_database_that_cannot_take_it_is_found(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(restoring, "fill", fail)
    with pytest.raises(CommandError, match=r"could not be restored \(disk full\)"):
        practise()
    assert RestoreDrill.objects.get().problem == "base"
    assert left_behind(settings) == []


def test_a_key_of_inquiries_that_is_missing_or_does_not_fit_is_found(folder: Path) -> None:
    inquiry = create_inquiry()
    name = sealing.key_of(bytes(inquiry.sealed))
    private = folder / f"KEYS_DIR/inquiries/{name}.private.pem"
    other = keys.private_path(keys.names()[-1]).read_bytes()
    for content in (None, other):
        private.unlink()
        sealing._load_private.cache_clear()
        if content:
            private.write_bytes(content)
        else:
            private.touch()
        with pytest.raises(CommandError, match=f"are not here, or don't fit: {name}"):
            practise()
    assert [done.problem for done in RestoreDrill.objects.all()] == ["sealed", "sealed"]


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_where_no_database_may_be_made_it_restores_into_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    create_answer()
    monkeypatch.setattr(drill, "_create", lambda: False)
    practise()
    assert RestoreDrill.objects.get().database == "sqlite"


def test_what_a_killed_drill_left_goes_with_the_next_one(settings: LazySettings) -> None:
    for name, age in (("restore-drill-old", 200_000), ("restore-drill-running", 0)):
        (settings.DATA_DIR / name).mkdir()
        (settings.DATA_DIR / name / "scratch.sqlite3").write_text("rows")
        stamp = (settings.DATA_DIR / name).stat().st_mtime - age
        os.utime(settings.DATA_DIR / name, (stamp, stamp))
    practise()
    assert [path.name for path in settings.DATA_DIR.iterdir()] == ["restore-drill-running"]


def test_staff_see_when_it_was_last_done_and_how_it_went() -> None:
    practise()
    keys.private_path(keys.names()[-1]).unlink()
    with pytest.raises(CommandError):
        practise()
    staff = people.sign_in(people.create_bob())
    html = staff.get("/admin/inquiries/restoredrill/").text
    assert "すべて復元できました" in html
    assert "バックアップを開く秘密鍵がありません" in html
    assert "Everything was restored" in staff.get("/admin/en/inquiries/restoredrill/").text
