"""The key files from their making to their end: one pair a month, made ahead or anew, copied out, destroyed.

What the keys open stands in the database; `inquiries.retirement` counts it before a key may go.
"""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils import timezone

from inquiries import sealing
from inquiries.sealing import SealingError, private_path, public_path

STALE_AFTER = timedelta(days=7)
"""How far into a month a machine may still seal with the key of the month before, until somebody is told."""


@dataclass(frozen=True)
class Pair:
    """One pair of keys, and which of its parts are on this machine."""

    name: str
    is_public_here: bool
    is_private_here: bool


def pairs() -> list[Pair]:
    """Return the pairs of keys of which a part is on this machine, oldest first."""
    public, private = set(sealing.public_names()), set(private_names())
    return [Pair(name, name in public, name in private) for name in sorted(public | private)]


def private_names() -> list[str]:
    """Return the names of the keys that can be opened with on this machine, oldest first."""
    names = (path.name.removesuffix(".private.pem") for path in sealing.key_folder().glob("*.private.pem"))
    return sorted(name for name in names if sealing.KEY_NAME.fullmatch(name))


def ensure_key(today: date) -> str | None:
    """Make this month's key pair where there is none; return its name if one was made."""
    if any(sealing.key_folder().glob(f"{today:%Y-%m}-*.public.pem")):
        return None
    return make_key(today)


def make_key(month: date) -> str:
    """Make a key pair for a month and return its name; of several in one month the last one made seals.

    Raises SealingError where the month's names are used up.
    """
    period = f"{month:%Y-%m}"
    last = max((int(key.name[8:], 16) for key in pairs() if key.name.startswith(period)), default=None)
    number = secrets.randbits(31) if last is None else last + 1 + secrets.randbelow(0x10000)
    if number > 0xFFFFFFFF:
        raise SealingError(f"No name is left for another key of {period}; wait for the next month.")
    name = f"{period}-{number:08x}"
    private = ec.generate_private_key(ec.SECP256R1())
    sealing.key_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    # The private key first: a public key whose private one was never written would seal for nobody.
    _write(
        private_path(name),
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    _write(
        public_path(name),
        private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    )
    return name


def export_public(folder: Path) -> list[str]:
    """Copy the public keys that may still seal into `folder`; return the names of those that were not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = [name for name in sealing.public_names() if not sealing.is_past(name)]
    new = [name for name in names if not (folder / public_path(name).name).exists()]
    for name in new:
        _write(folder / public_path(name).name, public_path(name).read_bytes())
    return new


def destroy(name: str) -> None:
    """Overwrite and remove a key's files, the private one first. Safe to run again after a power cut.

    Overwriting reaches the old blocks on a plain disk; an SSD, a file system that copies on write or a backup may keep
    them. Raises OSError where a file can't be written or removed.
    """
    for path in (private_path(name), public_path(name)):
        with suppress(FileNotFoundError):
            with path.open("r+b", buffering=0) as file:
                file.write(secrets.token_bytes(os.fstat(file.fileno()).st_size))
                os.fsync(file.fileno())
            path.unlink()
    if sealing.key_folder().exists():
        _sync_folder(sealing.key_folder())
    sealing.forget_keys()


def is_stale() -> bool:
    """Return whether this machine still seals with the key of a month that is over for a week and longer.

    It goes on sealing, as whoever writes must not be refused. Raises SealingError where there is no public key.
    """
    return f"{timezone.localdate() - STALE_AFTER:%Y-%m}" > sealing.newest_key()[:7]


def is_in_order() -> bool:
    """Return whether an inquiry is sealed now with a key of this month, and opens on this machine if it should."""
    try:
        if settings.SITE_ROLE != "public":
            sealing.lookup_key(sealing.newest_key())  # it needs the private part
        return sealing.is_ready() and not is_stale()
    except SealingError:
        return False


def secrets_of_staff() -> list[Path]:
    """Return the files in KEYS_DIR that a machine on the visitors' side must not hold."""
    folder: Path = settings.KEYS_DIR
    return sorted([*folder.rglob("*.private.pem"), *folder.glob("second_factor_key")])


def _write(path: Path, data: bytes) -> None:
    """Write a key file whole or not at all, also where the power fails in between: half a key would seal nothing."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)  # left over from a power cut
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
