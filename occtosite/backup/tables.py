"""Rows as lines and back, the same from SQLite and PostgreSQL, through the models of the database's own version."""

import base64
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connections, models
from django.db.migrations.loader import MigrationLoader
from django.utils.duration import duration_string

from occtosite.backup import BackupError

LEFT_OUT = {
    "sessions.session",  # whoever was signed in then is not signed in now
    "inquiries.workerbeat",  # a worker of then is no worker of now
    "inquiries.tally",  # counts under keys that are destroyed every day
}
"""Models that say something of the moment alone. The cache is no model."""

BATCH = 500

MigrationNames = list[tuple[str, str]]


def applied_migrations(alias: str) -> MigrationNames:
    """Return the migrations that a database has seen. Raises BackupError where this program doesn't know them all."""
    loader = MigrationLoader(connections[alias])
    unknown = set(loader.applied_migrations) - set(loader.disk_migrations)
    if unknown:
        raise BackupError("The database is of a newer version of this site; update the site first: git pull")
    return sorted(loader.applied_migrations)


def known_migrations() -> set[tuple[str, str]]:
    """Return the migrations that this program has."""
    return set(MigrationLoader(None).disk_migrations or {})


def last_of_each_app(migrations: Iterable[tuple[str, str]]) -> MigrationNames:
    """Return those of some migrations that no other one of the same app among them builds on."""
    chosen, graph = set(migrations), MigrationLoader(None).graph
    return sorted(
        node
        for node in chosen
        if not any(child.key in chosen and child.key[0] == node[0] for child in graph.node_map[node].children)
    )


def models_of(migrations: MigrationNames, *, all_of_them: bool = False) -> list[type[models.Model]]:
    """Return the models, as they were after these migrations, whose rows a backup holds; sorted by name."""
    state = MigrationLoader(None).project_state(last_of_each_app(migrations))
    found = state.apps.get_models(include_auto_created=True)
    kept = [model for model in found if model._meta.managed and not model._meta.proxy]
    kept = [model for model in kept if all_of_them or model._meta.label_lower not in LEFT_OUT]
    for model in kept:
        for field in model._meta.concrete_fields:
            if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
                field.auto_now = field.auto_now_add = False  # type: ignore[attr-defined]  # the row's own time stays
    return sorted(kept, key=lambda model: model._meta.label_lower)


def columns_of(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def rows_of(model: type[models.Model], alias: str) -> Iterator[str]:
    """Yield each row of a table as its line, in the order of the primary keys."""
    rows = model._base_manager.using(alias).order_by("pk").values_list(*columns_of(model))
    for row in rows.iterator(chunk_size=BATCH):
        yield line_of([_plain(value) for value in row])


def line_of(value: Any) -> str:
    """Return the one line for a value, whichever database it comes from."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], alias: str) -> None:
    """Write rows as they were, primary keys and times included."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    values = [{name: _value(fields[name], plain) for name, plain in zip(columns, row, strict=True)} for row in rows]
    model._base_manager.using(alias).bulk_create([model(**each) for each in values])


@dataclass
class Tally:
    """How many rows there are, and the sum of their hashes: equal for equal rows in whatever order they come."""

    rows: int = 0
    total: int = 0

    def add(self, line: str) -> None:
        self.rows += 1
        digest = hashlib.sha256(line.encode()).digest()
        self.total = (self.total + int.from_bytes(digest, "big")) % 2**256

    def as_line(self) -> dict[str, Any]:
        """Return the line behind a table's rows."""
        return {"rows": self.rows, "sum": f"{self.total:064x}"}


def _plain(value: Any) -> Any:
    """Return a column's value as JSON has it."""
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return duration_string(value)
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    return value


def _value(field: "models.Field[Any, Any]", plain: Any) -> Any:
    """Return what `_plain` made JSON of."""
    if plain is None or isinstance(field, models.JSONField):
        return plain
    if isinstance(field, models.BinaryField):
        return base64.b64decode(plain)
    return field.to_python(plain)
