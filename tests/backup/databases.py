"""Databases that a backup is restored into, each for one test, and the commands as an operator runs them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from occtosite.backup import archive, keys

ROOT = Path(__file__).parents[2]


def manage(*arguments: str | Path, **variables: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a management command in a process of its own, with these settings besides the tests' own."""
    environment = os.environ | {name: str(value) for name, value in variables.items()}
    command = [sys.executable, "manage.py", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@contextmanager
def new_database(kind: str, folder: Path) -> Iterator[str]:
    """Give the URL of a database without tables, on SQLite or PostgreSQL."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'new.sqlite3'}"
        return
    name = f"occto_new_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def empty_this_one() -> None:
    """Leave in the test's database what a start of the site makes by itself, and nothing else."""
    call_command("flush", interactive=False, verbosity=0)


def counts_in(backup: Path) -> dict[str, tuple[int, int]]:
    """Return the rows of each table in a backup, with the sum of their hashes."""
    summary = archive.verify(backup, keys.private)
    return {name: (tally.rows, tally.total) for name, tally in summary.counts.items()}


def lines_in(backup: Path) -> str:
    """Return what stands in a backup, decrypted."""
    return "\n".join(text for _kind, _value, text in archive.read(backup, keys.private))
