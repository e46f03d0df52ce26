"""Make everything the site needs to run: tables, purposes, the first policy version, keys, static files."""

from typing import Any

from django.core.management import BaseCommand, call_command
from django.utils import timezone

from inquiries import sealing


class Command(BaseCommand):
    help = "Prepare the database, the keys and the static files. Safe to run again: it adds what is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        call_command("createcachetable", verbosity=0)
        sealing.ensure_key(timezone.localdate())
        call_command("collectstatic", interactive=False, verbosity=0)
