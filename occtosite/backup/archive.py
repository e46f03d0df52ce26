"""What stands in a backup, line by line: written from a database and a spool, and read again (see the package)."""

import base64
import binascii
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connections, transaction

from occtosite.backup import BackupError, spool, tables
from occtosite.backup.container import BROKEN, Reader

FORMAT = 1
PART = 48 * 1024
"""Bytes of a spool's file in one line."""

PrivateKey = Callable[[str], ec.EllipticCurvePrivateKey]
"""Gives the private key with a name, or raises BackupError."""


@dataclass
class Summary:
    """What a backup holds: when it was made, after which migrations, and the rows of each table with their sum."""

    made_at: datetime = datetime(1, 1, 1, tzinfo=UTC)
    database: str = ""
    migrations: tables.MigrationNames = field(default_factory=list)
    counts: dict[str, tables.Tally] = field(default_factory=dict)
    files: int = 0

    @property
    def rows(self) -> int:
        return sum(tally.rows for tally in self.counts.values())

    def note(self, kind: str, value: Any) -> None:
        """Take over what a line before the tables says. Raises KeyError, TypeError or ValueError for an odd one."""
        if kind == "backup":
            self.made_at = datetime.fromisoformat(value["made_at"])
        elif kind == "spool":
            self.files += 1
        elif kind == "migrations":
            self.migrations = [(app, name) for app, name in value["migrations"]]
            self.database = value["database"]

    def as_line(self) -> dict[str, Any]:
        """Return the last line of a backup that holds this."""
        return {"end": {"tables": len(self.counts), "rows": self.rows}}


def write(out: BinaryIO, made_at: datetime, alias: str) -> Summary:
    """Write the spool and all tables, as they are at one moment, as lines."""

    def put(value: Any) -> None:
        out.write(json.dumps(value).encode() + b"\n")

    put({"backup": FORMAT, "made_at": made_at.isoformat()})
    # The spool first: what the worker brings in meanwhile then stands in both, and comes in once all the same.
    files = 0
    for files, (name, data) in enumerate(spool.read(), start=1):  # noqa: B007 (how many there were)
        parts = [data[at : at + PART] for at in range(0, len(data), PART)]
        put({"spool": name, "parts": len(parts)})
        for part in parts:
            put(base64.b64encode(part).decode())
    with snapshot(alias):
        summary = Summary(made_at, connections[alias].vendor, tables.applied_migrations(alias), files=files)
        put({"migrations": summary.migrations, "database": summary.database})
        for model in tables.models_of(summary.migrations):
            tally = summary.counts[model._meta.label_lower] = tables.Tally()
            put({"table": model._meta.label_lower, "columns": tables.columns_of(model)})
            for line in tables.rows_of(model, alias):
                tally.add(line)
                out.write(line.encode() + b"\n")
            put(tally.as_line())
    put(summary.as_line())
    return summary


@contextmanager
def snapshot(alias: str) -> Iterator[None]:
    """Read a database as it is at one moment, without holding up who writes."""
    connection = connections[alias]
    if connection.vendor == "postgresql":
        with transaction.atomic(using=alias, durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # Django's own begin takes the lock for writing
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def read(path: Path, private_key: PrivateKey) -> Iterator[tuple[str, Any, str]]:
    """Yield each line of a backup: its kind (the first key of an object, "row" or "part"), its value, its text.

    Raises BackupError where the file can't be read or opened, was altered or cut short, or is of a newer version.
    """
    kind = ""
    try:
        with path.open("rb") as file:
            reader = Reader(file, private_key)
            with gzip.GzipFile(fileobj=io.BufferedReader(reader), mode="rb") as lines:
                for line in lines:
                    text = line.decode("ascii").rstrip("\n")
                    value = json.loads(text)
                    kind = _kind(value)
                    if kind == "backup" and value[kind] > FORMAT:
                        raise BackupError(
                            "The backup is of a newer version of this site; update the site first: git pull"
                        )
                    yield kind, value, text
            is_whole = reader.is_finished
    except OSError as error:
        if not isinstance(error, gzip.BadGzipFile):
            raise BackupError(f"{path} can't be read ({error.strerror}); name a backup that is there.") from None
        raise BackupError(BROKEN) from None
    except (EOFError, TypeError, ValueError, zlib.error):
        raise BackupError(BROKEN) from None
    if kind != "end" or not is_whole:
        raise BackupError(BROKEN)


def _kind(value: Any) -> str:
    if isinstance(value, list):
        return "row"
    return "part" if isinstance(value, str) else str(next(iter(value)))


def verify(path: Path, private_key: PrivateKey) -> Summary:
    """Read a backup from its first line to its last, and return what it holds. Raises BackupError as `read` does."""
    summary, tally = Summary(), tables.Tally()
    try:
        for kind, value, text in read(path, private_key):
            if kind == "row":
                tally.add(text)
            elif kind == "table":
                tally = summary.counts[value["table"]] = tables.Tally()
            elif kind in {"rows", "end"}:
                found = tally.as_line() if kind == "rows" else summary.as_line()
                if value != found:
                    raise BackupError(BROKEN)
            else:
                summary.note(kind, value)
    except (KeyError, TypeError, ValueError):
        raise BackupError(BROKEN) from None
    return summary


def files_of_spool(path: Path, private_key: PrivateKey) -> Iterator[tuple[str, bytes]]:
    """Yield each file of the spool, with its name. Raises BackupError."""
    name, data, missing = "", b"", 0
    for kind, value, _text in read(path, private_key):
        if kind == "spool":
            name, data, missing = value["spool"], b"", value["parts"]
        elif kind == "part":
            data, missing = data + _decode(value), missing - 1
        elif kind == "migrations":
            return
        if name and not missing:
            yield name, data
            name = ""


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BackupError(BROKEN) from None
