"""What every test needs: static files without a build, keys to seal with, and no trace of the test before."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import hypothesis
import pytest
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import override_settings
from django.utils import timezone

from consent import guards, keys, ledger
from inquiries import intake, keyring
from occtosite import context

# How long an example takes says how busy the machine is, not whether the site is right.
hypothesis.settings.register_profile("site", deadline=None)
hypothesis.settings.load_profile("site")

PLAIN_STATIC_FILES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


@pytest.fixture(autouse=True, scope="session")
def _plain_static_files() -> Iterator[None]:
    with override_settings(STORAGES=PLAIN_STATIC_FILES):
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True, scope="session")
def _spool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("spool")
    with override_settings(SPOOL_DIR=folder):
        yield folder


@pytest.fixture(autouse=True)
def _calm(_spool: Path) -> None:
    """No outage is on, and nothing waits in the spool."""
    intake.OUTAGE.end()
    context.OUTAGE.end()
    for path in _spool.glob("*"):
        path.unlink() if path.is_file() else shutil.rmtree(path)


@pytest.fixture(autouse=True, scope="session")
def _keys() -> None:
    keyring.ensure_key(timezone.localdate())
    keys.ensure_key(timezone.localdate())


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_guards() -> Iterator[None]:
    """A test with transactions of its own ends with a flush, which the database refuses while its guards stand."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_unguarded(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
        guards.lift()
        flush(self, sql_list)
        guards.make()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_unguarded)
        yield


@pytest.fixture(autouse=True)
def _fresh_notices() -> None:
    """What a process knows of notices belongs to one test's database."""
    ledger.forget_notices()
