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

from consent import provision
from inquiries import roles, sealing
from occtosite.backup import keys as backup_keys

STATIC_MAKERS = ("django", "whitenoise", "brotli")
"""Packages whose version changes how static files come out."""


class Command(BaseCommand):
    help = "Prepare the database, the keys and the static files. Safe to run again: it adds only what is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        self.verbosity = options["verbosity"]
        refuse_unusable_database()
        self._prepare_database()
        if backup_keys.ensure(timezone.localdate()):
            self._say(f"A key pair for backups was made in {backup_keys.folder()}: keep its private key elsewhere")
        if sealing.ensure_key(timezone.localdate()):
            self._say(
                f"A key pair was made in {settings.KEYS_DIR}: keep a copy of that folder, apart from the database"
            )
        self._gather_static_files()

    def _prepare_database(self) -> None:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            self._say(f"Preparing the database: {len(plan)} steps")
            call_command("migrate", interactive=False, verbosity=0)
        else:
            provision.provision()  # words or roles may have changed since; a migration does this by itself
            roles.provision()
        call_command("createcachetable", verbosity=0)

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


def static_digest() -> str:
    """Return a digest of every static file's path and content, and of what makes them up."""
    digest = hashlib.sha256(repr([(name, version(name)) for name in STATIC_MAKERS]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            digest.update(f"{path}\0".encode())
            digest.update(hashlib.sha256(Path(storage.path(path)).read_bytes()).digest())
    return digest.hexdigest()
