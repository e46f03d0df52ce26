"""Global Privacy Control: a browser's signal that its user wants no sale or sharing of data."""

from datetime import date

from django.http import HttpRequest

ABIDED_BY_SINCE = date(2026, 11, 24)
"""When the handling of the signal last changed, as `gpc.json` states it: change it with the code, never by itself."""


def is_sent(request: HttpRequest) -> bool:
    """Return whether the request carries the signal: `Sec-GPC: 1` and nothing else (W3C GPC, section 3.3)."""
    return request.headers.get("Sec-GPC") == "1"
