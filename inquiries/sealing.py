"""Seal with the public key, open with the private one. No models here, and no other place that decrypts.

An envelope is `OCS`, a version byte, the length of the key's name, the name, and an HPKE message (RFC 9180 in base
mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM: on CRYPTREC's list). The envelope's head and the context it
belongs to are bound into it as HPKE's `info`, so that it opens nowhere else.

Key files stand in KEYS_DIR/inquiries, one pair a month: `<name>.public.pem` seals, `<name>.private.pem` opens. A name
is the month and eight hexadecimal digits, which grow where a month has several. `inquiries.keyring` makes keys.
"""

import json
import re
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils import timezone

MAGIC = b"OCS"
VERSION = 1
PADDING = 256
"""Documents are filled up to a multiple of this many bytes, so that a length tells little."""

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
KEY_NAME = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-[0-9a-f]{8}")
NAME_LENGTH = len("2026-04-0123abcd")

LONGEST_CASE = timedelta(days=60)
"""An ordinary inquiry is closed this long after its month at the latest; a longer one is sealed again instead."""

REFERENCE_LENGTH = 11

Document = dict[str, str]


class SealingError(Exception):
    """Something can't be sealed or opened; the message names the cause and the cure, never the content."""


def seal(document: Document, context: str) -> bytes:
    """Return `document` sealed with the newest public key, bound to `context` (what it belongs to).

    Raises SealingError where there is no public key that may be used, or where the document holds a lone surrogate,
    which is no text.
    """
    name = newest_key()
    if settings.SITE_ROLE == "public" and is_past(name):
        raise SealingError(
            f"The newest public key in {key_folder()} is so old that its private one may have been destroyed; "
            "copy the public keys anew: manage.py keys export-public, on the staff machine."
        )
    head = head_for(name)
    return head + SUITE.encrypt(padded(document), _public_key(name), info=head + context.encode())


def padded(document: Document) -> bytes:
    """Return a document as it is sealed: JSON, filled up with blanks. Raises SealingError for a lone surrogate."""
    try:
        plaintext = json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # it carries the whole document
        raise SealingError("The document is not text in Unicode; refuse it where it comes in.") from None
    return plaintext + b" " * (-len(plaintext) % PADDING)  # JSON ends before the blanks


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


def head_for(name: str) -> bytes:
    """Return how every envelope begins that this key opens."""
    return MAGIC + bytes([VERSION, len(name)]) + name.encode()


def lookup_key(name: str) -> bytes:
    """Return the 32 bytes under which a period's look-up hashes are made: they follow from its private key.

    So they are where that is and nowhere else, and end with it. Raises SealingError where it is not here.
    """
    number = _private_key(name).private_numbers().private_value.to_bytes(32, "big")
    return HKDF(SHA256(), 32, salt=None, info=b"occtosite look-up hashes v1").derive(number)


def public_names() -> list[str]:
    """Return the names of the public keys here, oldest first."""
    names = (path.name.removesuffix(".public.pem") for path in key_folder().glob("*.public.pem"))
    return sorted(name for name in names if KEY_NAME.fullmatch(name))  # a stray copy's name would open nothing again


def newest_key() -> str:
    """Return the name of the key that seals now: the newest but those made for months to come.

    Raises SealingError where there is none.
    """
    names = public_names()
    if not names:
        raise SealingError(f"There is no public key in {key_folder()}; make one: manage.py prepare")
    month = f"{timezone.localdate():%Y-%m}"
    return max((name for name in names if name[:7] <= month), default=names[0])


def may_be_destroyed_from(name: str) -> date:
    """Return the day from which nothing ordinary needs a key: its month's inquiries are closed and past their time."""
    year, month = int(name[:4]), int(name[5:7])
    next_month = date(year + month // 12, month % 12 + 1, 1)
    return next_month + LONGEST_CASE + timedelta(days=settings.INQUIRY_RETENTION_DAYS)


def is_past(name: str) -> bool:
    """Return whether that day has come."""
    return timezone.localdate() >= may_be_destroyed_from(name)


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
    """Return what an inquiry's sealed document is bound to: its number as the sender saw it, without the character
    that `intake.bring_in` adds where it was taken."""
    return f"inquiry/{reference[:REFERENCE_LENGTH]}"


def message_context(reference: str) -> str:
    """Return what a sealed message of an inquiry is bound to."""
    return f"message/{reference}"


def request_context(reference: str) -> str:
    """Return what the sealed words of a request about personal data are bound to."""
    return f"request/{reference}"


def decision_context(reference: str) -> str:
    """Return what the sealed decision on such a request is bound to."""
    return f"decision/{reference}"


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


def forget_keys() -> None:
    """Drop the keys kept in memory: those on disk are other ones now."""
    _load_public.cache_clear()
    _load_private.cache_clear()


def public_path(name: str) -> Path:
    """Return where a key's public part stands."""
    return key_folder() / f"{name}.public.pem"


def private_path(name: str) -> Path:
    """Return where a key's private part stands."""
    return key_folder() / f"{name}.private.pem"


def _public_key(name: str) -> ec.EllipticCurvePublicKey:
    key = _load_public(public_path(name))
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SealingError(f"{public_path(name)} holds no P-256 public key; restore it.")
    return key


def _private_key(name: str) -> ec.EllipticCurvePrivateKey:
    if not private_path(name).exists():  # destroyed by another process: nor may this one keep it in memory
        _load_private.cache_clear()
    key = _load_private(private_path(name))
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SealingError(f"{private_path(name)} holds no P-256 private key; restore it.")
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
        raise SealingError(
            f"The private key {path} can't be read; restore it from the keys' backup, "
            "unless `manage.py keys list` says that it was destroyed."
        ) from None
