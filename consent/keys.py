"""The keys that sign records and tree heads (Ed25519), in files of KEYS_DIR/decisions, mode 0600.

One pair is made on the first run: `<day>-<name>.private.pem` signs, `<day>-<name>.public.pem` verifies and is
published. A key's name is the beginning of its hash, and stands in all that it signed. To change the key, take its
private file away: the worker makes a new pair, and what was signed before is still verified by the public file that
stays.

Beside them stands the newest tree head that was signed, out of the database's reach: whoever cuts off the end of the
log in the database is found out by it.
"""

import json
import os
from datetime import date
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.utils import timezone

from consent.proof import Statement, canonical, key_name, read_key

PRIVATE, PUBLIC = ".private.pem", ".public.pem"


class KeyFileError(Exception):
    """A key can't be read or is missing; the message names the file and the cure."""


class SigningKey:
    """The key that signs now."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self.name = key_name(private.public_key())
        self._private = private

    def sign(self, value: object) -> bytes:
        """Return the signature over a value's canonical JSON."""
        return self._private.sign(canonical(value))


def ensure_key(today: date) -> str | None:
    """Make a key pair where none can sign; return its name if one was made."""
    if any(key_folder().glob(f"*{PRIVATE}")):
        return None
    private = Ed25519PrivateKey.generate()
    name = key_name(private.public_key())
    key_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    # The public key first: what is signed must be verifiable, whatever happens in between.
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write(key_folder() / f"{today}-{name}{PUBLIC}", public)
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(key_folder() / f"{today}-{name}{PRIVATE}", secret)
    return name


def ready_key() -> SigningKey:
    """Return the key that signs now, made where there is none. Raises KeyFileError where it can't be read."""
    ensure_key(timezone.localdate())
    return signing_key()


def signing_key() -> SigningKey:
    """Return the newest key that can sign. Raises KeyFileError where there is none or it can't be read."""
    files = sorted(key_folder().glob(f"*{PRIVATE}"))
    if not files:
        raise KeyFileError(f"There is no private key in {key_folder()}; make one: manage.py prepare")
    try:
        key = load_pem_private_key(files[-1].read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"The private key {files[-1]} can't be read; restore it from the keys' backup.")
    return SigningKey(key)


def public_keys() -> dict[str, Ed25519PublicKey]:
    """Return every public key by its name. Raises KeyFileError where one can't be read."""
    keys = {}
    for path in key_folder().glob(f"*{PUBLIC}"):
        try:
            key = read_key(path.read_bytes())
        except (OSError, ValueError, UnsupportedAlgorithm):
            raise KeyFileError(f"The public key {path} can't be read; restore it from the keys' backup.") from None
        keys[key_name(key)] = key
    return keys


def is_ready() -> bool:
    """Return whether a record could be signed now."""
    try:
        signing_key()
    except KeyFileError:
        return False
    return True


def newest_public() -> str:
    """Return the name of the newest public key, or an empty string where there is none."""
    files = sorted(key_folder().glob(f"*{PUBLIC}"))
    return files[-1].name.removesuffix(PUBLIC).rpartition("-")[2] if files else ""


def public_pem(name: str) -> bytes | None:
    """Return a public key as PEM, or None where there is none of this name."""
    key = public_keys().get(name)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) if key else None


def kept_heads() -> list[Statement]:
    """Return the newest tree head that was signed of each log that these keys know. Raises KeyFileError."""
    return [_read_head(path) for path in sorted(key_folder().glob("head-*.json"))]


def kept_head(log: UUID) -> Statement | None:
    """Return the newest tree head that was signed of a log, or None. Raises KeyFileError."""
    return _read_head(_head_path(log)) if _head_path(log).exists() else None


def keep_head(head: Statement) -> None:
    """Keep a tree head as the newest of its log."""
    _write(_head_path(head["log"]), canonical(head))


def key_folder() -> Path:
    """Return the folder of the key files."""
    folder: Path = settings.KEYS_DIR / "decisions"
    return folder


def _head_path(log: str | UUID) -> Path:
    return key_folder() / f"head-{log}.json"


def _read_head(path: Path) -> Statement:
    try:
        head: Statement = json.loads(path.read_bytes())
        return head | {"size": int(head["size"])}
    except (OSError, ValueError, KeyError, TypeError):
        raise KeyFileError(f"The tree head {path} can't be read; restore it from the keys' backup.") from None


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, also where the power fails in between."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
