"""Addresses on other hosts, as the register takes them: https, and nothing that a page or a header could misread.

Their hosts go into a Content-Security-Policy, where a space, a comma or a semicolon begins something new and "*"
stands for any host (CSP level 3, section 2.3.1). So a host is small letters, digits, dots and hyphens, and a port.
"""

import re
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ORIGIN = r"https://[a-z0-9]([-.a-z0-9]*[a-z0-9])?(:[0-9]{1,5})?"
# After the host, what RFC 3986 allows. So there is no user name, because "@" can't come before.
ADDRESS = rf"{ORIGIN}([/?#][-A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]]*)?"

# Read alike by Python, by SQLite through it, and by PostgreSQL.
ONE_ADDRESS = rf"\A{ADDRESS}\Z"
ORIGIN_A_LINE = rf"\A({ORIGIN}(\n{ORIGIN})*)?\Z"

NOT_HTTPS = _("Enter an address that begins with https://")
NOT_AN_ADDRESS = _(
    "Enter an address of letters and signs that need no encoding, without a user name or password. "
    "Write a host with other letters in its form with xn--."
)
NOT_A_HOST = _("Enter one host a line, such as https://cdn.example.jp, without a path and without *.")


def normal(address: str) -> str:
    """Return an address as it is registered: without spaces around it, scheme and host in small letters."""
    text = address.strip()
    scheme, mark, rest = text.partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return f"{scheme.lower()}{mark}{host.lower()}{rest[len(host) :]}" if mark else text


def problem_with(address: str) -> Promise | None:
    """Return what is wrong with an address, or None."""
    if not address.startswith("https://"):
        return NOT_HTTPS
    return None if re.search(ONE_ADDRESS, address) and _has_host(address) else NOT_AN_ADDRESS


def problem_with_hosts(lines: str) -> Promise | None:
    """Return what is wrong with hosts, one a line, or None."""
    return None if re.search(ORIGIN_A_LINE, lines) and all(map(_has_host, lines.splitlines())) else NOT_A_HOST


def origin_of(address: str) -> str:
    """Return the scheme, host and port of a registered address, as a Content-Security-Policy names them."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _has_host(address: str) -> bool:
    """Whether the host can be one in the domain name system (RFC 1035, section 2.3.4), and the port one of TCP's."""
    try:
        parts = urlsplit(address)
        labels = (parts.hostname or "").split(".")
        return parts.port != 0 and all(0 < len(label) < 64 for label in labels) and len(".".join(labels)) < 254
    except ValueError:
        return False
