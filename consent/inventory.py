"""What is registered, and the notice made from it: the purposes, their words, and what a visitor is asked.

The page shows the words of a stored notice, never words of its own, so that a decision's notice is what was on the
screen (clause S2).
"""

import hashlib
import json
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from cookie_consent.models import Cookie
from django.db.models import Min
from django.utils import timezone, translation
from django.utils.translation import gettext

from consent.models import Language, Notice, PolicyVersion, Purpose

ESSENTIAL = "essential"
"""The group that is always on: the cookie that keeps the decision itself."""

GPC_REFUSES = frozenset({"advertising", "sharing"})
"""Purposes that a browser's Global Privacy Control signal refuses (decision 9 of the policy)."""


def purposes() -> list[Purpose]:
    """Return the purposes a visitor decides on, in the order in which they are shown."""
    return list(Purpose.objects.filter(group__is_required=False).select_related("group").order_by("group__ordering"))


def essential() -> Purpose:
    """Return the purpose that is always on.

    Raises Purpose.DoesNotExist before it was provisioned.
    """
    return Purpose.objects.get(group__varname=ESSENTIAL)


def purposes_in_use() -> set[str]:
    """Return the varnames of the purposes that something is registered under; the others are not in use (S1)."""
    return set(Cookie.objects.values_list("cookiegroup__varname", flat=True))


def cookies_refused(agreed: Collection[str]) -> list[Cookie]:
    """Return the registered cookies that a browser must lose, given the purposes agreed to."""
    refused = Cookie.objects.filter(cookiegroup__is_required=False, cookiegroup__is_deletable=True)
    return list(refused.exclude(cookiegroup__varname__in=agreed))


def policy_in_force(on: date | None = None) -> PolicyVersion:
    """Return the policy version that applies on a day, today unless told.

    Raises PolicyVersion.DoesNotExist before the first version was provisioned.
    """
    return PolicyVersion.objects.in_force(on or timezone.localdate())[:1].get()


def notice_in_force(language: str) -> Notice:
    """Return the notice last published in a language.

    Raises Notice.DoesNotExist before the first was provisioned.
    """
    return Notice.objects.filter(language=language).select_related("policy").order_by("-published_at")[:1].get()


def asked_since(notice: Notice) -> datetime:
    """Return when what `notice` asks was first asked: a correction of a word since then changes nothing."""
    alike = Notice.objects.filter(language=notice.language, register=notice.register)
    first: datetime = alike.aggregate(first=Min("first_published_at"))["first"]
    return first


def publish_notices() -> list[Notice]:
    """Store the words a visitor is shown from now on, in every language; the same words are stored once.

    Called after a migration and after every change of the policy or of a purpose.
    """
    policy = policy_in_force()
    asked = purposes()
    version = register_version(policy, asked)
    notices = []
    for language in Language.values:
        words = _words(language, policy, asked)
        notice, _created = Notice.objects.get_or_create(
            hash=hash_of(words),
            defaults={
                "language": language,
                "policy": policy,
                "register": version,
                "words": words,
                "first_published_at": timezone.now(),
                "published_at": timezone.now(),
            },
        )
        if notice != notice_in_force(language):
            notice.published_at = timezone.now()
            notice.save(update_fields=["published_at"])
        notices.append(notice)
    return notices


def register_version(policy: PolicyVersion, asked: list[Purpose]) -> str:
    """Return the version of what is asked: it changes when the policy or a purpose does, in any language."""
    facts = [
        policy.number,
        [[p.pk, p.group.varname, p.name_ja, p.name_en, p.text_ja, p.text_en] for p in asked],
    ]
    return hashlib.sha256(_canonical(facts)).hexdigest()[:12]


def hash_of(words: dict[str, Any]) -> str:
    """Return the address of a notice: the SHA-256 of its words as JSON with sorted keys, in UTF-8."""
    return hashlib.sha256(_canonical(words)).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _words(language: str, policy: PolicyVersion, asked: list[Purpose]) -> dict[str, Any]:
    with translation.override(language):
        return {
            "language": language,
            "policy": policy.number,
            "label": gettext("Use of cookies"),
            "heading": gettext("Use of cookies on this site"),
            "text": gettext(
                "This website uses cookies and tags to make the site easier to use, to show advertising based on "
                'access history, and to understand how the site is used. Only if you select "Agree" do we use '
                "cookies for these purposes and share the data with our partners and contractors."
            ),
            "before_choice": gettext(
                "We do not use these cookies until you choose. Browsing this site is not consent."
            ),
            "change_later": gettext('You can change your choice at any time in "Cookie settings".'),
            "policy_link": gettext("How we handle personal information"),
            "agree": gettext("Agree"),
            "refuse": gettext("Do not agree"),
            "choose": gettext("Choose by purpose"),
            "signal": gettext("Your browser asks sites not to share your data. We do not share it."),
            "purposes": [
                {
                    "purpose": purpose.group.varname,
                    "name": getattr(purpose, f"name_{language}"),
                    "text": getattr(purpose, f"text_{language}"),
                }
                for purpose in asked
            ],
        }
