"""A copy of the database signs nobody in: the secrets of second factors are encrypted under a key kept elsewhere."""

from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import ImproperlyConfigured

from tests.staff.people import SECRET, create_charlie

pytestmark = pytest.mark.django_db


def test_no_secret_stands_in_the_database_in_the_clear() -> None:
    charlie = create_charlie()
    TOTP.activate(charlie, SECRET)
    codes = RecoveryCodes.activate(charlie).get_unused_codes()
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in kept
    assert codes
    assert not any(code in kept for code in codes)
    seeds = [row.data["seed"] for row in Authenticator.objects.filter(type="recovery_codes")]
    assert get_adapter().decrypt(seeds[0]) not in kept


def test_the_same_secret_looks_different_each_time_and_comes_back() -> None:
    first, second = get_adapter().encrypt(SECRET), get_adapter().encrypt(SECRET)
    assert first != second
    assert get_adapter().decrypt(first) == get_adapter().decrypt(second) == SECRET


def test_another_key_opens_nothing_and_says_what_to_do(settings: Any, tmp_path: Path) -> None:
    kept = get_adapter().encrypt(SECRET)
    settings.KEYS_DIR = tmp_path
    with pytest.raises(ImproperlyConfigured, match="second_factor_key"):
        get_adapter().decrypt(kept)
    assert (tmp_path / "second_factor_key").stat().st_mode & 0o777 == 0o600
