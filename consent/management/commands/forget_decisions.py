"""Erase the decisions that are past their time."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand
from django.utils import timezone

from consent import retention


class Command(BaseCommand):
    help = (
        "Erase the decisions that are past their time, as the worker does every hour. Their entries in the log stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say what would be erased, and erase nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        before = f"decisions made before {timezone.localtime(retention.cutoff(now)):%Y-%m-%d %H:%M}"
        if not options["dry_run"]:
            self.stdout.write(f"Erased {retention.forget(now):,} {before}.")
            return
        due = retention.due(now)
        self.stdout.write(f"{due.count():,} {before} would be erased.")
        if first := due.first():
            self.stdout.write(f"The first is record {first.record} (entry {first.position}).")
