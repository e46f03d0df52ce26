"""The secrets of authenticator apps and recovery codes: encrypted in the database, under a key kept outside it."""

import base64
import secrets

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from occtosite.secret import read_or_make_secret

NONCE_BYTES = 12


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """allauth asks it for what is kept of a second factor."""

    def encrypt(self, text: str) -> str:
        """Return `text` under AES-256-GCM, so that a copy of the database signs nobody in (clause S15)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return base64.b64encode(nonce + _cipher().encrypt(nonce, text.encode(), None)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was encrypted. Raises ImproperlyConfigured where the key is another one."""
        data = base64.b64decode(encrypted_text)
        try:
            return _cipher().decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], None).decode()
        except InvalidTag:
            raise ImproperlyConfigured(
                "A second factor was encrypted under another key; restore KEYS_DIR/second_factor_key from its backup."
            ) from None


def _cipher() -> AESGCM:
    secret = read_or_make_secret(settings.KEYS_DIR / "second_factor_key")
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"occtosite second factor v1").derive(secret.encode()))
