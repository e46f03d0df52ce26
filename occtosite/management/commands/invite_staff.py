"""Invite a member of staff: print the one-time link to hand over."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError, CommandParser

from occtosite import enrolment


class Command(BaseCommand):
    help = "Print a one-time link by which a new member of staff enrols. It is valid for 3 days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="the name to sign in with")
        parser.add_argument("--superuser", action="store_true", help="may do everything, staff accounts included")

    def handle(self, *args: Any, **options: Any) -> None:
        username = User.normalize_username(options["username"])
        if User.objects.filter(username__iexact=username).exists():
            raise CommandError(f"There is a member of staff named {username} already; choose another username.")
        try:
            User._meta.get_field("username").clean(username, None)
        except ValidationError as error:
            raise CommandError(f"{username!r} can't be a username: {' '.join(error.messages)}") from None
        self.stdout.write(enrolment.link(enrolment.Invitation(username, options["superuser"])))
