"""Reference numbers: short, unambiguous on paper and over the telephone, and telling nothing of how many there are."""

import hmac
import re
import unicodedata

ALPHABET = "23456789CFGHJMPQRVWX"
"""No two characters look alike, and no word can be spelt (Open Location Code's alphabet)."""

LENGTH = 10
GROUP = 5


def reference_for(secret: str, attempt: int = 0) -> str:
    """Return the reference number that a token's random value leads to, in two groups, as it is stored and shown.

    20**10 numbers: where one is taken, the next `attempt` gives another. It does not lead back to the value.
    """
    digest = hmac.digest(secret.encode(), b"inquiry reference %d" % attempt, "sha256")
    number = int.from_bytes(digest, "big")  # 256 bits over 43: the remainders are even enough
    characters = []
    for _position in range(LENGTH):
        number, remainder = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[remainder])
    text = "".join(characters)
    return f"{text[:GROUP]}-{text[GROUP:]}"


def read(text: str) -> str:
    """Return a reference number as it is stored, however it was typed: small, full width, with or without hyphens.

    What could be none comes back in the same form; no inquiry has it.
    """
    letters = re.sub("[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())
    return f"{letters[:GROUP]}-{letters[GROUP:]}"
