"""Writing a backup to a file, or into a folder where old ones are destroyed on their day."""

import gzip
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from occtosite.backup import BackupError, archive, keys
from occtosite.backup.container import Writer
from occtosite.backup.files import UNFINISHED, write_whole

NAME = re.compile(r"occto-([0-9]{8}T[0-9]{6})Z\.backup")
STALE = timedelta(days=1)
"""Past it, an unfinished file in the folder was left by a process that was killed."""


@dataclass(frozen=True)
class Saved:
    """A backup that was written."""

    path: Path
    size: int
    key_name: str
    summary: archive.Summary


def save(path: Path, *, alias: str = "default") -> Saved:
    """Write a backup to `path`, whole or not at all. Raises BackupError."""
    key_name, public = keys.newest()
    try:
        with write_whole(path) as file:
            writer = Writer(file, key_name, public)
            with gzip.GzipFile(fileobj=cast("Any", writer), filename="", mode="wb", compresslevel=3, mtime=0) as out:
                summary = archive.write(cast("Any", out), timezone.now(), alias)
            writer.finish()
            size = file.tell()
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise BackupError(f"The database can't be read ({reason}); start it or prepare it, and try again.") from None
    return Saved(path, size, key_name, summary)


def save_into(folder: Path) -> Saved:
    """Write a backup named after the time into a folder, and destroy those that are past BACKUP_DAYS.

    The old ones go also where the new one can't be written: what was erased may not live on in them. Raises
    BackupError.
    """
    now = timezone.now()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackupError(f"The folder {folder} can't be made ({error.strerror}); name another one.") from None
    try:
        return save(folder / f"occto-{now.astimezone(UTC):%Y%m%dT%H%M%S}Z.backup")
    finally:
        destroy_old(folder, now)


def destroy_old(folder: Path, now: datetime) -> list[Path]:
    """Destroy the backups in a folder that are past BACKUP_DAYS by their name; return them. Raises BackupError."""
    old = [path for path, made_at in backups_in(folder) if made_at < now - timedelta(days=settings.BACKUP_DAYS)]
    left = [path for path in folder.glob(f".occto-*{UNFINISHED}") if path.stat().st_mtime < (now - STALE).timestamp()]
    for path in [*old, *left]:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise BackupError(
                f"The old backup {path} can't be destroyed ({error.strerror}); let this user remove it, or remove it."
            ) from None
    return old


def newest_in(folder: Path) -> Path:
    """Return the newest backup in a folder. Raises BackupError where there is none."""
    found = backups_in(folder)
    if not found:
        raise BackupError(f"There is no backup in {folder}; write one: manage.py backup --folder {folder}")
    return found[-1][0]


def backups_in(folder: Path) -> list[tuple[Path, datetime]]:
    """Return the backups in a folder with the time in their name, the oldest first."""
    found = []
    for path in folder.glob("occto-*.backup"):
        match = NAME.fullmatch(path.name)
        if match:
            found.append((path, datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)))
    return sorted(found, key=lambda each: each[1])
