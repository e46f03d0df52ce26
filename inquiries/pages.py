"""What the sender's pages have in common."""

import logging

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from consent.models import Controller

logger = logging.getLogger(__name__)


def in_other_language(page: str) -> str:
    """Return where the button that switches the language sends what was typed."""
    other = next(code for code, _name in settings.LANGUAGES if code != translation.get_language())
    with translation.override(other):
        return reverse(f"inquiries:{page}")


def reply_time() -> str:
    """Return OCCTO's usual reply time, or nothing: what was received is never answered with an error."""
    try:
        return Controller.objects.get(pk=1).text("reply_time", str(translation.get_language()))
    except (DatabaseError, InterfaceError, Controller.DoesNotExist):
        logger.exception("OCCTO's reply time can't be read")
        return ""


def retention_period() -> str:
    """Return in words how long an inquiry is kept after it was closed."""
    return _("%(days)s days") % {"days": settings.INQUIRY_RETENTION_DAYS}
