"""Bringing a backup back into an empty database, and erasing again what was erased since."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, DataError, IntegrityError, connection, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from inquiries import erasures, outbox, retention, retention_run
from inquiries.models import WorkerBeat
from occtosite.backup import BackupError, archive, keys, spool, tables
from occtosite.backup.container import BROKEN

MADE_BY_ITSELF = {
    "auth.group",
    "auth.group_permissions",
    "auth.permission",
    "consent.controller",
    "consent.notice",
    "consent.policyversion",
    "consent.purpose",
    "consent.cookiefacts",
    "consent.issuer",
    "consent.registerversion",
    "consent.rollup",
    "consent.signedtext",
    "consent.storagekey",
    "consent.treehead",
    "contenttypes.contenttype",
    "cookie_consent.cookie",
    "cookie_consent.cookiegroup",
    "inquiries.retentionrun",
}
"""Models whose rows the site makes by itself when it starts: a database with no others counts as empty."""

ALIVE = timedelta(minutes=1)

Models = dict[str, type[models.Model]]


@dataclass
class Restored:
    """What came back, and what became of it at once."""

    summary: archive.Summary
    files: int
    erased_again: int
    in_doubt: int


def restore(path: Path, key_path: Path | None = None) -> Restored:
    """Bring a backup back into the site's database, all of it or nothing, and erase again what was erased since.

    Raises BackupError where the backup can't be read, where the database isn't empty or can't be used, or where the
    site runs, and LedgerError where the ledger of erasures can't be read: nothing came back then.
    """
    private_key = partial(keys.private, path=key_path)
    summary = archive.verify(path, private_key)
    erased = erasures.noted()
    try:
        prepare_tables(summary.migrations)
        refuse_while_it_runs()
        fill(path, private_key, summary, "default")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
    except DatabaseError as error:
        raise BackupError(f"The database can't be used ({_reason(error)}); mend that, and restore again.") from None
    again, in_doubt = sum(retention.erase_again()), outbox.doubt_all()
    files = sum(spool.put_back(name, data, erased) for name, data in archive.files_of_spool(path, private_key))
    retention_run.fold_log()
    return Restored(summary, files, again, in_doubt)


def prepare_tables(migrations: tables.MigrationNames) -> None:
    """Make the tables as they were when the backup was made. Raises BackupError where there are others."""
    if set(migrations) - tables.known_migrations():
        raise BackupError("The backup is of a newer version of this site; update the site first: git pull")
    applied = set(MigrationRecorder(connection).applied_migrations())
    if not applied:
        if connection.introspection.table_names():
            raise BackupError("The database holds tables of another program; restore into a database without tables.")
        MigrationExecutor(connection).migrate(tables.last_of_each_app(migrations))
    elif applied != set(migrations):
        raise BackupError(
            "The tables in this database are of another version than the backup; restore into a database without "
            "tables (a new file, or CREATE DATABASE): it is brought up to date there."
        )


def refuse_while_it_runs() -> None:
    """Raise BackupError where a worker was seen on the database a moment ago."""
    if WorkerBeat.objects.filter(seen_at__gte=timezone.now() - ALIVE).exists():
        raise BackupError(
            "The site runs on this database, or did so a minute ago; stop it, wait a minute, and restore again."
        )


def fill(path: Path, private_key: archive.PrivateKey, summary: archive.Summary, alias: str) -> None:
    """Put the rows of a backup into the tables of a database, in one transaction. Raises BackupError."""
    found = {model._meta.label_lower: model for model in tables.models_of(summary.migrations)}
    names = [connections[alias].ops.quote_name(model._meta.db_table) for model in found.values()]
    try:
        with transaction.atomic(using=alias, durable=True), connections[alias].cursor() as cursor:
            _refuse_filled(found, alias)
            with _triggers_aside(names, alias):
                for name in names:
                    cursor.execute(f"DELETE FROM {name}")  # noqa: S608 (names of our own tables)
                _insert_rows(path, private_key, found, alias)
                connections[alias].check_constraints()
            for statement in connections[alias].ops.sequence_reset_sql(no_style(), list(found.values())):
                cursor.execute(statement)
    except (IntegrityError, DataError, KeyError, TypeError, ValueError, ValidationError):  # they name a row's values
        raise BackupError("The rows of the backup don't fit its tables; use another backup.") from None
    ContentType.objects.clear_cache()


def _refuse_filled(found: Models, alias: str) -> None:
    filled = [
        name
        for name, model in found.items()
        if name not in MADE_BY_ITSELF and model._base_manager.using(alias).exists()
    ]
    if filled:
        raise BackupError(
            f"The database isn't empty (it has rows of {', '.join(filled)}); restore into an empty one: a new file, "
            "or CREATE DATABASE."
        )


@contextmanager
def _triggers_aside(names: list[str], alias: str) -> Iterator[None]:
    """Let rows come back as they were: triggers guard against changes, and tell other tables of what is added.

    In a transaction: whatever happens, they stand as before after it.
    """
    with connections[alias].cursor() as cursor:
        if connections[alias].vendor == "postgresql":
            for name in names:
                cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
            yield
            for name in names:
                cursor.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {connections[alias].ops.quote_name(name)}")
        yield
        for _name, sql in triggers:
            cursor.execute(sql)


def _insert_rows(path: Path, private_key: archive.PrivateKey, found: Models, alias: str) -> None:
    name, columns, batch = "", [], []
    for kind, value, _text in archive.read(path, private_key):
        if kind == "table":
            name, columns = value["table"], value["columns"]
        elif kind == "row":
            batch.append(value)
        if batch and (kind == "rows" or len(batch) >= tables.BATCH):
            if name not in found:
                raise BackupError(BROKEN)
            tables.insert(found[name], columns, batch, alias)
            batch = []


def _reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
