"""Run the worker."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from inquiries import worker


class Command(BaseCommand):
    help = "Send mail, make each month's key and end what is past its time, until SIGTERM or Ctrl+C."
    requires_system_checks = []  # the site's start ran them; the worker waits for a database that is down

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do once what is due, then end.")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = worker.Stop()
        before = {number: signal.signal(number, stop.wish) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            if options["once"]:
                _work_once(worker.Worker(stop))
            else:
                worker.Worker(stop).run()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _work_once(once: worker.Worker) -> None:
    if not once.turn():
        raise CommandError("Not everything could be done; the log above says what.")
    worker.beat()
