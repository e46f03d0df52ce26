"""The ledger of erasures: a file kept apart from the database, so that a restored backup is erased again.

One line for each erased inquiry: the day, a digest, the reason. The digest is the SHA-256 of what the inquiry kept of
its one-time token, 192 random bits that no one else has: it says nothing of the sender, can't be guessed, and needs no
key. Lines are only added. A line is on the disk before the inquiry goes from the database; one that was cut short by a
power cut belongs to an erasure that did not happen, and is passed over.
"""

import fcntl
import hashlib
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from inquiries.models import ErasureReason

LINE = re.compile(rb"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9a-f]{64}) ([a-z]+)\n")


@dataclass(frozen=True)
class Erasure:
    """One line of the ledger."""

    on: date
    reason: ErasureReason


class LedgerError(Exception):
    """The ledger can't be read or written; the message names the file and the cure."""


def path() -> Path:
    """Return where the ledger stands."""
    file: Path = settings.ERASURES_DIR / "ledger.txt"
    return file


def digest_of(token_digest: str) -> str:
    """Return what stands in the ledger for the inquiry that keeps this `token_digest`."""
    return hashlib.sha256(f"erased/{token_digest}".encode()).hexdigest()


def note(token_digest: str, reason: ErasureReason, on: date) -> None:
    """Add an erasure, and return when it is on the disk. Raises LedgerError where it can't be: then erase nothing."""
    line = f"{on:%Y-%m-%d} {digest_of(token_digest)} {reason.value}\n".encode()
    try:
        descriptor = os.open(path(), os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            size = os.fstat(file.fileno()).st_size
            if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
                line = b"\n" + line  # the one before was cut short
            if file.write(line) != len(line):
                raise OSError("cut short")  # noqa: TRY301 (the same cure)
            os.fsync(file.fileno())
        if not size:
            _sync_folder()
    except OSError:
        raise LedgerError(
            f"The erasure ledger {path()} can't be written; free space there, or make it writable for this user."
        ) from None


def noted() -> dict[str, Erasure]:
    """Return every erasure in the ledger by its digest. Raises LedgerError where it can't be read."""
    try:
        lines = path().read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return {}
    except OSError:
        raise LedgerError(f"The erasure ledger {path()} can't be read; make it readable for this user.") from None
    found = [match for match in map(LINE.fullmatch, lines) if match]
    return {match[2].decode(): _erasure(match[1].decode(), match[3].decode()) for match in found}


def is_noted(token_digest: str) -> bool:
    """Return whether the inquiry that keeps this `token_digest` was erased. Raises LedgerError."""
    return digest_of(token_digest) in noted()


def _erasure(day: str, reason: str) -> Erasure:
    try:
        on = date.fromisoformat(day)
    except ValueError:  # no day of the calendar: a damaged disk
        on = date.min
    return Erasure(on, ErasureReason(reason) if reason in ErasureReason else ErasureReason.TERM)


def _sync_folder() -> None:
    descriptor = os.open(path().parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
