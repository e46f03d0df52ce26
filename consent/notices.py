"""The notice made from a version of the register: the words that a visitor is shown from now on."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext, pgettext

from consent import changes
from consent.contents import Content, asked_version, optional_purposes
from consent.inventory import hash_of, notice_in_force
from consent.models import Language, Notice, PolicyVersion, RegisterVersion


def publish(register: RegisterVersion) -> list[Notice]:
    """Store the words of a version in every language and put them in force; the same words are stored once."""
    policy = PolicyVersion.objects.get(number=register.content["policy"])
    notices, before = [], _asked_before(register)
    for language in Language.values:
        words = words_of(register.content, language) | changed_words(before, register.content, language)
        notice, _created = Notice.objects.get_or_create(
            hash=hash_of(words),
            defaults={
                "language": language,
                "policy": policy,
                "register": register.asked,
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


@dataclass(frozen=True)
class Before:
    """What was asked before a version of the register, and the day since when something else is asked."""

    content: Content
    until: date


def _asked_before(register: RegisterVersion) -> Before | None:
    earlier = RegisterVersion.objects.filter(number__lt=register.number).exclude(asked=register.asked)
    last = earlier.order_by("-number").first()
    if last is None:
        return None
    since = RegisterVersion.objects.filter(number__gt=last.number).order_by("number")[:1].get()
    return Before(last.content, timezone.localdate(since.published_at))


def changed_words(before: Before | None, content: Content, language: str) -> dict[str, list[str]]:
    """Return the part of a notice for whoever answered before: that something else is asked, and what changed."""
    if before is None:
        return {}
    with translation.override(language):
        day = format_date(before.until, pgettext("date format", "j F Y"))
        asks = gettext("We changed how we use cookies on %(date)s. Please choose again.") % {"date": day}
        return {"changed": [asks, *changes.asked(before.content, content)]}


def words_of(content: Content, language: str) -> dict[str, Any]:
    """Return the words of the notice for a register's content.

    The version of what is asked is one of them: another tag or recipient makes another notice.
    """
    with translation.override(language):
        return {
            "language": language,
            "policy": content["policy"],
            "register": asked_version(content),
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
            "cookies_link": gettext("Cookies and external transmission"),
            "agree": gettext("Agree"),
            "refuse": gettext("Do not agree"),
            "choose": gettext("Choose by purpose"),
            "signal": gettext("Your browser asks sites not to share your data. We do not share it."),
            "purposes": [
                {
                    "purpose": purpose["purpose"],
                    "name": purpose["name"][language],
                    "text": purpose["text"][language],
                }
                for purpose in optional_purposes(content)
            ],
        }
