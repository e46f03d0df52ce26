"""What may be typed: rules for text, without a form. Words stay as they were typed; only addresses and numbers are
brought into one spelling.
"""

import re
import unicodedata

import phonenumbers
import regex
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

BIDI_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They make text read differently from what it holds (Unicode Technical Report 36, section 2.5)."""

KANA = re.compile(r"[\u3041-\u3096\u3099-\u309f\u30a0-\u30ff\u31f0-\u31ff\uff65-\uff9f \u3000]+")
"""Hiragana and katakana, full or half width, with the long mark, the middle dot, iteration marks and spaces."""

HYPHENS = re.compile("[\u00ad\u02d7\u2010-\u2015\u2043\u2212\u2500\u30fc]")
"""What keyboards and input methods give for a hyphen, after NFKC."""

INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""What comes along when a number is copied from a telephone's address book."""

JAPAN = "JP"
"""Where a number without a country code belongs."""

FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
"""Two regional indicators: one flag. Put together first, as `regex` takes a long row of them in quadratic time."""

_validate_email = EmailValidator(allowlist=[])


def characters(text: str) -> int:
    """Return how many characters people count, as browsers do: grapheme clusters (Unicode Standard Annex 29)."""
    return sum(1 for _cluster in regex.finditer(r"\X", FLAG.sub("F", text)))


def with_plain_newlines(text: str) -> str:
    """Return `text` with every line ended by a line feed, as browsers send a carriage return before it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def without_invisible(text: str) -> str:
    """Return `text` without marks that nobody typed, and without blank space around it."""
    return INVISIBLE.sub("", text).strip()


def is_blank(text: str) -> bool:
    """Return whether nothing in `text` can be seen."""
    return all(unicodedata.category(character) in {"Zs", "Zl", "Zp", "Cc", "Cf"} for character in text)


def is_usable(text: str, *, many_lines: bool) -> bool:
    """Return whether `text` is free of control characters, lone surrogates and bidirectional overrides.

    Line ends and tabs pass where there may be many lines.
    """
    refused = {"Cc", "Cs"} if many_lines else {"Cc", "Cs", "Zl", "Zp"}
    passing = "\n\t" if many_lines else ""
    return not any(
        character in BIDI_OVERRIDES or (unicodedata.category(character) in refused and character not in passing)
        for character in text
    )


def kana(text: str) -> str:
    """Return `text` as it is. Raises ValueError where it isn't kana."""
    if not KANA.fullmatch(text):
        raise ValueError("not kana")
    return text


def email(text: str) -> str:
    """Return an e-mail address in half-width characters. Raises ValueError where it isn't one.

    Quoted names and addresses of machines (`"a b"@[192.0.2.1]`) are refused: nobody reads mail there, and mail
    programs disagree about them.
    """
    address = unicodedata.normalize("NFKC", text).strip()
    if re.search(r'["\[\]]', address):
        raise ValueError("not an address")
    try:
        _validate_email(address)
    except ValidationError:
        raise ValueError("not an address") from None
    return address


def telephone(text: str) -> str:
    """Return a telephone number in E.164: +81312345678.

    Raises ValueError where it could be no number: 10 or 11 digits in Japan, or + and a country code. Whether it is
    assigned is not asked: new ranges open faster than tables follow.
    """
    number = HYPHENS.sub("-", unicodedata.normalize("NFKC", text)).strip()
    if not re.fullmatch(r"[(]?\+?[0-9][0-9() .-]*|[(]0[0-9() .-]*", number):
        raise ValueError("not a number")
    digits = re.sub(r"\D", "", number)
    if "+" not in number and not re.fullmatch(r"0[0-9]{9,10}", digits):
        raise ValueError("not a number")
    try:
        parsed = phonenumbers.parse(number, JAPAN)
    except phonenumbers.NumberParseException:
        raise ValueError("not a number") from None
    if not phonenumbers.is_possible_number(parsed):
        raise ValueError("not a number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def telephone_as_read(number: str) -> str:
    """Return a number in E.164 as people write it: 03-1234-5678 for Japan, +1 212-555-0123 for elsewhere.

    `telephone` leads back to the same number. What is no number is returned as it is.
    """
    try:
        parsed = phonenumbers.parse(number, JAPAN)
    except phonenumbers.NumberParseException:
        return number
    formats = phonenumbers.PhoneNumberFormat
    is_japanese = phonenumbers.region_code_for_country_code(parsed.country_code or 0) == JAPAN
    shown = phonenumbers.format_number(parsed, formats.NATIONAL if is_japanese else formats.INTERNATIONAL)
    try:
        return shown if telephone(shown) == number else number
    except ValueError:
        return number


def postal_code(text: str) -> str:
    """Return a Japanese postal code as 123-4567. Raises ValueError where it hasn't 7 digits."""
    code = HYPHENS.sub("-", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"[-\s〒]", "", code)
    if not re.fullmatch(r"[0-9]{7}", digits):
        raise ValueError("not a postal code")
    return f"{digits[:3]}-{digits[3:]}"
