"""What a decision and an inquiry are measured against: the same rows written by bare WSGI and the database's driver.

The rows are copies of rows that the site wrote (`ROWS`, see `sites.rows_written`), with what must be unique made anew.
"""

import contextlib
import json
import os
import secrets
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from psycopg_pool import ConnectionPool

DATABASE = os.environ["DATABASE_URL"]
ON_SQLITE = DATABASE.startswith("sqlite:///")
ROWS: dict[str, list[dict[str, Any]]] = json.loads(os.environ["ROWS"])
NUMBERED = ("inquiries_inquiry", "inquiries_outboxitem")
"""Tables whose ids the database makes."""

_local = threading.local()


def time_ordered_id() -> str:
    """Return a UUID of version 7 (RFC 9562), as the site's decisions have one."""
    milliseconds = time.time_ns() // 1_000_000
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | secrets.randbits(62)).hex


UNIQUE: dict[str, Callable[[], str]] = {
    "id": time_ordered_id,
    "reference": lambda: secrets.token_hex(6),
    "token_digest": lambda: secrets.token_hex(32),
    "mail_id": lambda: f"<{secrets.token_hex(20)}@localhost>",
}


@contextlib.contextmanager
def begin_on_sqlite() -> Iterator[Any]:
    """A transaction with the settings of the site's own connections."""
    if not hasattr(_local, "connection"):
        _local.connection = sqlite3.connect(DATABASE.removeprefix("sqlite:///"), timeout=20, isolation_level=None)
        _local.connection.executescript(
            "PRAGMA foreign_keys=ON; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
        )
    _local.connection.execute("BEGIN IMMEDIATE")
    try:
        yield _local.connection
    except BaseException:
        _local.connection.execute("ROLLBACK")
        raise
    _local.connection.execute("COMMIT")


def statement(row: dict[str, Any]) -> str:
    names = ", ".join(row["values"])
    marks = ", ".join(["?" if ON_SQLITE else "%s"] * len(row["values"]))
    returning = " RETURNING id" if row["table"] in NUMBERED else ""
    return f"INSERT INTO {row['table']} ({names}) VALUES ({marks}){returning}"


def prepared(row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a row's statement and its values, with what is binary as bytes."""
    if row["table"] in NUMBERED:
        row["values"].pop("id")
    values = {
        name: bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
        for name, value in row["values"].items()
    }
    return statement(row), values


FLOWS = {flow: [prepared(row) for row in rows] for flow, rows in ROWS.items()}

begin: Callable[[], AbstractContextManager[Any]] = (
    begin_on_sqlite if ON_SQLITE else ConnectionPool(DATABASE, min_size=1, max_size=8, open=True).connection
)


def write(flow: str) -> None:
    """Write a flow's rows in one transaction; `inquiry_id` is the row's before."""
    with begin() as connection:
        before = None
        for sql, values in FLOWS[flow]:
            fresh = {name: UNIQUE[name]() if name in UNIQUE else value for name, value in values.items()}
            if "inquiry_id" in fresh:
                fresh["inquiry_id"] = before
            made = connection.execute(sql, list(fresh.values()))
            before = made.fetchone()[0] if made.description else None


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    write(environ["PATH_INFO"].strip("/"))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]
