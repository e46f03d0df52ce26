"""The servers that are measured: the site and what stands beside it, each granian with one worker on a free port."""

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from occtosite import server

ROOT = Path(__file__).parents[2]
WRITTEN = {"decision": ["consent_decision"], "inquiry": ["inquiries_inquiry", "inquiries_outboxitem"]}
"""The tables in which one decision and one inquiry write a row each."""


def environment(folder: Path, database_url: str) -> dict[str, str]:
    """Return the environment of a site of its own in `folder`."""
    return os.environ | {
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(folder / "var"),
        "KEYS_DIR": str(folder / "keys"),
        "OUTGOING_DIR": str(folder / "outgoing"),
        "ERASURES_DIR": str(folder / "erasures"),
        "DATABASE_URL": database_url,
        "SITE_URL": "http://localhost",
        "LOG_LEVEL": "ERROR",
        # What is measured is one machine that sends as fast as it can.
        "INQUIRY_SECONDS": "0",
        "INQUIRIES_PER_HOUR": "0",
        "SAME_TEXTS": "0",
        "MAILS_PER_ADDRESS": "0",
        "MAILS_PER_HOUR": "0",
    }


def manage(env: dict[str, str], *arguments: str) -> str:
    """Run a management command and return what it printed."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout


@contextlib.contextmanager
def serving(application: str, env: dict[str, str], threads: int = 0) -> Iterator[int]:
    """Serve an application as `manage.py serve` does, with one worker; yield its port.

    What is bare has no gate: it is at its best with as many threads as the gate has places.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    few = {"blocking_threads": threads} if threads else {}
    command = server.command(application, port=port, workers=1, **few)
    with subprocess.Popen(command, cwd=ROOT, env=env) as running:
        try:
            _wait_for(port, running)
            yield port
        finally:
            running.terminate()


def _wait_for(port: int, running: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and running.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("A server to measure did not start")


def rows_written(database_url: str) -> str:
    """Return, as JSON, a row of each table that a decision and an inquiry write; each must have been written once."""
    rows = {
        flow: [{"table": table, "values": _first_row(database_url, table)} for table in tables]
        for flow, tables in WRITTEN.items()
    }
    return json.dumps(rows, default=_as_json)


def _first_row(database_url: str, table: str) -> dict[str, Any]:
    query = f"SELECT * FROM {table} LIMIT 1"
    if database_url.startswith("sqlite:///"):
        with contextlib.closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
            connection.row_factory = sqlite3.Row
            return dict(connection.execute(query).fetchone())
    with psycopg.connect(database_url) as connection_to_server:
        row = connection_to_server.cursor(row_factory=dict_row).execute(query.encode()).fetchone()
    return row or {}


def _as_json(value: Any) -> Any:
    return {"hex": bytes(value).hex()} if isinstance(value, bytes | memoryview) else str(value)
