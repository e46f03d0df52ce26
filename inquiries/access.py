"""The sender's own access: a receipt code from the one-time token, and from the code the key to the sender's copy.

The site keeps the key's public half and what is sealed to it, never the code nor the private half: whoever holds the
database, the public side included, opens no copy. A copy is `OCR`, a version byte and an HPKE message like those of
`inquiries.sealing`; head and context are bound into it.
"""

import hmac
import json
import re
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from inquiries import sealing
from inquiries.models import Inquiry
from inquiries.sealing import Document, SealingError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""32 characters, 5 bits each; what looks like another one is left out (Crockford's base 32)."""

LOOK_ALIKES = str.maketrans("OILU", "011V")
"""What people read for a character of the alphabet; none of these is in it, so there is no doubt what was meant."""

LENGTH = 20
GROUP = 4

HEAD = b"OCR\x01"

NO_KEY = bytes(33)
"""Compared with where there is no key, so that an unknown number takes as long as a wrong code. No key is zero."""

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of P-256 (FIPS 186-5, SP 800-186): private keys are the numbers from 1 to one less than it."""


def receipt_code(secret: str) -> str:
    """Return the receipt code that a token's random value leads to: 100 bits, in groups, as it is shown.

    It leads neither back to the value nor to the reference number, which has a label of its own.
    """
    number = int.from_bytes(_derive(secret, "inquiry receipt code", 13), "big") >> 4  # 104 bits to 100
    return _grouped("".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH)))


def read_code(text: str) -> str:
    """Return a receipt code as it is shown, however it was typed: small, full width, with or without separators.

    Raises ValueError where it could be none.
    """
    letters = re.sub("[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper()).translate(LOOK_ALIKES)
    if len(letters) != LENGTH:
        raise ValueError("not a receipt code")
    return _grouped(letters)


def key_of(code: str, reference: str) -> ec.EllipticCurvePrivateKey:
    """Return the private key that a receipt code gives for one inquiry.

    The reference number goes in too, so that nobody with a copy of the database tries a code on all inquiries at once.
    """
    # 384 bits over 256: the remainders are even enough (FIPS 186-5, A.2.1).
    number = int.from_bytes(_derive(code, f"sender key/{sealing.inquiry_context(reference)}", 48), "big")
    return ec.derive_private_key(number % (ORDER - 1) + 1, ec.SECP256R1())


def public_half(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return what the inquiry keeps of a sender's key: its point, compressed, in 33 bytes."""
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)


def fits(key: ec.EllipticCurvePrivateKey, inquiry: Inquiry | None) -> bool:
    """Return whether this is the key of that inquiry's sender, in the same time whatever the reason where it isn't."""
    kept = bytes(inquiry.sender_key) if inquiry and inquiry.sender_key else NO_KEY
    return hmac.compare_digest(public_half(key), kept)


def for_sender(secret: str, reference: str, document: Document) -> tuple[bytes, bytes]:
    """Return what a new inquiry keeps for its sender: the key's public half, and the document sealed to it.

    Raises SealingError where the document is no text.
    """
    public = public_half(key_of(receipt_code(secret), reference))
    return public, seal_to(public, document, sealing.inquiry_context(reference))


def copy_for(inquiry: Inquiry, document: Document, context: str) -> bytes | None:
    """Return a later document of an inquiry sealed to its sender; None where the sender has no key.

    It takes no secret: staff and sender write copies that only the sender's code opens. Raises SealingError.
    """
    return seal_to(bytes(inquiry.sender_key), document, context) if inquiry.sender_key else None


def seal_to(public: bytes, document: Document, context: str) -> bytes:
    """Return `document` sealed to a sender's public key, bound to `context`.

    Raises SealingError where the key can't be read or the document is no text.
    """
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    except ValueError:
        raise SealingError("The sender's public key is damaged; restore the inquiry from a backup.") from None
    return HEAD + sealing.SUITE.encrypt(sealing.padded(document), key, info=HEAD + context.encode())


def open_with(key: ec.EllipticCurvePrivateKey, copy: bytes, context: str) -> Document:
    """Return the document in a sender's copy. Called by `inquiries.sender` only, with the key of whoever asks.

    Raises SealingError where the copy was altered or belongs to another key or context.
    """
    if not copy.startswith(HEAD):
        raise SealingError("This is not a sender's copy; restore it from a backup.")
    try:
        plaintext = sealing.SUITE.decrypt(copy[len(HEAD) :], key, info=HEAD + context.encode())
    except InvalidTag:
        raise SealingError("The sender's copy was altered or belongs elsewhere; restore it from a backup.") from None
    document: Document = json.loads(plaintext)
    return document


def _derive(secret: str, label: str, length: int) -> bytes:
    """Return bytes that follow from a secret, others for each label (HKDF with SHA-256, RFC 5869)."""
    return HKDF(hashes.SHA256(), length, salt=None, info=label.encode()).derive(secret.encode())


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + GROUP] for start in range(0, LENGTH, GROUP))
