"""The one-time token of a page: whatever is sent with it is one inquiry, one message, however often it is sent.

It is kept nowhere: the browser holds it in the page, and what was sent its digest.
"""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta

from django.core.signing import BadSignature, TimestampSigner, b62_decode
from django.utils.crypto import salted_hmac

MAX_AGE = timedelta(hours=24)
"""How long a check page may lie before it is sent."""

_signer = TimestampSigner(salt="inquiries.tokens")


@dataclass(frozen=True)
class Token:
    """A token that this site made: its random value, and whether it still lets an inquiry in."""

    secret: str
    is_fresh: bool
    age: timedelta = MAX_AGE
    """How long ago the check page was made."""

    @property
    def digest(self) -> str:
        """What the inquiry keeps: the SHA-256 of the random value, which does not lead back to it."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def digest_for(self, use: str, typed: dict[str, str]) -> str:
        """Return what something else keeps that is sent with this token: the same only for the same use and words.

        So a double click is one message, and other words sent from the same page are another. It leads back to
        neither: without the random value nobody can try out words.
        """
        return hashlib.sha256(json.dumps([self.secret, use, typed]).encode()).hexdigest()


def mint(press: str = "", content: str = "") -> str:
    """Return a token for a check page: 192 bits and the time, signed.

    The bits are random; where the browser gave this press of the button a random number, they follow from it and from
    what was typed, so that the same check page asked for again by "Back" and "Reload" has the same token.
    """
    if not press:
        return _signer.sign(secrets.token_urlsafe(24))
    digest = salted_hmac("inquiries.tokens.press", f"{press}\n{content}", algorithm="sha256").digest()
    return _signer.sign(base64.urlsafe_b64encode(digest[:24]).decode())


def read(text: str) -> Token | None:
    """Return the token in `text`, or None where this site did not make it."""
    try:
        secret = _signer.unsign(text)
    except BadSignature:
        return None
    age = timedelta(seconds=time.time() - b62_decode(text.split(":")[-2]))
    return Token(secret, is_fresh=age <= MAX_AGE, age=age)
