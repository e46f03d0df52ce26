"""Find inquiries by e-mail address, telephone number or name, whole, however they are spelt; nothing is opened for it.

The hashes are keyed, so that a copy of the database tells no names and numbers, and made by the worker, so that nobody
on the visitors' side can try numbers out. A key and its hashes end with their period.
"""

import hmac
import unicodedata
from collections.abc import Callable

import phonenumbers
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from inquiries import keyring, sealing
from inquiries.models import Inquiry, LookupHash, LookupKind


def find(kind: LookupKind, text: str) -> QuerySet[Inquiry]:
    """Return the inquiries whose sender gave this e-mail address, telephone number or name.

    Finds what was indexed under the keys that are on this machine. Raises SealingError where one can't be read.
    """
    plain = normal(kind, text)
    digests = [_digest(name, kind, plain) for name in keyring.private_names()] if plain else []
    return Inquiry.objects.filter(lookups__kind=kind, lookups__digest__in=digests)


def index(inquiry: Inquiry, document: sealing.Document) -> None:
    """Write the look-up hashes of an inquiry anew, from its opened document, under the key that its envelope names.

    Called by the worker alone. Raises SealingError where that key is not on this machine.
    """
    period = sealing.key_of(bytes(inquiry.sealed))
    plain = {kind: normal(kind, document.get(kind.value, "")) for kind in LookupKind}
    hashes = [
        LookupHash(inquiry=inquiry, kind=kind, period=period, digest=_digest(period, kind, text))
        for kind, text in plain.items()
        if text
    ]
    with transaction.atomic():
        if Inquiry.objects.filter(pk=inquiry.pk, sealed=inquiry.sealed).update(indexed_at=timezone.now()):
            inquiry.lookups.all().delete()
            LookupHash.objects.bulk_create(hashes)


def normal(kind: LookupKind, text: str) -> str:
    """Return the one spelling under which a text is found; empty where nothing is left of it."""
    plain = RULES[kind](unicodedata.normalize("NFKC", text).strip())
    return unicodedata.normalize("NFKC", plain)  # letters made small, or moved together, may compose anew


def _email(text: str) -> str:
    return text.casefold()


def _telephone(text: str) -> str:
    """Return the digits of a number in E.164; of what is none, the digits as they are."""
    try:
        number = phonenumbers.format_number(phonenumbers.parse(text, "JP"), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        number = text
    return "".join(character for character in number if character.isdecimal())


def _name(text: str) -> str:
    return "".join(text.split()).casefold()


RULES: dict[LookupKind, Callable[[str], str]] = {
    LookupKind.EMAIL: _email,
    LookupKind.TELEPHONE: _telephone,
    LookupKind.NAME: _name,
}


def _digest(period: str, kind: LookupKind, plain: str) -> str:
    message = f"{kind.value}\n{plain}".encode("utf-8", "surrogatepass")  # what staff type is no document yet
    return hmac.digest(sealing.lookup_key(period), message, "sha256").hex()
