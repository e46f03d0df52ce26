"""What staff draft of the register: kept, and read as content. Visitors meet none of it until it is published."""

from collections.abc import Collection

from cookie_consent.models import Cookie
from django.db import transaction
from django.db.models import Model

from consent.contents import Content, Entry, arranged
from consent.models import CookieFacts, PolicyVersion, Purpose, Recipient, StorageKey, Tag, both

COUNTS: tuple[str, ...] = ()
"""Purposes under which this site counts without keeping anything in the browser."""


def content(policy: PolicyVersion) -> Content:
    """Return the register as it is drafted now, under a policy version."""
    return arranged(
        {
            "policy": policy.number,
            "purposes": [_purpose(purpose) for purpose in _purposes()],
            "cookies": [_cookie(facts) for facts in _cookies()],
            "storage": [_storage(key) for key in StorageKey.objects.select_related("purpose__group")],
            "counts": list(COUNTS),
            "recipients": [_recipient(recipient) for recipient in Recipient.objects.all()],
            "tags": [_tag(tag) for tag in Tag.objects.select_related("purpose__group")],
        }
    )


def keep(row: Model, changed: Collection[str]) -> None:
    """Keep what was edited of a purpose or a storage key, or add it."""
    if row._state.adding:
        row.save()
    elif changed:
        row.save(update_fields=changed)


@transaction.atomic
def keep_cookie(facts: CookieFacts, cookie: Cookie, changed: Collection[str]) -> None:
    """Keep a cookie with what visitors are told of it; of the facts, the fields `changed`."""
    cookie.save()
    facts.cookie = cookie
    keep(facts, changed)


@transaction.atomic
def keep_recipient(recipient: Recipient, changed: Collection[str]) -> None:
    """Keep a recipient, and its role with each tag that goes to it.

    Raises IntegrityError where it becomes a partner while a tag goes to it without sharing.
    """
    keep(recipient, changed)
    recipient.tag_set.update(role=recipient.role)


def keep_tag(tag: Tag, changed: Collection[str]) -> None:
    """Keep a tag, with the role of whoever receives what it sends."""
    tag.role = tag.recipient.role
    keep(tag, {*changed, "role"})


def remove(row: CookieFacts | StorageKey | Recipient | Tag) -> None:
    """Remove a draft. What was published with it stays as it was, and decisions rest on that.

    Raises ProtectedError for a recipient that a tag goes to.
    """
    (row.cookie if isinstance(row, CookieFacts) else row).delete()


def _purposes() -> list[Purpose]:
    return list(Purpose.objects.select_related("group").order_by("group__ordering", "pk"))


def _cookies() -> list[CookieFacts]:
    with_purpose = CookieFacts.objects.filter(cookie__cookiegroup__purpose__isnull=False)
    return list(with_purpose.select_related("cookie__cookiegroup"))


def _purpose(purpose: Purpose) -> Entry:
    return {
        "id": purpose.pk,
        "purpose": purpose.group.varname,
        "name": both(purpose, "name"),
        "text": both(purpose, "text"),
        "required": purpose.group.is_required,
    }


def _cookie(facts: CookieFacts) -> Entry:
    cookie = facts.cookie
    return {
        "name": cookie.name,
        "path": cookie.path,
        "domain": cookie.domain,
        "purpose": cookie.cookiegroup.varname,
        "holds": both(facts, "holds"),
        "days": facts.days,
    }


def _storage(key: StorageKey) -> Entry:
    return {
        "key": key.key,
        "kind": key.kind,
        "purpose": key.purpose.group.varname,
        "holds": both(key, "holds"),
        "days": key.days,
    }


def _recipient(recipient: Recipient) -> Entry:
    return {
        "id": recipient.pk,
        "name": both(recipient, "name"),
        "role": recipient.role,
        "country": both(recipient, "country"),
        "address": both(recipient, "address"),
        "url": recipient.url,
    }


def _tag(tag: Tag) -> Entry:
    return {
        "id": tag.pk,
        "name": tag.name,
        "kind": tag.kind,
        "url": tag.url,
        "hosts": tag.hosts.split(),
        "purpose": tag.purpose.group.varname,
        "recipient": tag.recipient_id,
        "shares": tag.shares,
        "information": both(tag, "information"),
        "our_purpose": both(tag, "our_purpose"),
        "their_purpose": both(tag, "their_purpose"),
        "page": tag.page,
    }
