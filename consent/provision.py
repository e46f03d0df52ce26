"""What must exist before the first page: purposes, the first policy version, the notices, OCCTO's empty details.

Runs after every migration, so that a flushed test database has it too. It adds what is missing and changes nothing
that staff wrote.
"""

from pathlib import Path
from typing import Any

from cookie_consent.models import Cookie, CookieGroup
from django.apps import AppConfig
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent import inventory
from consent.models import Controller, Language, PolicyVersion, Purpose

TEXTS = Path(__file__).parent / "texts"

FIRST_PURPOSES: list[tuple[str, Promise, Promise]] = [
    (
        inventory.ESSENTIAL,
        _("Needed to run this site"),
        _("Keeps your choice about cookies. Always on. Holds no name, address or other personal information."),
    ),
    (
        "usability",
        _("Making this site easier to use"),
        _("Remembers settings such as text size and colours, so that you do not have to set them again."),
    ),
    (
        "usage",
        _("Understanding how this site is used"),
        _("Counts which pages are viewed. We publish only statistics."),
    ),
    (
        "advertising",
        _("Advertising based on access history"),
        _("Uses the pages you have viewed to choose advertising."),
    ),
    (
        "sharing",
        _("Sharing with partners and contractors"),
        _("Sends cookie data to the organizations on our list."),
    ),
]


def provision_after_migration(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Receive Django's post_migrate signal."""
    if using == "default" and not kwargs.get("plan_only") and _tables_exist(kwargs.get("apps")):
        provision()


@transaction.atomic
def provision() -> None:
    """Add what is missing; safe to run at any time and any number of times."""
    Controller.objects.get_or_create(pk=1)
    for ordering, (varname, name, text) in enumerate(FIRST_PURPOSES):
        _provision_purpose(varname, ordering, name, text)
    Cookie.objects.get_or_create(
        cookiegroup=CookieGroup.objects.get(varname=inventory.ESSENTIAL),
        name=settings.COOKIE_CONSENT_NAME,
        domain="",
        defaults={"description": "The decision: purpose by purpose, the version asked and its day"},
    )
    if not PolicyVersion.objects.exists():
        texts = {
            f"text_{language}": (TEXTS / f"policy.{language}.md").read_text(encoding="utf-8")
            for language in Language.values
        }
        PolicyVersion.objects.create(number=1, published_at=timezone.now(), **texts)
    inventory.publish_notices()


def _provision_purpose(varname: str, ordering: int, name: Promise, text: Promise) -> None:
    words: dict[str, str] = {}
    for language in Language.values:
        with translation.override(language):
            words |= {f"name_{language}": str(name), f"text_{language}": str(text)}
    required = varname == inventory.ESSENTIAL
    group, _created = CookieGroup.objects.get_or_create(
        varname=varname,
        defaults={
            "name": words["name_en"],
            "description": words["text_en"],
            "ordering": ordering,
            "is_required": required,
            "is_deletable": not required,
        },
    )
    Purpose.objects.get_or_create(group=group, defaults=words)


def _tables_exist(state: Any) -> bool:
    """Whether this migration state has the app's tables: a migration back to zero has not."""
    if state is None:
        return True
    try:
        state.get_model("consent", "Notice")
        state.get_model("cookie_consent", "CookieGroup")
    except LookupError:
        return False
    return True
