"""The encrypted file: written and read chunk by chunk, so that its size never stands in memory (see the package)."""

import io
import secrets
from collections.abc import Callable
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from occtosite.backup import BackupError

MAGIC = b"OCCTOBAK"
VERSION = 1
CHUNK = 65_536
TAG = 16
SEALED_KEY = 113

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

BROKEN = "The backup was altered or cut short; use another one."


class Writer(io.RawIOBase):
    """Encrypts what is written to it into a file. `close` writes the end; without it the file is a broken one."""

    def __init__(self, file: BinaryIO, name: str, public: ec.EllipticCurvePublicKey) -> None:
        super().__init__()
        self._file = file
        self._head = MAGIC + bytes([VERSION, len(name)]) + name.encode()
        key = secrets.token_bytes(32)
        self._cipher = AESGCM(key)
        self._number = 0
        self._pending = bytearray()
        file.write(self._head + SUITE.encrypt(key, public, info=self._head))

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # bytes are all we need
        self._pending += data
        while len(self._pending) > CHUNK:  # one is kept back: it may be the last
            self._put(bytes(self._pending[:CHUNK]), is_last=False)
            del self._pending[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk."""
        self._put(bytes(self._pending), is_last=True)

    def _put(self, chunk: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, is_last=is_last), chunk, self._head))
        self._number += 1


class Reader(io.RawIOBase):
    """Decrypts a file. What it gives was checked; that nothing is missing is known when its end was read.

    Raises BackupError where the file is none of this site's, of a newer version, altered or cut short, or where the
    private key that `private_key` gives for the key's name doesn't open it.
    """

    def __init__(self, file: BinaryIO, private_key: "Callable[[str], ec.EllipticCurvePrivateKey]") -> None:
        super().__init__()
        self._file = file
        self._head, self.key_name = _read_head(file)
        try:
            key = SUITE.decrypt(file.read(SEALED_KEY), private_key(self.key_name), info=self._head)
        except InvalidTag:
            raise BackupError(
                f"The private key is another one than the backup's, or the backup was altered; use {self.key_name}."
            ) from None
        self._cipher = AESGCM(key)
        self._number = 0
        self._ahead = file.read(CHUNK + TAG)
        self._plain = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]  # what io hands over
        while not self._plain and not self.is_finished:
            self._plain = memoryview(self._next())
        size = min(len(buffer), len(self._plain))
        buffer[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    is_finished = False
    """Whether the last chunk was read: from then on it is known that nothing is missing."""

    def _next(self) -> bytes:
        chunk, self._ahead = self._ahead, self._file.read(CHUNK + TAG)
        is_last = not self._ahead
        try:
            plain = self._cipher.decrypt(_nonce(self._number, is_last=is_last), chunk, self._head)
        except (InvalidTag, ValueError):  # ValueError: shorter than a tag
            raise BackupError(BROKEN) from None
        self._number += 1
        self.is_finished = is_last
        return plain


def _read_head(file: BinaryIO) -> tuple[bytes, str]:
    start = file.read(len(MAGIC) + 2)
    if start[: len(MAGIC)] != MAGIC:
        raise BackupError("This is no backup of this site; name a file that manage.py backup wrote.")
    if len(start) != len(MAGIC) + 2:
        raise BackupError(BROKEN)
    if start[len(MAGIC)] > VERSION:
        raise BackupError("The backup is of a newer version of this site; update the site first: git pull")
    head = start + file.read(start[-1])
    return head, head[len(start) :].decode("ascii", "replace")


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
