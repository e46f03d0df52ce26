"""Compare what a real browser sees on every page with what is registered."""

import importlib.util
import os
import shutil
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from consent import inventory
from occtosite import cookie_audit

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


class Command(BaseCommand):
    help = (
        "Visit every page of the running site in a real browser: before a decision, after agreeing, refusing and "
        "after withdrawing. Lists each cookie, storage key and host seen that is not registered or came unasked, and "
        "each registered one that was never seen. Ends with exit code 1 where there is any."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--site", default=settings.SITE_URL, help="the address of the site, else SITE_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        if importlib.util.find_spec("playwright") is None:
            raise CommandError("Playwright is missing; install it: make test, or pip install -r requirements-test.txt")
        content = inventory.register_in_force().content
        paths = cookie_audit.addresses()
        audit = cookie_audit.compare(_look(options["site"].rstrip("/"), paths), content)
        self._list("Seen and not registered", audit.unregistered)
        self._list("Seen without agreement", audit.without_agreement)
        self._list("Registered and never seen", audit.never_seen)
        if not audit.is_clean:
            raise CommandError("What was seen is not what is registered; correct the register, or the site.")
        self.stdout.write(f"Visited {len(paths)} pages in 4 states: everything seen is registered, and the reverse.")

    def _list(self, heading: str, names: list[str]) -> None:
        for name in names:
            self.stdout.write(f"{heading}: {name}")


def _look(site: str, paths: list[str]) -> dict[str, cookie_audit.Seen]:
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 (not installed where the site only runs)

    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=arguments)
            seen = cookie_audit.look(browser, site, paths)
            browser.close()
    except Error as error:
        raise CommandError(f"The browser could not visit {site}: {str(error).splitlines()[0]}") from None
    return seen
