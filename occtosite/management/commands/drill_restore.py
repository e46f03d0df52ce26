"""Practise restoring."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from occtosite.backup import BackupError, saving
from occtosite.backup.drill import DrillError, drill


class Command(BaseCommand):
    help = (
        "Restore a backup into a database that is thrown away, compare it row by row, see that the keys of its "
        "inquiries are here, and write down the result. Without a file, a fresh backup is made for it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="The backup.")
        parser.add_argument("--folder", type=Path, help="Take the newest backup of this folder.")
        parser.add_argument("--key", type=Path, help="The backup's private key, where it is not in KEYS_DIR.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] and options["folder"]:
            raise CommandError("Name a file or a folder, not both.")
        try:
            path = saving.newest_in(options["folder"]) if options["folder"] else options["file"]
            done = drill(path, options["key"])
        except (BackupError, DrillError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"Restored {done.tables} tables and {done.rows} rows of {done.backup_made_at:%Y-%m-%d %H:%M} UTC into "
            f"{done.database} in {done.seconds:.1f} seconds: every row is the same, and every key fits."
        )
