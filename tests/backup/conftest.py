"""Folders and a key pair of backups, for each test its own."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone

from inquiries import keyring
from occtosite.backup import keys


@pytest.fixture
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    """A site's folders, apart from those that the settings of the process keep."""
    for name in ("DATA_DIR", "KEYS_DIR", "OUTGOING_DIR", "ERASURES_DIR"):
        (tmp_path / name).mkdir()
        setattr(settings, name, tmp_path / name)
    settings.MAIL_URL = None
    keyring.ensure_key(timezone.localdate())
    keys.ensure(timezone.localdate())
    return tmp_path


@pytest.fixture
def folders(folder: Path) -> dict[str, str | Path]:
    """The same folders, as variables for a command in a process of its own."""
    return {name: folder / name for name in ("DATA_DIR", "KEYS_DIR", "OUTGOING_DIR", "ERASURES_DIR")}
