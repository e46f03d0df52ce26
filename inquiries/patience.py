"""A transaction that soon gives up waiting: a sender who waits for a locked database has gone before it is free."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection, transaction

LOCK_SECONDS = 2
"""How long a submission waits for somebody else's lock. Staff and the worker wait as long as the settings say."""

STATEMENT_SECONDS = 5
"""How long PostgreSQL may take over one of its statements, whatever it does."""


@contextmanager
def hasty_transaction() -> Iterator[None]:
    """A transaction in which waiting for a lock ends in an OperationalError after LOCK_SECONDS."""
    if connection.vendor == "sqlite":
        with _sqlite_waits(LOCK_SECONDS), transaction.atomic():  # the lock is taken where the transaction begins
            yield
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'; SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'"
                )
            yield


@contextmanager
def _sqlite_waits(seconds: float) -> Iterator[None]:
    usual = connection.settings_dict["OPTIONS"].get("timeout", 5)
    _set_busy_timeout(seconds)
    try:
        yield
    finally:
        with suppress(Error):
            _set_busy_timeout(usual)


def _set_busy_timeout(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
