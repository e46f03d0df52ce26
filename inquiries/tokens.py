"""The one-time token of a check page: whatever is sent with it is one inquiry, however often it is sent.

It is kept nowhere: the browser holds it in the page, the inquiry its digest.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

MAX_AGE = timedelta(hours=24)
"""How long a check page may lie before it is sent."""

_signer = TimestampSigner(salt="inquiries.tokens")


@dataclass(frozen=True)
class Token:
    """A token that this site made: its random value, and whether it still lets an inquiry in."""

    secret: str
    is_fresh: bool

    @property
    def digest(self) -> str:
        """What the inquiry keeps: the SHA-256 of the random value, which does not lead back to it."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


def mint() -> str:
    """Return a new token for a check page: 192 random bits and the time, signed."""
    return _signer.sign(secrets.token_urlsafe(24))


def read(text: str) -> Token | None:
    """Return the token in `text`, or None where this site did not make it."""
    try:
        return Token(_signer.unsign(text, max_age=MAX_AGE), is_fresh=True)
    except SignatureExpired:
        return Token(_signer.unsign(text), is_fresh=False)
    except BadSignature:
        return None
