"""Where submissions wait while the database is away: one file each, durable before the sender is told "received".

A file is written beside its place, flushed to the disk and then linked to it: its place holds a whole submission or
none, whenever the power fails, and of two processes with the same token the first one's stays. It is as unreadable as
the database: what a person typed is sealed, and its name is the token's digest. Its first line is the SHA-256 of the
rest, so that a damaged disk is noticed.
"""

import hashlib
import logging
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from inquiries import submissions
from inquiries.submissions import Submission

logger = logging.getLogger(__name__)

NAME = re.compile(r"[0-9a-f]{64}\.submission")

UNFINISHED = ".unfinished"
UNFINISHED_SECONDS = 3600.0
"""Past this, a file that was never finished is removed: its sender was not told that it was received."""


class SpoolError(Exception):
    """Nothing could be put into the spool; the message names the cause and the cure."""


class TornError(Exception):
    """A file of the spool doesn't hold what was written to it."""


def append(submission: Submission) -> Submission:
    """Keep a submission, on the disk when this returns; where its token already left one, return that one.

    Raises SpoolError where the disk is full or can't be written: then nothing was kept.
    """
    place = _place(submission.token_digest)
    unfinished = place.with_name(f".{place.stem}-{secrets.token_hex(8)}{UNFINISHED}")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write(unfinished, submissions.to_json(submission))
            kept = _put(unfinished, place) or submission
        finally:
            with suppress(OSError):
                unfinished.unlink()
        _sync(place.parent)  # also where another process put it there: it may not have come so far
    except OSError as error:
        raise SpoolError(
            f"Nothing can be written to {place.parent} ({error.strerror}); free space, or let this user write there."
        ) from None
    return kept


def find(token_digest: str) -> Submission | None:
    """Return the submission that waits for a token, or None where none does or it can't be read."""
    try:
        return read(_place(token_digest))
    except (OSError, TornError):
        return None


def waiting() -> list[Path]:
    """Return the files that wait, oldest first. Raises OSError where the folder can't be read."""
    found = [path for path in _files() if NAME.fullmatch(path.name)]
    return sorted(found, key=_age)


def submissions_waiting() -> Iterator[Submission]:
    """Yield what waits and can be read, oldest first."""
    for path in waiting():
        with suppress(FileNotFoundError, TornError):
            yield read(path)


def read(path: Path) -> Submission:
    """Return the submission in a file. Raises TornError where it is damaged, OSError where it can't be read."""
    digest, _newline, body = path.read_bytes().partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise TornError
    try:
        return submissions.from_json(body)
    except ValueError:
        raise TornError from None


def remove(path: Path) -> None:
    """Remove a file whose submission stands in the database. One that comes back with a power cut is known there."""
    path.unlink(missing_ok=True)


def set_aside(path: Path) -> None:
    """Take a file out of the way that can't be brought in, for somebody to look at; it stays sealed."""
    _aside().mkdir(mode=0o700, exist_ok=True)
    with suppress(FileNotFoundError):
        path.rename(_aside() / path.name)


def sweep() -> None:
    """Remove what was never finished, because its process was killed or its disk was full."""
    for path in _files():
        if path.name.endswith(UNFINISHED) and time.time() - _age(path) > UNFINISHED_SECONDS:
            logger.warning("Removing %s, which was never finished", path.name)
            path.unlink(missing_ok=True)


def is_in_order() -> bool:
    """Return whether a submission could be kept now, as far as can be seen unwritten, and nothing was set aside."""
    return os.access(_folder(), os.R_OK | os.W_OK | os.X_OK) and not any(_aside().glob("*"))


def _folder() -> Path:
    folder: Path = settings.SPOOL_DIR
    return folder


def _aside() -> Path:
    return _folder() / "aside"


def _place(token_digest: str) -> Path:
    return _folder() / f"{token_digest}.submission"


def _files() -> Iterator[Path]:
    if _folder().exists():
        yield from _folder().iterdir()


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another worker has just brought it in
        return time.time()


def _write(path: Path, body: bytes) -> None:
    data = hashlib.sha256(body).hexdigest().encode() + b"\n" + body
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _put(unfinished: Path, place: Path) -> Submission | None:
    """Link a finished file to its place; return the submission that stood there already, if one did."""
    try:
        place.hardlink_to(unfinished)
    except FileExistsError:
        kept = find(place.stem)
        if kept is None:  # damaged, or brought in since
            unfinished.replace(place)
        return kept
    return None


def _sync(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
