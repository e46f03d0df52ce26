"""How many wrong codes came lately: counted in memory, under a hash whose key is thrown away every day.

No code is locked, so that nobody locks a sender out by guessing: a right code opens however many wrong ones came
before it, because it is looked at first. Against guessing stand its 100 bits; the count only tells who guesses that
it is noticed, and keeps wrong codes from costing more than a look.
"""

import hmac
import secrets
from collections import Counter
from datetime import date
from threading import Lock

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

FROM_ONE = 30
"""Wrong codes a day from one address, in one process of the server."""

IN_ALL = 3_000
"""Wrong codes a day from everywhere, in one process of the server."""


class Count:
    """The wrong codes of a day."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._start(timezone.localdate())

    def add(self, address: str) -> bool:
        """Count a wrong code; return whether there are too many by now, from this address or in all."""
        today = timezone.localdate()
        with self._lock:
            if today != self._day:
                self._start(today)
            who = hmac.digest(self._key, address.encode("utf-8", "replace"), "sha256")
            self._in_all += 1
            if who in self._from or len(self._from) < IN_ALL:  # more addresses than that are past the limit anyway
                self._from[who] += 1
            return self._in_all > IN_ALL or self._from[who] > FROM_ONE

    def _start(self, day: date) -> None:
        self._day, self._key = day, secrets.token_bytes(32)
        self._from: Counter[bytes] = Counter()
        self._in_all = 0


_count = Count()


def are_too_many(request: HttpRequest) -> bool:
    """Count the wrong code that a request brought; return whether too many came today."""
    return _count.add(_address_of(request))


def _address_of(request: HttpRequest) -> str:
    """Return where a request came from, as the trusted proxy says where there is one."""
    passed_on = request.headers.get("X-Forwarded-For", "").split(",")
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return passed_on[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
