"""What every test needs: static files without a build, and keys to seal with."""

from collections.abc import Iterator

import pytest
from django.test import override_settings
from django.utils import timezone

from inquiries import sealing

PLAIN_STATIC_FILES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


@pytest.fixture(autouse=True, scope="session")
def _plain_static_files() -> Iterator[None]:
    with override_settings(STORAGES=PLAIN_STATIC_FILES):
        yield


@pytest.fixture(autouse=True, scope="session")
def _keys() -> None:
    sealing.ensure_key(timezone.localdate())
