"""The keys that seal and open inquiries: list, make, copy out, destroy. It says what becomes unreadable, and asks."""

from argparse import ArgumentParser
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from inquiries import keyring, retirement, sealing
from inquiries.models import Because, KeyDestruction
from inquiries.sealing import SealingError

NOTHING = "Nothing becomes unreadable."


class Command(BaseCommand):
    help = "List, create, rotate, destroy the keys that seal and open inquiries, or copy out their public parts."
    requires_system_checks = []  # keys must be at hand where the rest of the site is not in order

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="step")
        steps.add_parser("list", help="Show each key, what names it, and from when it may be destroyed.")
        create = steps.add_parser("create", help="Make the key pairs of this month and of months to come.")
        create.add_argument("--months", type=int, default=1, help="For how many months, this one included (1 to 24).")
        rotate = steps.add_parser("rotate", help="Make another key pair for this month, which seals from now on.")
        destroy = steps.add_parser("destroy", help="Destroy a key pair for good.")
        destroy.add_argument("name", help="The key's name, as the list shows it.")
        destroy.add_argument(
            "--seal-again", action="store_true", help="First seal what names it under the present key."
        )
        export = steps.add_parser("export-public", help="Copy the public keys for a machine with SITE_ROLE=public.")
        export.add_argument("folder", type=Path, help="Where to; it goes into KEYS_DIR/inquiries of that machine.")
        for asking in (create, rotate, destroy):
            asking.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, **options: Any) -> None:
        step = options["step"]
        if settings.SITE_ROLE == "public" and step in {"create", "rotate", "destroy"}:
            raise CommandError("This machine has SITE_ROLE=public: keys are made and destroyed on the staff machine.")
        try:
            getattr(self, f"_{step.replace('-', '_')}")(options)
        except (SealingError, ValueError) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}; let this user write there.") from None

    def _list(self, options: dict[str, Any]) -> None:
        destroyed: set[str] = set()
        sealing_now = sealing.newest_key() if sealing.public_names() else ""
        for key in keyring.pairs():
            parts = [word for word, here in (("public", key.is_public_here), ("private", key.is_private_here)) if here]
            self._say(f"{key.name}  {' and '.join(parts)} here{'; seals now' if key.name == sealing_now else ''}")
            self._say(f"  names it: {_in_words(retirement.documents_naming(key.name)) or 'nothing'}")
            self._say(f"  may be destroyed from {sealing.may_be_destroyed_from(key.name)}")
        for gone in KeyDestruction.objects.order_by("name"):
            destroyed.add(gone.name)
            when = f"{timezone.localtime(gone.destroyed_at):%Y-%m-%d %H:%M}" if gone.destroyed_at else "not yet done"
            self._say(f"{gone.name}  destroyed: {when}, {gone.get_because_display()}")
            if gone.made_unreadable:
                self._say(f"  made unreadable: {gone.made_unreadable}")
        for name, counts in retirement.documents_without_key().items():
            cure = "" if name in destroyed else "; restore it from the keys' backup"
            self._say(f"{name}  its private key is not here{cure}")
            self._say(f"  names it: {_in_words(counts)}")

    def _create(self, options: dict[str, Any]) -> None:
        if not 1 <= options["months"] <= 24:
            raise CommandError(f"--months is {options['months']}; give a whole number from 1 to 24.")
        lacking = [month for month in _months(options["months"]) if not _has_key(month)]
        if not lacking:
            self._say("Each of these months has its key pair already.")
            return
        months = ", ".join(f"{month:%Y-%m}" for month in lacking)
        self._ask(f"This makes key pairs for {months}, each of which seals from its month on. {NOTHING}", options)
        for month in lacking:
            self._say(f"Made {keyring.make_key(month)}")
        self._remind()

    def _rotate(self, options: dict[str, Any]) -> None:
        self._ask(
            "This makes another key pair for this month, which seals from now on. What the keys before it sealed "
            f"stays readable with them. {NOTHING}",
            options,
        )
        self._say(f"Made {keyring.make_key(timezone.localdate())}")
        self._remind()

    def _destroy(self, options: dict[str, Any]) -> None:
        name = options["name"]
        if name not in {key.name for key in keyring.pairs()}:
            raise CommandError(f"There is no key {name} here; `manage.py keys list` shows those there are.")
        if name == sealing.newest_key():
            raise CommandError(f"{name} is the key that seals now; make a newer one first: manage.py keys rotate")
        counts = retirement.documents_naming(name)
        if options["seal_again"]:
            self._say(
                f"First, what names it is sealed again under {sealing.newest_key()}: {_in_words(counts) or 'nothing'}."
            )
        elif counts:
            self._say(f"It makes unreadable, for good: {_in_words(counts)}. With --seal-again they stay readable.")
        else:
            self._say("Nothing in this database names it.")
        self._ask(
            f"This destroys {name}. Backups of the database that were sealed with it can't be read again. Destroy its "
            "copies in the keys' backups too. A public machine that still seals with it loses what it takes in: give "
            "it the newer public key first.",
            options,
        )
        if options["seal_again"] and not retirement.seal_again(name):
            left = _in_words(retirement.documents_naming(name))
            raise CommandError(f"Not everything could be sealed again ({left} left); the key was not destroyed.")
        retirement.destroy(name, Because.DECISION)
        self._say(f"Destroyed {name}")

    def _export_public(self, options: dict[str, Any]) -> None:
        new = keyring.export_public(options["folder"])
        self._say(f"Copied to {options['folder']}: {', '.join(new) or 'nothing, as all were there'}")

    def _ask(self, sentence: str, options: dict[str, Any]) -> None:
        """Say what is going to happen; raise CommandError unless it is wanted."""
        self._say(sentence)
        if options["yes"]:
            return
        try:
            answer = input("Type yes to go on: ")
        except EOFError:
            raise CommandError("Nobody answers here; to go on without asking, add --yes.") from None
        if answer.strip().lower() != "yes":
            raise CommandError("Nothing was changed.")

    def _remind(self) -> None:
        self._say(
            f"Copy {sealing.key_folder()} to the keys' backup, and the public keys to machines of SITE_ROLE=public."
        )

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)


def _months(count: int) -> list[date]:
    today = timezone.localdate()
    numbers = range(today.year * 12 + today.month - 1, today.year * 12 + today.month - 1 + count)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def _has_key(month: date) -> bool:
    return any(key.name.startswith(f"{month:%Y-%m}") for key in keyring.pairs())


def _in_words(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items())
