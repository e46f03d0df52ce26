"""The drill: a backup is restored into a database that is thrown away, and compared with what was backed up.

It opens nobody's inquiry: every row's hash must come out the same, and for every key that an inquiry names its private
key must be here and fit.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, connections, models
from django.db.utils import load_backend
from django.utils import timezone

from inquiries import sealing
from inquiries.models import RestoreDrill
from inquiries.sealing import SealingError
from occtosite.backup import BackupError, archive, keys, restoring, saving, tables

ALIAS = "restore_drill"
SCRATCH_NAME = "occto_restore_drill"
"""The database on PostgreSQL that a drill makes and drops."""

SCRATCH_PREFIX = "restore-drill-"


class DrillError(Exception):
    """A drill failed. It carries the problem as the log of drills has it, and its cause in words."""

    def __init__(self, problem: RestoreDrill.Problem, cause: str) -> None:
        super().__init__(cause)
        self.problem = problem


def drill(path: Path | None = None, key_path: Path | None = None) -> RestoreDrill:
    """Restore a backup for practice, a fresh one unless `path` names one; write down what came of it and return that.

    Raises DrillError afterwards where it failed.
    """
    began, log = time.monotonic(), RestoreDrill(at=timezone.now())
    failure = None
    remove_leftovers()
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=settings.DATA_DIR))
    try:
        _practise(path, partial(keys.private, path=key_path), scratch, log)
    except DrillError as error:
        failure, log.problem = error, error.problem
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    log.seconds = round(time.monotonic() - began, 3)
    log.save()
    if failure:
        raise failure
    return log


def remove_leftovers() -> None:
    """Remove what drills left that were killed, a day ago or before."""
    for left in settings.DATA_DIR.glob(f"{SCRATCH_PREFIX}*"):
        if left.stat().st_mtime < time.time() - saving.STALE.total_seconds():
            shutil.rmtree(left, ignore_errors=True)


def _practise(path: Path | None, private_key: archive.PrivateKey, scratch: Path, log: RestoreDrill) -> None:
    try:
        path = path or saving.save(scratch / "fresh.backup").path
    except BackupError as error:
        raise DrillError(RestoreDrill.Problem.FILE, str(error)) from None
    summary = _verify(path, private_key)
    log.backup_made_at, log.tables, log.rows = summary.made_at, len(summary.counts), summary.rows
    try:
        with scratch_database(scratch) as alias:
            log.database = connections[alias].vendor
            make_tables(summary, alias)
            restoring.fill(path, private_key, summary, alias)
            names = _compare(summary, alias)
    except (DatabaseError, BackupError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise DrillError(RestoreDrill.Problem.DATABASE, f"The backup could not be restored ({reason}).") from None
    unfit = sorted(name for name in names if not sealing.is_whole(name))
    if unfit:
        cause = f"These keys of inquiries in the backup are not here, or don't fit: {', '.join(unfit)}."
        raise DrillError(RestoreDrill.Problem.SEALED, cause)


def _verify(path: Path, private_key: archive.PrivateKey) -> archive.Summary:
    """Read the backup to its end, and say apart whether the key or the file is the trouble."""
    missing: list[BackupError] = []

    def noting(name: str) -> Any:
        try:
            return private_key(name)
        except BackupError as error:
            missing.append(error)
            raise

    try:
        return archive.verify(path, noting)
    except BackupError as error:
        problem = RestoreDrill.Problem.KEY if missing else RestoreDrill.Problem.FILE
        raise DrillError(problem, str(error)) from None


def make_tables(summary: archive.Summary, alias: str) -> None:
    """Make the tables as the backup's own version had them, straight from its models: no migration runs, which might
    reach for the site's own database."""
    with connections[alias].schema_editor() as editor:
        for model in tables.models_of(summary.migrations, all_of_them=True):
            if not model._meta.auto_created:  # those come with theirs
                editor.create_model(model)


def _compare(summary: archive.Summary, alias: str) -> set[str]:
    """Compare every row that came back; return the names of the keys that open what is sealed in them."""
    names: set[str] = set()
    for model in tables.models_of(summary.migrations):
        tally, name = tables.Tally(), model._meta.label_lower
        for line in tables.rows_of(model, alias):
            tally.add(line)
        if tally != summary.counts.get(name):
            raise DrillError(RestoreDrill.Problem.ROWS, f"What was restored of {name} is not what was backed up.")
        names |= _key_names(model, alias)
    return names


def _key_names(model: type[models.Model], alias: str) -> set[str]:
    """Return the names of the keys that open what a table holds sealed."""
    names = set()
    for field in model._meta.concrete_fields:
        if isinstance(field, models.BinaryField):
            envelopes = model._base_manager.using(alias).values_list(field.attname, flat=True)
            for envelope in envelopes.iterator(chunk_size=tables.BATCH):
                with suppress(SealingError, TypeError):  # null, or another kind of bytes
                    names.add(sealing.key_of(envelope))
    return names


@contextmanager
def scratch_database(folder: Path) -> Iterator[str]:
    """Give the alias of an empty database that is gone afterwards: on PostgreSQL where this user may make one, else a
    file in `folder`."""
    on_server = connection.vendor == "postgresql" and _create()
    description = deepcopy(connections.settings["default"])
    if on_server:
        description["NAME"] = SCRATCH_NAME
    else:
        description |= {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "scratch.sqlite3"), "OPTIONS": {}}
    scratch = load_backend(description["ENGINE"]).DatabaseWrapper(description, ALIAS)
    connections[ALIAS] = scratch
    try:
        yield ALIAS
    finally:
        scratch.close()
        if on_server:
            scratch.close_pool()
            _drop()
        del connections[ALIAS]


def _create() -> bool:
    """Make the scratch database on the server; return whether this user may."""
    try:
        _drop()
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {SCRATCH_NAME}")
    except DatabaseError:
        return False
    return True


def _drop() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {SCRATCH_NAME} WITH (FORCE)")
