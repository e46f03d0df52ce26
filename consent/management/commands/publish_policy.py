"""Publish a policy version from files."""

from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from consent import policies, wording


class Command(BaseCommand):
    help = (
        "Publish a new policy version from text files, at once and for good. A file that ends in .md is Markdown; any "
        "other is plain text, whose numbered headings (1. Basic Policy) become sections. Visitors are asked again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ja", type=Path, metavar="FILE", help="the Japanese text")
        parser.add_argument("--en", type=Path, metavar="FILE", help="the English text")
        parser.add_argument(
            "--official",
            action="store_true",
            help="it is OCCTO's official wording; then one language is enough, and the other page shows the plain one",
        )
        parser.add_argument(
            "--effective", type=_day, metavar="YYYY-MM-DD", help="the day from which it applies; else at once"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        texts = {f"text_{code}": _text(options[code]) if options[code] else "" for code in ("ja", "en")}
        try:
            version = policies.publish_texts(
                **texts, is_official=options["official"], effective_on=options["effective"]
            )
        except policies.NotPublishableError as error:
            raise CommandError(f"Nothing was published. {error}") from None
        starts = options["effective"]
        when = f"applies from {starts}" if starts and starts > timezone.localdate() else "applies now"
        self.stdout.write(f"Version {version.number} is published and {when}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day; write it as 2027-04-01") from None


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CommandError(f"The file {path} can't be read ({reason}). Nothing was published.") from None
    if "\0" in text:
        raise CommandError(f"The file {path} is no text (it holds a NUL). Nothing was published.")
    return wording.normalized(text) if path.suffix == ".md" else wording.from_plain_text(text)
