"""What is published: the register in force, and the notice, the gates and the embedded content that follow from it.

Everything that a visitor meets comes from here, never from a draft. The page shows the words of a stored notice, never
words of its own, so that a decision's notice is what was on the screen (clause S2).
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Min
from django.urls import reverse
from django.utils import timezone, translation

from consent import changes, contents
from consent.models import Language, Notice, PolicyVersion, RegisterVersion, TagKind

ESSENTIAL = "essential"
"""The group that is always on: the cookie that keeps the decision itself."""

GPC_REFUSES = frozenset({"advertising", "sharing"})
"""Purposes that a browser's Global Privacy Control signal refuses (decision 9 of the policy)."""


def register_in_force() -> RegisterVersion:
    """Return the version of the register that was published last.

    Raises RegisterVersion.DoesNotExist before the first was provisioned.
    """
    return RegisterVersion.objects.order_by("-number")[:1].get()


def purposes_asked() -> list[contents.Entry]:
    """Return the purposes that visitors are asked about now, in the order in which they are shown."""
    return contents.optional_purposes(register_in_force().content)


def purposes_in_use() -> set[str]:
    """Return the varnames of the purposes that anything registered serves or needs; the others are not in use (S1)."""
    return contents.purposes_in_use(register_in_force().content)


def stored_under_refused(agreed: Collection[str]) -> list[dict[str, str]]:
    """Return what a browser must lose, given the purposes agreed to; never the cookie that keeps the decision itself.

    Each is {"kind": "cookie", "name", "path", "domain"} or {"kind": "local" | "session", "key"}. Nothing before the
    first version of the register: a decision that is recorded by then is answered all the same.
    """
    register = RegisterVersion.objects.order_by("-number").first()
    if register is None:
        return []
    content: contents.Content = register.content
    refused = {purpose["purpose"] for purpose in contents.optional_purposes(content)} - set(agreed)
    cookies = [
        {"kind": "cookie", "name": cookie["name"], "path": cookie["path"], "domain": cookie["domain"]}
        for cookie in content["cookies"]
        if cookie["purpose"] in refused and cookie["name"] != settings.COOKIE_CONSENT_NAME
    ]
    keys = [{"kind": key["kind"], "key": key["key"]} for key in content["storage"] if key["purpose"] in refused]
    return cookies + keys


def gates(register: RegisterVersion) -> list[dict[str, Any]]:
    """Return a gate for each script and image of the register: what must be agreed to before it is loaded."""
    return [_gate(tag, register) for tag in register.content["tags"] if tag["kind"] != TagKind.EMBED]


def embeds(register: RegisterVersion, page: str, language: str) -> list[dict[str, Any]]:
    """Return the embedded content of a page, by its URL name, with what its placeholder says in a language."""
    return [
        _gate(tag, register)
        | {
            "url": tag["url"],
            "purposes": [
                {field: purpose[field][language] for field in ("name", "text")}
                for purpose in register.content["purposes"]
                if purpose["purpose"] in contents.needs_of(tag)
            ],
            "is_refused_by_signal": not GPC_REFUSES.isdisjoint(contents.needs_of(tag)),
            "recipient": register.recipient_of(tag)["name"][language],
            "country": register.recipient_of(tag)["country"][language],
            "information": tag["information"][language],
            "our_purpose": tag["our_purpose"][language],
            "their_purpose": tag["their_purpose"][language],
        }
        for tag in register.content["tags"]
        if tag["kind"] == TagKind.EMBED and tag["page"] == page
    ]


def _gate(tag: contents.Entry, register: RegisterVersion) -> dict[str, Any]:
    """Return a gate. Its address holds the version of what was asked: a page kept from before opens nothing newer."""
    return {
        "id": tag["id"],
        "name": tag["name"],
        "kind": tag["kind"],
        "needs": " ".join(contents.needs_of(tag)),
        "address": reverse("tag_frame", args=[tag["id"], register.asked]),
    }


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
    """Return since when what `notice` asks has been asked: a correction of a word since then changes nothing."""
    alike = RegisterVersion.objects.filter(asked=notice.register)
    other = RegisterVersion.objects.exclude(asked=notice.register).order_by("-number").first()
    if other:
        alike = alike.filter(number__gt=other.number)
    first = alike.order_by("number").first()
    if other and first:
        return first.published_at
    # Asked from before there were versions of the register, or a notice of the past.
    notices = Notice.objects.filter(language=notice.language, register=notice.register)
    since: datetime = notices.aggregate(first=Min("first_published_at"))["first"]
    return since


def changes_between(old_asked: str, new: RegisterVersion, language: str) -> list[str]:
    """Return what changed of what visitors are asked, in sentences, since they were asked version `old_asked`.

    Empty where nobody was ever asked that version, as in a cookie that somebody made up.
    """
    old = _asked_as(old_asked)
    if old is None:
        return []
    with translation.override(language):
        return changes.asked(old, new.content)


def _asked_as(version: str) -> contents.Content | None:
    """Return the content under which visitors were asked a version, or None."""
    register = RegisterVersion.objects.filter(asked=version).order_by("-number").first()
    return register.content if register else _asked_by_notices(version)


def _asked_by_notices(version: str) -> contents.Content | None:
    """Return what notices asked from before there were versions of the register; nobody received anything then."""
    words = {notice.language: notice.words for notice in Notice.objects.filter(register=version)}
    if not words:
        return None
    one = next(iter(words.values()))
    purposes = [
        {"purpose": purpose["purpose"], "required": False}
        | {
            field: {language: words.get(language, one)["purposes"][number][field] for language in Language.values}
            for field in ("name", "text")
        }
        for number, purpose in enumerate(one["purposes"])
    ]
    nothing: dict[str, Any] = {part: [] for part in contents.IDENTITY}
    return nothing | {"policy": one["policy"], "purposes": purposes}


def hash_of(words: dict[str, Any]) -> str:
    """Return the address of a notice: the SHA-256 of its words as JSON with sorted keys, in UTF-8."""
    return contents.sha256(words)
