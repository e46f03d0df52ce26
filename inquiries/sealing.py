"""Seal with the public key, open with the private one. No models here, and no other place that decrypts.

An envelope is `OCS`, a version byte, the length of the key's name, the name, and an HPKE message (RFC 9180 in base
mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM: on CRYPTREC's list). The envelope's head and the context it
belongs to are bound into it as HPKE's `info`, so that it opens nowhere else.

Key files stand in KEYS_DIR/inquiries, one pair a month: `<name>.public.pem` seals, `<name>.private.pem` opens.
"""

import json
import os
import re
import secrets
from datetime import date
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from django.conf import settings

MAGIC = b"OCS"
VERSION = 1
PADDING = 256
"""Documents are filled up to a multiple of this many bytes, so that a length tells little."""

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
KEY_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9a-f]{8}")

Document = dict[str, str]


class SealingError(Exception):
    """Something can't be sealed or opened; the message names the cause and the cure, never the content."""


def seal(document: Document, context: str) -> bytes:
    """Return `document` sealed with the newest public key, bound to `context` (what it belongs to).

    Raises SealingError where there is no public key, or where the document holds a lone surrogate, which is no text.
    """
    name = newest_key()
    try:
        plaintext = json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # it carries the whole document
        raise SealingError("The document is not text in Unicode; refuse it where it comes in.") from None
    plaintext += b" " * (-len(plaintext) % PADDING)  # JSON ends before the blanks
    head = MAGIC + bytes([VERSION, len(name)]) + name.encode()
    return head + SUITE.encrypt(plaintext, _public_key(name), info=head + context.encode())


def open_sealed(envelope: bytes, context: str) -> Document:
    """Return the document in `envelope`. Called by `inquiries.reveal` only: every opening is recorded first.

    Raises SealingError where the envelope was altered, belongs to another context, or its private key is not here.
    """
    envelope = bytes(envelope)
    name, head = _read_head(envelope)
    try:
        plaintext = SUITE.decrypt(envelope[len(head) :], _private_key(name), info=head + context.encode())
    except InvalidTag:
        raise SealingError("The sealed document was altered or belongs elsewhere; restore it from a backup.") from None
    document: Document = json.loads(plaintext)
    return document


def key_of(envelope: bytes) -> str:
    """Return the name of the key that opens an envelope. Raises SealingError where it isn't one."""
    return _read_head(bytes(envelope))[0]


def newest_key() -> str:
    """Return the name of the key that seals now. Raises SealingError where there is none."""
    names = sorted(path.name.removesuffix(".public.pem") for path in key_folder().glob("*.public.pem"))
    names = [name for name in names if KEY_NAME.fullmatch(name)]  # a stray copy's name would open nothing again
    if not names:
        raise SealingError(f"There is no public key in {key_folder()}; make one: manage.py prepare")
    return names[-1]


def ensure_key(today: date) -> str | None:
    """Make this month's key pair where there is none; return its name if one was made."""
    period = f"{today:%Y-%m}"
    if any(key_folder().glob(f"{period}-*.public.pem")):
        return None
    name = f"{period}-{secrets.token_hex(4)}"
    private = ec.generate_private_key(ec.SECP256R1())
    key_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    # The private key first: a public key whose private one was never written would seal for nobody.
    _write(
        _private_path(name),
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    _write(
        _public_path(name),
        private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    )
    return name


def is_ready() -> bool:
    """Return whether an inquiry could be sealed now."""
    try:
        _public_key(newest_key())
    except SealingError:
        return False
    return True


def is_whole(name: str) -> bool:
    """Return whether both keys of a pair are here and belong together."""
    try:
        return _private_key(name).public_key() == _public_key(name)
    except SealingError:
        return False


def inquiry_context(reference: str) -> str:
    """Return what an inquiry's sealed document is bound to."""
    return f"inquiry/{reference}"


def message_context(reference: str) -> str:
    """Return what a sealed message of an inquiry is bound to."""
    return f"message/{reference}"


def look_context(reference: str) -> str:
    """Return what the sealed reason of a look is bound to."""
    return f"look/{reference}"


def hold_context(reference: str) -> str:
    """Return what the sealed reason of a hold is bound to."""
    return f"hold/{reference}"


def key_folder() -> Path:
    """Return the folder of the key files."""
    folder: Path = settings.KEYS_DIR / "inquiries"
    return folder


def _read_head(envelope: bytes) -> tuple[str, bytes]:
    start = len(MAGIC) + 2
    if envelope[: len(MAGIC)] != MAGIC or len(envelope) < start:
        raise SealingError("This is not a sealed document; restore it from a backup.")
    if envelope[len(MAGIC)] != VERSION:
        raise SealingError("The sealed document is of a later version; open it with a newer version of this site.")
    head = envelope[: start + envelope[len(MAGIC) + 1]]
    name = head[start:].decode("ascii", "replace")
    if not KEY_NAME.fullmatch(name):
        raise SealingError("The sealed document names no key; restore it from a backup.")
    return name, head


def _public_path(name: str) -> Path:
    return key_folder() / f"{name}.public.pem"


def _private_path(name: str) -> Path:
    return key_folder() / f"{name}.private.pem"


def _write(path: Path, data: bytes) -> None:
    """Write a key file whole or not at all, also where the power fails in between: half a key would seal nothing."""
    unfinished = path.with_suffix(".unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
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


def _public_key(name: str) -> ec.EllipticCurvePublicKey:
    key = _load_public(_public_path(name))
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SealingError(f"{_public_path(name)} holds no P-256 public key; restore it.")
    return key


def _private_key(name: str) -> ec.EllipticCurvePrivateKey:
    key = _load_private(_private_path(name))
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SealingError(f"{_private_path(name)} holds no P-256 private key; restore it.")
    return key


@lru_cache(maxsize=4)
def _load_public(path: Path) -> object:
    try:
        return serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        raise SealingError(f"The public key {path} can't be read; restore it from the keys' backup.") from None


@lru_cache(maxsize=16)
def _load_private(path: Path) -> object:
    try:
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise SealingError(f"The private key {path} can't be read; restore it from the keys' backup.") from None
