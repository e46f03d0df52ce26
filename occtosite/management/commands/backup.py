"""Write a backup."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from occtosite.backup import BackupError, drill, saving


class Command(BaseCommand):
    help = "Write the database and the spool, never the keys, into one encrypted file. The site may run meanwhile."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="The file to write.")
        parser.add_argument(
            "--folder",
            type=Path,
            help=f"Write a file named after the time into it; destroy those older than {settings.BACKUP_DAYS} days.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["file"]) == bool(options["folder"]):
            raise CommandError("Name the file to write, or a folder with --folder.")
        drill.remove_leftovers()
        try:
            saved = saving.save_into(options["folder"]) if options["folder"] else saving.save(options["file"])
        except BackupError as error:
            raise CommandError(str(error)) from None
        summary = saved.summary
        self.stdout.write(
            f"Wrote {saved.path}: {len(summary.counts)} tables, {summary.rows} rows, {summary.files} files of the "
            f"spool, {saved.size} bytes. The private key {saved.key_name} opens it."
        )
