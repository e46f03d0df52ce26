"""What every page knows besides its own content. Nothing here depends on who asks."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from consent import inventory
from consent.models import Controller, Notice, RegisterVersion
from consent.outage import Outage

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")
Link = dict[str, str | Promise]

OUTAGE = Outage(seconds=5)
"""While it lasts, no page waits for a database that did not answer the one before."""

MAIN_NAVIGATION = [
    ("home", _("Home")),
    ("about", _("About OCCTO")),
    ("inquiries:form", _("Inquiry")),
    ("consent:policy", _("Privacy policy")),
]
FOOTER_NAVIGATION = [
    ("about", _("About OCCTO")),
    ("inquiries:form", _("Inquiry")),
    ("sitemap", _("Sitemap")),
    ("accessibility", _("Accessibility")),
    ("statistics:all", _("Access statistics")),
    ("consent:policy", _("Privacy policy")),
    ("consent:cookies", _("Cookies and external transmission")),
    ("consent:choices", _("Cookie settings")),
    ("data_requests", _("Requests about your personal information")),
]


def page(request: HttpRequest) -> dict[str, Any]:
    """Template context processor: addresses, language, navigation, the notice in force, tags and OCCTO's details.

    `notice`, `gates`, `embeds` and `details` are fetched only where a template uses them. While the database is down
    they are None or empty and `request.lacks_data` is set: an error page stands without, and a public page is not
    taken for the real one. A view that knows that the database is down sets it itself: then nothing is asked for.
    """
    language = translation.get_language() or settings.LANGUAGE_CODE
    other_language = "en" if language == "ja" else "ja"
    addresses = {code: translate_url(request.path, code) for code, _name in settings.LANGUAGES}
    place = request.resolver_match.view_name if request.resolver_match else ""
    notice: Any = SimpleLazyObject(lambda: _notice(request, language))
    register: Any = SimpleLazyObject(lambda: _register_to_run(request, place, notice))
    return {
        "language": language,
        "addresses": addresses,
        "other_language": other_language,
        "other_address": _other_address(request.path, addresses[other_language], other_language),
        "site_url": settings.SITE_URL,
        "is_counted": _is_counted(request),
        "main_navigation": SimpleLazyObject(lambda: _links(MAIN_NAVIGATION, request.path)),
        "footer_navigation": SimpleLazyObject(lambda: _links(FOOTER_NAVIGATION, request.path)),
        "notice": notice,
        "gates": SimpleLazyObject(lambda: inventory.gates(register) if register else []),
        "embeds": SimpleLazyObject(lambda: inventory.embeds(register, place, language) if register else []),
        "details": SimpleLazyObject(lambda: _details(request, language)),
    }


def _other_address(path: str, address: str, language: str) -> str:
    """Return this page's address in the other language, or that language's home where the page has none."""
    if address != path:
        return address
    with translation.override(language):
        return reverse("home")


def _is_counted(request: HttpRequest) -> bool:
    """Return whether views of this page are counted; never where a form was sent, whatever its address is."""
    match = request.resolver_match
    return request.method == "GET" and match is not None and match.view_name in settings.COUNTED_PAGES


def _links(navigation: Sequence[tuple[str, Promise]], path: str) -> list[Link]:
    """Return links with `current`: "page" for the page itself, "true" for the part of the site it belongs to."""
    links: list[Link] = []
    for name, label in navigation:
        address = reverse(name)
        links.append({"address": address, "label": label, "current": _current(name, address, path)})
    return links


def _current(name: str, address: str, path: str) -> str:
    if path == address:
        return "page"
    return "true" if name != "home" and path.startswith(address) else ""


def _notice(request: HttpRequest, language: str) -> Notice | None:
    return _ask(request, lambda: inventory.notice_in_force(language))


def _ask(request: HttpRequest, question: Callable[[], Answer]) -> Answer | None:
    """Return what the database answers, or None, noted, where it is away or lacks it."""
    if OUTAGE.is_on or getattr(request, "lacks_data", False):
        request.lacks_data = True  # type: ignore[attr-defined]  # read by public_page
        return None
    try:
        return question()
    except (DatabaseError, InterfaceError):
        OUTAGE.begin()
        logger.exception("The database can't be reached for a page")
    except ObjectDoesNotExist:
        logger.exception("The database lacks what a page shows; prepare it: manage.py prepare")
    request.lacks_data = True  # type: ignore[attr-defined]  # as above
    return None


def _register_to_run(request: HttpRequest, place: str, notice: Notice | None) -> RegisterVersion | None:
    """Return the register whose tags may run on the page at `place`, or None: only pages of TAG_PAGES run any."""
    if place not in settings.TAG_PAGES:
        return None
    register = _ask(request, inventory.register_in_force)
    # Published in between: its tags must not run on agreement to a notice that did not ask about them.
    return register if register and notice and notice.register == register.asked else None


def _details(request: HttpRequest, language: str) -> dict[str, Any] | None:
    """Return OCCTO's details in one language; an empty text where OCCTO has not supplied it."""
    controller = _ask(request, lambda: Controller.objects.get(pk=1))
    if controller is None:
        return None
    in_language = {field: controller.text(field, language) for field in ("president", "privacy_contact", "reply_time")}
    return {
        "telephone": controller.telephone,
        "email": controller.email,
        "main_policy_url": controller.main_policy_url,
        "facts_confirmed": controller.facts_confirmed,
        **in_language,
    }
