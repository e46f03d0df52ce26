"""The two databases, each with the faults it can have and the one question of a fault run: is this inquiry there?"""

import random
import sqlite3
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg

from tests.faults.site import children_of, kill
from tests.plugins.postgresql import PostgreSQL

LOCKER = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
database.execute("BEGIN IMMEDIATE")
database.execute("CREATE TABLE never_there (number)")
print("locked", flush=True)
time.sleep(60)
"""

HAS = "SELECT 1 FROM inquiries_inquiry WHERE token_digest = "


class Database(ABC):
    """A database that can be put out of order."""

    name: str
    url: str

    @abstractmethod
    def faults(self) -> dict[str, Callable[[], None]]:
        """Return what can be done to it, by name. Each leaves it in order again."""

    @abstractmethod
    def has(self, token_digest: str) -> bool | None:
        """Return whether the inquiry of a token is there, or None where that can't be known now."""

    def close(self) -> None:  # noqa: B027 (a file needs none)
        """Stop it for good."""


class SQLite(Database):
    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "site.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def faults(self) -> dict[str, Callable[[], None]]:
        return {
            "locked for a moment": lambda: self.lock(random.uniform(0.1, 1)),
            "locked for longer than anybody waits": lambda: self.lock(random.uniform(2.5, 6)),
        }

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let another program hold the lock for writing."""
        locker = self._locker()
        try:
            yield
        finally:
            locker.kill()
            locker.wait()

    def lock(self, seconds: float) -> None:
        """Let another program hold the lock for some seconds."""
        with self.locked():
            time.sleep(seconds)

    def has(self, token_digest: str) -> bool | None:
        try:
            with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=5)) as database:
                return database.execute(f"{HAS}?", [token_digest]).fetchone() is not None
        except sqlite3.OperationalError:
            return None

    def _locker(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", LOCKER, str(self.path)]
        locker = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert locker.stdout
        with locker.stdout:
            locker.stdout.readline()
        return locker


class PostgreSQLDatabase(Database):
    name = "PostgreSQL"

    def __init__(self, folder: Path) -> None:
        self.server = PostgreSQL(folder / "postgresql")
        self.server.start()
        self.url = self.server.url

    def faults(self) -> dict[str, Callable[[], None]]:
        return {
            "PostgreSQL restarted": lambda: self.stop(0, "fast"),
            "PostgreSQL crashed": lambda: self.stop(0, "immediate"),
            "PostgreSQL stopped for a while": lambda: self.stop(random.uniform(1, 6), "fast"),
            "one of PostgreSQL's processes killed": self._kill_a_process,
            "table locked": lambda: self._lock(random.uniform(1, 4)),
        }

    def stop(self, seconds: float, mode: str = "fast") -> None:
        """Stop it for some seconds."""
        self.server.stop(mode)
        time.sleep(seconds)
        self.server.start()

    def has(self, token_digest: str) -> bool | None:
        try:
            with psycopg.connect(self.url, connect_timeout=2) as database:
                return database.execute(f"{HAS}%s".encode(), [token_digest]).fetchone() is not None
        except psycopg.Error:
            return None

    def close(self) -> None:
        with suppress(subprocess.CalledProcessError):
            self.server.stop()

    def _kill_a_process(self) -> None:
        """All the others end with it: PostgreSQL starts itself again."""
        with suppress(OSError, IndexError):
            kill(random.choice(children_of(self.server.pid)))

    def _lock(self, seconds: float) -> None:
        with suppress(psycopg.Error), psycopg.connect(self.url) as database:
            database.execute("LOCK TABLE inquiries_inquiry IN SHARE MODE")
            time.sleep(seconds)
