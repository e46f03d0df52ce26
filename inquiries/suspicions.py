"""What makes an inquiry look like spam: few rules, each of which staff can be told in a sentence.

A suspicion decides nothing but the order: the inquiry is received like any other and waits in quarantine until staff
have judged it. Nothing is asked of another machine, and nobody solves puzzles.
"""

import re
import zlib
from collections.abc import Mapping

import regex
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext


class Suspicion(models.TextChoices):
    """Why an inquiry is suspected, as it stands in `Inquiry.suspicions`, and the words that staff read."""

    TRAP = "trap", _("Something was entered in a field that people do not see")
    FAST = "fast", _("It was sent faster than a person can read")
    LINKS = "links", _("It holds many links, or a link where a name belongs")
    MARKUP = "markup", _("It holds markup for links, as advertising does")
    LETTERS = "letters", _("It mixes alphabets within words, or is mostly in letters of neither Japanese nor English")
    REPEATS = "repeats", _("Its text repeats itself")
    SAME = "same", _("The same text came several times within a day")
    MANY = "many", _("Many inquiries came from the same network within an hour")


LINKS_ALLOWED = 5
"""Links in the message: a person who reports pages names a few."""

LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
MARKUP = re.compile(r"\[/?(?:url|link|img)\b|</?a\b|\bhref\s*=", re.IGNORECASE)

NAMES = ("name", "organization")

MIXED = regex.compile(r"\p{Latin}\p{Cyrillic}|\p{Cyrillic}\p{Latin}")
"""Two alphabets that look alike, side by side in one word (Unicode Technical Standard 39)."""

FOREIGN = regex.compile(r"[\p{L}--[\p{Latin}\p{Hiragana}\p{Katakana}\p{Han}\p{Greek}\p{Common}]]", regex.VERSION1)
"""Letters of neither Japanese nor English, nor of the Greek that engineers write (Ω, Δ, μ)."""

REPEATED_BYTES, REPEATED_SHARE = 600, 0.1
"""A text that long which zlib brings to a tenth: prose comes to a third, the same pasted twice to a fifth."""


def suspicions_of(document: Mapping[str, str]) -> list[Suspicion]:
    """Return what the words of an inquiry are suspected for, by its personal fields; nothing is kept of them."""
    message = document["message"]
    everything = "\n".join(document.values())
    found = {
        Suspicion.LINKS: _has_many_links(document),
        Suspicion.MARKUP: bool(MARKUP.search(everything)),
        Suspicion.LETTERS: bool(MIXED.search(everything)) or _is_mostly_foreign(message),
        Suspicion.REPEATS: _repeats(message),
    }
    return [suspicion for suspicion, holds in found.items() if holds]


def describe(codes: str) -> str:
    """Return the words for `Inquiry.suspicions` in the active language."""
    known = [str(Suspicion(code).label) for code in codes.split(",") if code in Suspicion]
    return pgettext("between reasons", "; ").join(known)


def _has_many_links(document: Mapping[str, str]) -> bool:
    return len(LINK.findall(document["message"])) > LINKS_ALLOWED or any(LINK.search(document[n]) for n in NAMES)


def _is_mostly_foreign(text: str) -> bool:
    return len(FOREIGN.findall(text)) > sum(letter.isalpha() for letter in text) / 2


def _repeats(text: str) -> bool:
    data = text.encode()
    return len(data) >= REPEATED_BYTES and len(zlib.compress(data)) < len(data) * REPEATED_SHARE
