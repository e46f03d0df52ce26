"""Make everything the site needs to run: tables, purposes, the first policy version, keys, static files."""

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import BaseCommand, call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from consent import guards, provision
from consent import keys as signing
from inquiries import keyring, roles
from occtosite.backup import keys as backup_keys
from occtosite.site_role import refuse_unsafe_keys

STATIC_MAKERS = ("django", "whitenoise", "brotli")
"""Packages whose version changes how static files come out."""


class Command(BaseCommand):
    help = "Prepare the database, the keys and the static files. Safe to run again: it adds only what is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        self.verbosity = options["verbosity"]
        refuse_unsafe_keys()
        if settings.SITE_ROLE == "public":
            self._look_at_the_database()
        else:
            refuse_unusable_database()
            self._prepare_database()
            self._make_keys()
        self._gather_static_files()

    def _look_at_the_database(self) -> None:
        """On the visitors' side the site starts without its database too: what is sent waits in the spool."""
        try:
            refuse_unusable_database()
        except ImproperlyConfigured as problem:
            self.stderr.write(f"{problem} Until then inquiries are kept in {settings.SPOOL_DIR}.")
        else:
            refuse_unprepared_database()

    def _make_keys(self) -> None:
        if backup_keys.ensure(timezone.localdate()):
            self._say(f"A key pair for backups was made in {backup_keys.folder()}: keep its private key elsewhere")
        if any([keyring.ensure_key(timezone.localdate()), signing.ensure_key(timezone.localdate())]):
            self._say(f"Keys were made in {settings.KEYS_DIR}: keep a copy of that folder, apart from the database")

    def _prepare_database(self) -> None:
        plan = missing_migrations()
        if plan:
            self._say(f"Preparing the database: {len(plan)} steps")
            call_command("migrate", interactive=False, verbosity=0)
        else:
            self._make_guards()
            provision.provision()  # words or roles may have changed since; a migration does this by itself
            roles.provision()
        call_command("createcachetable", verbosity=0)

    def _make_guards(self) -> None:
        made = guards.make()
        if made:
            self._say(
                f"Guards of the decisions were missing or not as they should be, and were made again: "
                f"{', '.join(made)}. Unless the site was just upgraded, look into it: manage.py verify_decisions"
            )

    def _gather_static_files(self) -> None:
        digest, kept = static_digest(), settings.DATA_DIR / "static.digest"
        if kept.exists() and kept.read_text() == digest and (settings.STATIC_ROOT / "staticfiles.json").exists():
            return
        self._say("Gathering and compressing the static files")
        call_command("collectstatic", interactive=False, verbosity=0)
        kept.write_text(digest)

    def _say(self, sentence: str) -> None:
        if self.verbosity:
            self.stdout.write(sentence)
            self.stdout.flush()


def refuse_unusable_database() -> None:
    """Raise ImproperlyConfigured where the database can't be opened and written."""
    try:
        if connection.vendor == "postgresql":
            # Past the pool, which would try for ten seconds and not say why it failed.
            psycopg.connect(**connection.get_connection_params(), connect_timeout=10).close()
        with transaction.atomic():  # on SQLite this takes the lock for writing
            connection.ensure_connection()
    except (DatabaseError, psycopg.OperationalError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ImproperlyConfigured(
            f"The database can't be used ({reason}); start it, or correct DATABASE_URL or DATA_DIR."
        ) from None


def missing_migrations() -> list[Any]:
    """Return the steps that the database has not taken yet."""
    executor = MigrationExecutor(connection)
    plan: list[Any] = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return plan


def refuse_unprepared_database() -> None:
    """Raise ImproperlyConfigured where a machine of the visitors' side, which prepares none, meets an old database."""
    missing = len(missing_migrations())
    if missing:
        raise ImproperlyConfigured(
            f"The database lacks {missing} steps; start this version on the staff machine first, which takes them."
        )


def static_digest() -> str:
    """Return a digest of every static file's path and content, and of what makes them up."""
    digest = hashlib.sha256(repr([(name, version(name)) for name in STATIC_MAKERS]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            digest.update(f"{path}\0".encode())
            digest.update(hashlib.sha256(Path(storage.path(path)).read_bytes()).digest())
    return digest.hexdigest()
