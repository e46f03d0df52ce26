"""Writing a file whole or not at all."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from occtosite.backup import BackupError

UNFINISHED = ".unfinished"


@contextmanager
def write_whole(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write, for this user alone; it gets its name once everything is on the disk, and never half.

    Raises BackupError where there is a file of that name, where another process writes it, or where there is no room.
    """
    if path.exists() or path.is_symlink():
        raise BackupError(f"{path} is there already; name another file.")
    unfinished = unfinished_of(path)
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise _unwritable(path, error) from None
    with os.fdopen(descriptor, "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupError(f"{path} is being written by another process; wait for it.") from None
        try:
            file.truncate()  # what a process that was killed left
            yield file
            file.flush()
            os.fsync(file.fileno())
            unfinished.rename(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise _unwritable(path, error) from None
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)


def unfinished_of(path: Path) -> Path:
    """Return the name that a file has while it is being written."""
    return path.with_name(f".{path.name}{UNFINISHED}")


def _unwritable(path: Path, error: OSError) -> BackupError:
    reason = error.strerror or error
    return BackupError(
        f"{path} can't be written ({reason}); free space there, or name a place where this user may write."
    )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
