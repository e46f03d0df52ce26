"""A register's content in words, in the active language: what the page about cookies and external transmission says.

For each transmission it holds what the Telecommunications Business Act (Article 27-12) wants told: the information
sent, who handles it, and what for, on both sides.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from consent.addresses import origin_of
from consent.contents import Content, Entry, names_in, needs_of
from consent.models import Role, StorageKind, TagKind


@dataclass(frozen=True)
class Disclosure:
    """Rows for a page; each row is a dictionary of words."""

    cookies: list[dict[str, Any]]
    storage: list[dict[str, Any]]
    transmissions: list[dict[str, Any]]
    partners: list[dict[str, Any]]
    contractors: list[dict[str, Any]]


def of(content: Content) -> Disclosure:
    """Return everything registered, in words."""
    language = get_language()
    receivers = {role: [_receiver(r, language) for r in content["recipients"] if r["role"] == role] for role in Role}
    return Disclosure(
        cookies=[{"name": cookie["name"]} | _kept(cookie, content, language) for cookie in content["cookies"]],
        storage=[{"name": key["key"]} | _kept(key, content, language) for key in content["storage"]],
        transmissions=[_transmission(tag, content, language) for tag in content["tags"]],
        partners=receivers[Role.PARTNER],
        contractors=receivers[Role.CONTRACTOR],
    )


def how_long(entry: Entry) -> str:
    """Return how long a browser keeps a cookie or what is stored under a key."""
    days: int | None = entry["days"]
    if days is not None:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    kind = entry.get("kind")
    if kind is None:
        return _("Until the browser is closed")
    return _("Until the tab is closed") if kind == StorageKind.SESSION else _("Until it is deleted")


def page_name(name: str) -> str:
    """Return what the page with a URL name is called, for embedded content."""
    return str(settings.TAG_PAGES.get(name, name))


def in_a_row(texts: list[str]) -> str:
    """Return texts as one list within a sentence."""
    return pgettext("list", ", ").join(texts)


def _kept(entry: Entry, content: Content, language: str) -> dict[str, Any]:
    purpose = next(purpose for purpose in content["purposes"] if purpose["purpose"] == entry["purpose"])
    return {
        "purpose": purpose["name"][language],
        "holds": entry["holds"][language],
        "how_long": how_long(entry),
        "needs_consent": not purpose["required"],
    }


def _transmission(tag: Entry, content: Content, language: str) -> dict[str, Any]:
    recipient = next(recipient for recipient in content["recipients"] if recipient["id"] == tag["recipient"])
    names = names_in(content, language)
    return {
        "name": tag["name"],
        "kind": TagKind(tag["kind"]).label,
        "page": page_name(tag["page"]) if tag["page"] else "",
        "information": tag["information"][language],
        "recipient": recipient["name"][language],
        "role": Role(recipient["role"]).label,
        "country": recipient["country"][language],
        "our_purpose": tag["our_purpose"][language],
        "their_purpose": tag["their_purpose"][language],
        "needs": [names[purpose] for purpose in needs_of(tag)],
        "hosts": list(dict.fromkeys([origin_of(tag["url"]), *tag["hosts"]])),
    }


def _receiver(recipient: Entry, language: str) -> dict[str, Any]:
    words = {field: recipient[field][language] for field in ("name", "country", "address")}
    return words | {"url": recipient["url"]}
