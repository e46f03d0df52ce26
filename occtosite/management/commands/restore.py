"""Bring a backup back."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from inquiries import erasures
from inquiries.erasures import LedgerError
from occtosite.backup import BackupError, restoring


class Command(BaseCommand):
    help = "Bring a backup back into an empty database, and erase again what was erased since. Stop the site first."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The backup.")
        parser.add_argument("--key", type=Path, help="The backup's private key, where it is not in KEYS_DIR.")

    def handle(self, *args: Any, **options: Any) -> None:
        has_ledger = erasures.path().exists()
        try:
            restored = restoring.restore(options["file"], options["key"])
        except (BackupError, LedgerError) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(
                f"Not everything could be put back ({error.strerror}); free space there, and run: manage.py erase_due"
            ) from None
        for sentence in _sentences(restored, has_ledger=has_ledger):
            self.stdout.write(sentence)


def _sentences(restored: restoring.Restored, *, has_ledger: bool) -> Iterator[str]:
    """Yield what came back, and what is left to do."""
    summary = restored.summary
    yield (
        f"Restored {len(summary.counts)} tables, {summary.rows} rows and {restored.files} files of the spool, "
        f"as they were at {summary.made_at:%Y-%m-%d %H:%M} UTC."
    )
    yield f"Inquiries erased again: {restored.erased_again}."
    if not has_ledger:
        yield (
            f"There is no ledger of erasures at {erasures.path()}: what senders had erased since is back. "
            "Bring the ledger there, and run: manage.py erase_due"
        )
    if restored.in_doubt:
        yield f"Answers that may have been sent since, for staff to decide at the desk: {restored.in_doubt}."
    yield "Accounts of staff are as they were then: end those who left since, and invite who is missing."
