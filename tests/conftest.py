"""What every test needs: static files without a build, and keys to seal with."""

from collections.abc import Iterable, Iterator

import hypothesis
import pytest
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import override_settings
from django.utils import timezone

from consent import guards, keys
from inquiries import sealing

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
def _keys() -> None:
    sealing.ensure_key(timezone.localdate())
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
