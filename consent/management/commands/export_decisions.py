"""Write the ledger of decisions into one archive for an auditor."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from consent import archive
from consent.keys import KeyFileError


class Command(BaseCommand):
    help = (
        "Write the recorded decisions with their proof into one archive (zip), which the script verify.py inside "
        "checks without this site."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The archive to write, like decisions.zip.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            manifest = archive.export(path)
        except KeyFileError as error:
            raise CommandError(str(error)) from None
        except FileExistsError:
            raise CommandError(f"{path} exists already; name another file.") from None
        except OSError as error:
            raise CommandError(f"{path} can't be written ({error.strerror}); name another file.") from None
        self.stdout.write(
            f"Wrote {manifest['size']:,} entries to {path}. To check them anywhere: unzip it and run python3 verify.py"
        )
