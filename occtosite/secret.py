"""Secrets that are made on the first run and kept in files of mode 0600, never in the database."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def make_private_folder(folder: Path, variable: str) -> None:
    """Make a folder that only its owner can read.

    Raises ImproperlyConfigured, naming the variable that says where it is, where it can't be made or used.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The folder {folder} can't be made ({error.strerror}); make its parent writable for this user, "
            f"or set {variable} to another folder."
        ) from None
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise ImproperlyConfigured(
            f"The folder {folder} can't be written by this user; change its owner, "
            f"or set {variable} to another folder."
        )


def read_or_make_secret(path: Path) -> str:
    """Return the secret kept at `path`; make one of 64 random bytes where there is none.

    Raises ImproperlyConfigured where the file can't be read, can't be written, or is empty.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The key file {path} can't be written ({error.strerror}); make its folder writable, or set KEYS_DIR."
        ) from None
    secret = secrets.token_urlsafe(64)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    return secret


def _read(path: Path) -> str:
    try:
        secret = path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The key file {path} can't be read ({error.strerror}); let only this user read it: chmod 600."
        ) from None
    if len(secret) < 50:
        raise ImproperlyConfigured(
            f"The key file {path} is empty or cut short; restore it, or remove it to make a new one."
        )
    return secret
