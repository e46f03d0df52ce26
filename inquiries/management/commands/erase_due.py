"""Bring to its end what is past its time, now, instead of within the hour by the worker."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone, translation

from inquiries import retention_run
from inquiries.erasures import LedgerError
from inquiries.models import Hold

AHEAD_DAYS = 7


class Command(BaseCommand):
    help = "Close, erase and remove what is past its time. With --dry-run, say how much that is, and change nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="List counts and days; change nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            try:
                lines = self._foretell() if options["dry_run"] else self._run()
            except (retention_run.RetentionError, LedgerError) as error:
                raise CommandError(f"{str(error).rstrip('.')}. Not everything could be done.") from None
        self.stdout.write("\n".join(lines))

    def _run(self) -> list[str]:
        done = retention_run.run()
        return [f"{step.label}: {done.counts[step.name]}" for step in retention_run.STEPS]

    def _foretell(self) -> list[str]:
        now, lines = timezone.now(), []
        for step in retention_run.STEPS:
            counts = [f"{count} {day}" for count, day in _by_day(step, now) if count]
            lines.append(f"{step.label}: {', '.join(counts) or 'none within 7 days'}")
        held = Hold.objects.in_force(timezone.localdate()).count()
        return [*lines, f"Kept by a hold: {held}", "Nothing was changed."]


def _by_day(step: retention_run.Step, now: datetime) -> list[tuple[int, str]]:
    """Return how much is due now, and how much more with each of the next days."""
    counts, so_far = [], step.due(now)
    counts.append((so_far, "now"))
    for days in range(1, AHEAD_DAYS + 1):
        until = now + timedelta(days=days)
        total = step.due(until)
        counts.append((total - so_far, f"until {timezone.localtime(until):%Y-%m-%d %H:%M}"))
        so_far = total
    return counts
