"""The decision as the browser keeps it: django-cookie-consent's format, read by stricter rules.

    usability=2026-11-24|usage=-1|v=3f2a9c0b1d4e|d=2026-11-24

Purpose by purpose "-1" for no, or for yes the day of the decision, which the package reads as yes until a newer cookie
is registered; then the version of what was asked, and the day; and "|s=gpc" where the browser sent its signal with the
decision. Every value is enumerated, so that nobody can be told apart by it. `static/choice.js` reads by the same
rules; `tests/consent/choice_cases.json` holds them together.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from cookie_consent.util import parse_cookie_str, set_cookie_dict_to_response
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from consent.inventory import GPC_REFUSES

REFUSED = "-1"
VERSION, DAY, SIGNAL = "v", "d", "s"
GPC = "gpc"

_IN_HEADER = re.compile(rf"(?:^|; ?){settings.COOKIE_CONSENT_NAME}=([^;]*)")
# Quotes around the value are Python's own, because it holds "=" (RFC 6265, section 4.1.1 allows them).
_VALUE = re.compile(
    r'("?)((?:[-_a-zA-Z0-9]{1,32}=(?:-1|[0-9]{4}-[0-9]{2}-[0-9]{2})\|)+v=[0-9a-f]{12}\|d=[0-9]{4}-[0-9]{2}-[0-9]{2})'
    r"(\|s=gpc)?\1"
)


@dataclass(frozen=True)
class Choice:
    """What was asked under which version of the register, what was agreed to, and on which day.

    `signal`: the browser asked not to be shared (GPC) when the visitor decided, so that what was agreed to is meant.
    """

    asked: tuple[str, ...]
    agreed: tuple[str, ...]
    register: str
    day: date
    signal: bool = False

    @property
    def pairs(self) -> dict[str, str]:
        """What the cookie holds, name by name."""
        day = self.day.isoformat()
        purposes = {purpose: day if purpose in self.agreed else REFUSED for purpose in self.asked}
        return purposes | {VERSION: self.register, DAY: day} | ({SIGNAL: GPC} if self.signal else {})


def choice_of(
    asked: Iterable[str], agreed: Iterable[str], register: str, day: date, *, signal: bool = False
) -> Choice:
    """Return the choice to keep for a decision."""
    return Choice(tuple(asked), tuple(agreed), register, day, signal)


def read(header: str, today: date) -> Choice | None:
    """Return the choice in a Cookie header, or None where it holds none that can be relied on.

    Anything that was not written here is no decision: other bytes, a part missing or given twice, two of them, a day
    that does not exist, lies ahead, or is more than DECISION_DAYS past.
    """
    found = _IN_HEADER.findall(header)
    match = _VALUE.fullmatch(found[0]) if len(found) == 1 else None
    if not match:
        return None
    pairs = parse_cookie_str(match[2])
    if len(pairs) != match[2].count("="):
        return None
    register, day = pairs.pop(VERSION), pairs.pop(DAY)
    if not _is_valid_on(day, today) or not set(pairs.values()) <= {REFUSED, day}:
        return None
    agreed = [purpose for purpose, answer in pairs.items() if answer != REFUSED]
    return choice_of(pairs, agreed, register, date.fromisoformat(day), signal=bool(match[3]))


def answering(held: Choice | None, register: str) -> Choice | None:
    """Return the choice that a browser holds if it answers what is asked now, else None: it is asked again."""
    return held if held and held.register == register else None


def honouring(held: Choice | None, *, signal: bool) -> Choice | None:
    """Return the choice as it applies while the browser sends its signal, or doesn't.

    The signal refuses advertising and sharing, unless they were switched on while it was sent (decision 9 of the
    policy): what was agreed to before it was first sent is taken back by it.
    """
    if held is None or held.signal or not signal:
        return held
    return replace(held, agreed=tuple(purpose for purpose in held.agreed if purpose not in GPC_REFUSES))


def of_request(request: HttpRequest) -> Choice | None:
    """Return the choice that a request's browser holds, whatever version was asked."""
    return read(request.META.get("HTTP_COOKIE", ""), timezone.localdate())


def keep(response: HttpResponse, choice: Choice) -> None:
    """Let the browser keep a choice, with the attributes from the settings. Only ever for a recorded decision."""
    set_cookie_dict_to_response(response, choice.pairs)


def _is_valid_on(day: str, today: date) -> bool:
    try:
        age = today - date.fromisoformat(day)
    except ValueError:
        return False
    return 0 <= age.days <= settings.DECISION_DAYS
