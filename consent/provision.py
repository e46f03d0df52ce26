"""What must exist before the first page: purposes, this site's own cookies, the first policy version, OCCTO's empty
details, and the first version of the register with its notices.

Runs after every migration, so that a flushed test database has it too. It adds what is missing, publishes that, and
changes nothing that staff wrote.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cookie_consent.models import Cookie, CookieGroup
from django.apps import AppConfig
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent import drafts, inventory, publication
from consent.models import Controller, CookieFacts, Language, PolicyVersion, Purpose, StorageKey, StorageKind

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


@dataclass(frozen=True)
class OwnCookie:
    """A cookie that this site sets without asking, because it does not work without."""

    name: str
    path: str
    days: int | None
    holds: Promise


DAY = 24 * 60 * 60

OWN_COOKIES = [
    OwnCookie(
        settings.COOKIE_CONSENT_NAME,
        "/",
        settings.DECISION_DAYS,
        _(
            "What you chose for each purpose, the version of what you were asked, and the day. "
            "It is the same for everybody who chose alike."
        ),
    ),
    OwnCookie(
        settings.SESSION_COOKIE_NAME,
        settings.SESSION_COOKIE_PATH,
        None if settings.SESSION_EXPIRE_AT_BROWSER_CLOSE else settings.SESSION_COOKIE_AGE // DAY,
        _("A random key by which a signed-in member of staff is known. Set on the staff pages (/admin/) only."),
    ),
    OwnCookie(
        settings.CSRF_COOKIE_NAME,
        settings.CSRF_COOKIE_PATH,
        settings.CSRF_COOKIE_AGE // DAY,
        _(
            "A random value that keeps other sites from sending forms in the name of staff. "
            "Set on the staff pages (/admin/) only."
        ),
    ),
]


@dataclass(frozen=True)
class OwnKey:
    """A key under which a script of this site keeps something, with agreement to its purpose."""

    key: str
    kind: StorageKind
    purpose: str
    holds: Promise


OWN_KEYS = [
    OwnKey(
        "display",
        StorageKind.LOCAL,
        "usability",
        _("The text size and the colours that you chose. Nothing else."),
    ),
]


def provision_after_migration(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Receive Django's post_migrate signal."""
    if using == "default" and not kwargs.get("plan_only") and _tables_exist(kwargs.get("apps")):
        provision()


@transaction.atomic
def provision() -> None:
    """Add what is missing and publish it; safe to run at any time and any number of times."""
    _provision_policy()
    before = drafts.content(inventory.policy_in_force())
    Controller.objects.get_or_create(pk=1)
    for ordering, (varname, name, text) in enumerate(FIRST_PURPOSES):
        _provision_purpose(varname, ordering, name, text)
    for cookie in OWN_COOKIES:
        _provision_cookie(cookie)
    for key in OWN_KEYS:
        _provision_key(key)
    publication.publish_provisioned(before, drafts.content(inventory.policy_in_force()))


def _provision_policy() -> None:
    if not PolicyVersion.objects.exists():
        texts = {
            f"text_{language}": (TEXTS / f"policy.{language}.md").read_text(encoding="utf-8")
            for language in Language.values
        }
        PolicyVersion.objects.create(number=1, published_at=timezone.now(), **texts)


def _provision_purpose(varname: str, ordering: int, name: Promise, text: Promise) -> None:
    words = _in_both_languages(name=name, text=text)
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


def _provision_cookie(own: OwnCookie) -> None:
    cookie, _created = Cookie.objects.get_or_create(
        cookiegroup=CookieGroup.objects.get(varname=inventory.ESSENTIAL),
        name=own.name,
        domain="",
        defaults={"path": own.path},
    )
    words = _in_both_languages(holds=own.holds)
    CookieFacts.objects.get_or_create(cookie=cookie, defaults={"days": own.days, **words})


def _provision_key(own: OwnKey) -> None:
    purpose = Purpose.objects.get(group__varname=own.purpose)
    words = _in_both_languages(holds=own.holds)
    StorageKey.objects.get_or_create(kind=own.kind, key=own.key, defaults={"purpose": purpose, **words})


def _in_both_languages(**texts: Promise) -> dict[str, str]:
    words: dict[str, str] = {}
    for language in Language.values:
        with translation.override(language):
            words |= {f"{field}_{language}": str(text) for field, text in texts.items()}
    return words


def _tables_exist(state: Any) -> bool:
    """Whether this migration state has the app's tables: a migration back to zero has not."""
    if state is None:
        return True
    try:
        state.get_model("consent", "RegisterVersion")
        state.get_model("cookie_consent", "CookieGroup")
    except LookupError:
        return False
    return True
