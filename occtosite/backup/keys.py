"""The key pair of backups, in KEYS_DIR/backup: `<name>.public.pem` writes them, `<name>.private.pem` restores them.

The private key is made here, and may be taken away to a safe place: it is asked for by its name when it is needed.
"""

import re
import secrets
from datetime import date
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from occtosite.backup import BackupError
from occtosite.backup.files import write_whole

NAME = re.compile(r"backup-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{8}")


def ensure(today: date) -> str | None:
    """Make the key pair where there is no public key; return its name if one was made.

    A pair whose private key was taken away counts as there. Raises BackupError where it can't be written.
    """
    if names():
        return None
    name = f"backup-{today:%Y-%m-%d}-{secrets.token_hex(4)}"
    private = ec.generate_private_key(ec.SECP256R1())
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    # The private key first: a public key whose private one was never written would write for nobody.
    with write_whole(private_path(name)) as file:
        file.write(
            private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    with write_whole(folder() / f"{name}.public.pem") as file:
        file.write(
            private.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
    return name


def names() -> list[str]:
    """Return the names of the pairs whose public key is here, the oldest first."""
    found = sorted(path.name.removesuffix(".public.pem") for path in folder().glob("*.public.pem"))
    return [name for name in found if NAME.fullmatch(name)]


def newest() -> tuple[str, ec.EllipticCurvePublicKey]:
    """Return the name and the public key that backups are written with. Raises BackupError where there is none."""
    if not names():
        raise BackupError(f"There is no public key for backups in {folder()}; make one: manage.py prepare")
    name = names()[-1]
    path = folder() / f"{name}.public.pem"
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BackupError(f"{path} holds no P-256 public key that can be read; restore it from the keys' backup.")
    return name, key


def private(name: str, path: Path | None = None) -> ec.EllipticCurvePrivateKey:
    """Return the private key with this name: from `path`, else from KEYS_DIR. Raises BackupError."""
    if not NAME.fullmatch(name):  # nothing in an altered file may lead elsewhere
        raise BackupError("The backup names no key of this site's: it was altered; use another one.")
    path = path or private_path(name)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BackupError(
            f"The private key {name} of this backup can't be read at {path} ({error.strerror}); "
            "bring it there, or say where it is: --key PATH"
        ) from None
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BackupError(f"{path} holds no P-256 private key; take {name}.private.pem from the keys' backup.")
    return key


def private_path(name: str) -> Path:
    """Return where a private key stands unless it was taken away."""
    return folder() / f"{name}.private.pem"


def folder() -> Path:
    """Return the folder of the key files."""
    path: Path = settings.KEYS_DIR / "backup"
    return path
