"""Global Privacy Control: a browser's signal that its user wants no sale or sharing of data."""

from django.http import HttpRequest


def is_sent(request: HttpRequest) -> bool:
    """Return whether the request carries the signal: `Sec-GPC: 1` and nothing else (W3C GPC, section 3.3)."""
    return request.headers.get("Sec-GPC") == "1"
