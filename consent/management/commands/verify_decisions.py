"""Check the ledger of decisions."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from consent import audit
from consent.keys import KeyFileError
from consent.proof import Statement

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Check every recorded decision against the signed log, on this machine alone, and name what was altered, "
        "added in the past or removed. The exit code is 1 where anything was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            action="append",
            type=Path,
            default=[],
            metavar="FILE",
            help="A tree head that was kept from the log's page: the log must still begin with its entries.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.count = 0
        try:
            run = audit.verify(self._tell, [_head_in(path) for path in options["head"]])
        except KeyFileError as error:
            raise CommandError(str(error)) from None
        checked = f"{run.entries:,} entries and {run.records:,} records"
        seconds = (run.finished_at - run.started_at).total_seconds()
        if run.findings:
            if self.count > SHOWN:
                self.stdout.write(f"… and {self.count - SHOWN:,} more")
            raise CommandError(
                f"The ledger is not in order ({run.findings:,} findings in {checked}). First: {run.first_finding}"
            )
        self.stdout.write(f"Checked {checked} in {seconds:,.1f} seconds: all in order.")

    def _tell(self, sentence: str) -> None:
        self.count += 1
        if self.count <= SHOWN:
            self.stdout.write(sentence)


def _head_in(path: Path) -> Statement:
    """Return the tree head in a file. Raises CommandError where it holds none."""
    try:
        head: Statement = json.loads(path.read_bytes())
        return {name: head[name] for name in ("log", "size", "root", "time")}
    except (OSError, ValueError, KeyError, TypeError):
        raise CommandError(
            f"{path} holds no tree head; save one from the log's page: /privacy/choices/log.json"
        ) from None
