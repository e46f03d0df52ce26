"""Mails that were written to files: what they are called, and their end.

Where no mail server is named the file is the mail, and holds an answer in the clear. So it goes with its inquiry, and
after OUTGOING_DAYS in any case: whoever wants it takes it away before.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

WRITTEN = re.compile(r"\.?[0-9A-Za-z@._-]+\.(eml|unfinished)")


def finished(mail_id: str) -> Path:
    """Return the file of the mail with this Message-ID."""
    return _folder() / f"{_name(mail_id)}.eml"


def unfinished(mail_id: str) -> Path:
    """Return the file that holds this mail while it is being written."""
    return _folder() / f".{_name(mail_id)}.unfinished"


def remove(mail_ids: Iterable[str]) -> None:
    """Remove the files of these mails. Raises OSError where one can't be."""
    for mail_id in mail_ids:
        finished(mail_id).unlink(missing_ok=True)
        unfinished(mail_id).unlink(missing_ok=True)


def written_before(time: datetime) -> list[Path]:
    """Return the files of mails that were written before `time`. Raises OSError where the folder can't be read."""
    mails = [path for path in _folder().iterdir() if WRITTEN.fullmatch(path.name) and path.is_file()]
    return [path for path in mails if path.stat().st_mtime < time.timestamp()]


def end_of_files(now: datetime) -> datetime:
    """Return the time before which files are past their time."""
    return now - timedelta(days=settings.OUTGOING_DAYS)


def _folder() -> Path:
    folder: Path = settings.OUTGOING_DIR
    return folder


def _name(mail_id: str) -> str:
    return re.sub(r"[^0-9A-Za-z@.-]", "_", mail_id.strip("<>"))
