"""The files in which submissions wait while the database is away: into the backup, and back to their place."""

import re
from collections.abc import Container, Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from inquiries import erasures
from occtosite.backup import BackupError
from occtosite.backup.files import write_whole

NAME = re.compile(r"(aside/)?[0-9A-Za-z_-][0-9A-Za-z._-]{0,120}")


def folder() -> Path:
    """Return where submissions wait; there may be no such folder."""
    path: Path = getattr(settings, "SPOOL_DIR", settings.DATA_DIR / "spool")
    return path


def read() -> Iterator[tuple[str, bytes]]:
    """Yield each file that waits, with its name; one that is brought in meanwhile is left out. Raises BackupError."""
    try:
        for path in sorted(folder().rglob("*")) if folder().is_dir() else []:
            name = path.relative_to(folder()).as_posix()
            if NAME.fullmatch(name) and path.is_file() and not path.is_symlink():
                with suppress(FileNotFoundError):
                    yield name, path.read_bytes()
    except OSError as error:
        raise BackupError(f"The spool {folder()} can't be read ({error.strerror}); let this user read it.") from None


def put_back(name: str, data: bytes, erased: Container[str]) -> bool:
    """Put a file back where it waited; return whether it went there.

    What waits there already stays, and what was erased since (its digest is in `erased`) stays away: a file is named
    after the digest of its token. Raises BackupError for a name that leads elsewhere.
    """
    if not NAME.fullmatch(name):
        raise BackupError("The backup names a file outside of the spool: it was altered; use another one.")
    path = folder() / name
    if path.exists() or erasures.digest_of(path.stem) in erased:
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with write_whole(path) as file:
        file.write(data)
    return True
