"""What keeps a draft from being published, or a form from being kept, and the database can't refuse by itself."""

import re
from collections import Counter
from collections.abc import Iterator

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent.contents import IDENTITY, Content, by_identity
from consent.models import Role

# What a Set-Cookie header can carry (RFC 6265, section 4.1.1). A script deletes cookies by these three.
NAME = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]{1,250}")
PATH = re.compile(r"/[ -:<-~]*")
DOMAIN = re.compile(r"\.?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")

WRONG_NAME = gettext_lazy("Enter a cookie's name: letters, digits and signs, without spaces, commas, semicolons or =")
WRONG_PATH = gettext_lazy("Enter a path that begins with /, without semicolons")
WRONG_DOMAIN = gettext_lazy("Enter a domain in small letters, such as example.jp, or leave it empty")
WRONG_KEY = gettext_lazy("Enter a key without line ends or other control characters")
TO_A_PARTNER = gettext_lazy("What goes to a partner is shared: switch sharing on, or choose a contractor")


def fault_of_cookie(name: str, path: str, domain: str) -> dict[str, Promise]:
    """Return what is wrong with a cookie's name, path and domain, by field."""
    faults = {
        "name": None if NAME.fullmatch(name) else WRONG_NAME,
        "path": None if PATH.fullmatch(path) else WRONG_PATH,
        "domain": None if not domain or DOMAIN.fullmatch(domain) else WRONG_DOMAIN,
    }
    return {field: fault for field, fault in faults.items() if fault}


def of(content: Content) -> list[str]:
    """Return why content can't be published, in sentences of the active language; empty where it can."""
    return [*_of_cookies(content), *_of_storage(content), *_of_tags(content)]


def _of_cookies(content: Content) -> Iterator[str]:
    for cookie in content["cookies"]:
        for fault in fault_of_cookie(cookie["name"], cookie["path"], cookie["domain"]).values():
            yield _('The cookie "%(name)s": %(fault)s') % {"name": cookie["name"], "fault": fault}
    for identity, times in Counter(map(IDENTITY["cookies"], content["cookies"])).items():
        if times > 1:
            yield _('The cookie "%(name)s" is registered twice.') % {"name": identity[0]}


def _of_storage(content: Content) -> Iterator[str]:
    for key in content["storage"]:
        if CONTROL.search(key["key"]):
            yield _('"%(name)s" in the browser\'s storage: %(fault)s') % {"name": key["key"], "fault": WRONG_KEY}


def _of_tags(content: Content) -> Iterator[str]:
    purposes, recipients = by_identity(content, "purposes"), by_identity(content, "recipients")
    for tag in content["tags"]:
        if purposes[tag["purpose"]]["required"]:
            yield _('The tag "%(name)s" serves a purpose that is always on. Choose one that visitors decide on.') % tag
        if recipients[tag["recipient"]]["role"] == Role.PARTNER and not tag["shares"]:
            yield _('The tag "%(name)s": %(fault)s') % {"name": tag["name"], "fault": TO_A_PARTNER}
        if tag["page"] and tag["page"] not in settings.TAG_PAGES:
            yield _('The embedded content "%(name)s" stands on a page that takes none. Choose another page.') % tag
