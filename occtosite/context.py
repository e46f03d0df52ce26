"""What every page knows besides its own content. Nothing here depends on who asks."""

import logging
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import translate_url
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from consent import inventory
from consent.models import Controller, Notice

logger = logging.getLogger(__name__)


def page(request: HttpRequest) -> dict[str, Any]:
    """Template context processor: addresses, language, the notice in force and OCCTO's details.

    `notice` and `controller` are fetched only where a template uses them, and are None while the database is down:
    an error page stands without.
    """
    language = translation.get_language()
    addresses = {code: translate_url(request.path, code) for code, _name in settings.LANGUAGES}
    return {
        "language": language,
        "addresses": addresses,
        "other_language": "en" if language == "ja" else "ja",
        "site_url": settings.SITE_URL,
        "notice": SimpleLazyObject(lambda: _notice(language)),
        "controller": SimpleLazyObject(_controller),
    }


def _notice(language: str) -> Notice | None:
    try:
        return inventory.notice_in_force(language)
    except (DatabaseError, Notice.DoesNotExist):
        logger.exception("No notice to show")
        return None


def _controller() -> Controller | None:
    try:
        return Controller.objects.get(pk=1)
    except (DatabaseError, Controller.DoesNotExist):
        logger.exception("OCCTO's details can't be read")
        return None
