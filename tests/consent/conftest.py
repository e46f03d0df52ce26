"""Keys of each test's own, where it asks for them: what one test signs, another must not know."""

from pathlib import Path

import pytest
from django.conf import LazySettings


@pytest.fixture
def own_keys(settings: LazySettings, tmp_path: Path) -> Path:
    """A folder of keys for this test alone, empty at first."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.KEYS_DIR.mkdir(mode=0o700)
    return tmp_path / "keys/decisions"
