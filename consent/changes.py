"""What changed from one register to another, in sentences of the active language."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from consent import disclosure
from consent.contents import Content, Entry, by_identity, names_in
from consent.models import Role, TagKind

Say = Callable[[Any, Content], str]

PURPOSE = {"name": gettext_lazy("Name"), "text": pgettext_lazy("consent", "Text")}
KEPT = {
    "purpose": gettext_lazy("Purpose"),
    "holds": gettext_lazy("What it holds"),
    "days": gettext_lazy("Kept for"),
}
RECIPIENT = {
    "name": gettext_lazy("Name"),
    "role": pgettext_lazy("consent", "Role"),
    "country": gettext_lazy("Country"),
    "address": gettext_lazy("Postal address"),
    "url": gettext_lazy("Page about how it handles personal information"),
}
TAG = {
    "name": gettext_lazy("Name"),
    "kind": pgettext_lazy("consent", "Kind"),
    "url": pgettext_lazy("consent", "Address"),
    "hosts": gettext_lazy("Further hosts"),
    "purpose": gettext_lazy("Purpose"),
    "recipient": gettext_lazy("Recipient"),
    "shares": gettext_lazy("Shares data"),
    "information": gettext_lazy("Information sent"),
    "our_purpose": gettext_lazy("Why OCCTO sends it"),
    "their_purpose": gettext_lazy("What the recipient uses it for"),
    "page": gettext_lazy("Page"),
}
LABELS: dict[str, Mapping[str, Promise]] = {
    "purposes": PURPOSE,
    "cookies": KEPT,
    "storage": KEPT,
    "counts": {},
    "recipients": RECIPIENT,
    "tags": TAG,
}
"""What is compared, entry by entry, and how it is called."""


def asked(old: Content, new: Content) -> list[str]:
    """Return what changed of what visitors are asked: because of it they are asked again."""
    return [
        *_policy(old, new),
        *_part("purposes", old, new, required=False),
        *_part("recipients", old, new),
        *_part("tags", old, new),
    ]


def described(old: Content, new: Content) -> list[str]:
    """Return what changed of what visitors are only told: nobody is asked again because of it."""
    return [
        *_part("purposes", old, new, required=True),
        *_part("cookies", old, new),
        *_part("storage", old, new),
        *_part("counts", old, new),
    ]


def _policy(old: Content, new: Content) -> list[str]:
    if old["policy"] == new["policy"]:
        return []
    numbers = {"new": new["policy"], "old": old["policy"]}
    return [_("Version %(new)s of the privacy policy applies. Before, it was version %(old)s.") % numbers]


def _part(part: str, old: Content, new: Content, *, required: bool | None = None) -> Iterator[str]:
    """Yield a sentence for each entry that came, went or differs; of purposes those required, or those not, alone."""
    before, after = (
        {
            name: entry
            for name, entry in by_identity(content, part).items()
            if required is None or entry["required"] is required
        }
        for content in (old, new)
    )
    for name in [name for name in after if name not in before]:
        yield ADDED[part](after[name], new)
    for name in [name for name in before if name not in after]:
        yield REMOVED[part](before[name], old)
    for name in [name for name in after if name in before]:
        for field, label in LABELS[part].items():
            if before[name][field] != after[name][field]:
                yield _('%(what)s – %(field)s: "%(new)s", before: "%(old)s"') % {
                    "what": CALLED[part](after[name], new),
                    "field": label,
                    "new": _value(after[name], field, new),
                    "old": _value(before[name], field, old),
                }


def _value(entry: Entry, field: str, content: Content) -> str:
    """Return what an entry says in a field, in words."""
    value = entry[field]
    if isinstance(value, dict):
        return str(value[_language()])
    say: dict[str, Callable[[], object]] = {
        "purpose": lambda: names_in(content, _language())[value],
        "recipient": lambda: _recipient_of(entry, content)["name"],
        "days": lambda: disclosure.how_long(entry),
        "kind": lambda: TagKind(value).label,
        "role": lambda: Role(value).label,
        "shares": lambda: _("Yes") if value else _("No"),
        "hosts": lambda: disclosure.in_a_row(value),
        "page": lambda: disclosure.page_name(value),
    }
    return str(say.get(field, lambda: value)()) or _("None")


def _language() -> str:
    return str(get_language())


def _recipient_of(tag: Entry, content: Content) -> dict[str, str]:
    recipient = next(recipient for recipient in content["recipients"] if recipient["id"] == tag["recipient"])
    return {field: recipient[field][_language()] for field in ("name", "country")}


def _says(**sentences: Promise) -> Say:
    """Return a function that says a sentence about an entry: the one for its role or kind, or the one called `of`."""

    def say(entry: Any, content: Content) -> str:
        key = entry if isinstance(entry, str) else entry.get("role") or entry.get("kind")
        return str(sentences.get(str(key)) or sentences["of"]) % _facts(entry, content)

    return say


def _facts(entry: Any, content: Content) -> dict[str, str]:
    """Return what a sentence about an entry may name."""
    language = _language()
    if isinstance(entry, str):
        return {"name": names_in(content, language)[entry]}
    facts = {field: value[language] for field, value in entry.items() if isinstance(value, dict)}
    facts["name"] = facts.get("name") or entry.get("name") or entry["key"]
    if "recipient" in entry:
        recipient = _recipient_of(entry, content)
        facts |= {"recipient": recipient["name"], "country": recipient["country"]}
    return facts


ADDED: dict[str, Say] = {
    "purposes": _says(of=gettext_lazy('New purpose: "%(name)s". %(text)s')),
    "cookies": _says(of=gettext_lazy('New cookie: "%(name)s". It holds: %(holds)s')),
    "storage": _says(of=gettext_lazy('New in the browser\'s storage: "%(name)s". It holds: %(holds)s')),
    "counts": _says(of=gettext_lazy('This site now counts for the purpose "%(name)s".')),
    "recipients": _says(
        partner=gettext_lazy("New partner: %(name)s (%(country)s)"),
        contractor=gettext_lazy("New contractor: %(name)s (%(country)s)"),
    ),
    "tags": _says(
        of=gettext_lazy('New tag: "%(name)s". It sends to %(recipient)s (%(country)s): %(information)s'),
        embed=gettext_lazy(
            'New embedded content: "%(name)s". It sends to %(recipient)s (%(country)s): %(information)s'
        ),
    ),
}
REMOVED: dict[str, Say] = {
    "purposes": _says(of=gettext_lazy('No longer a purpose: "%(name)s"')),
    "cookies": _says(of=gettext_lazy('No longer used: the cookie "%(name)s"')),
    "storage": _says(of=gettext_lazy('No longer used: "%(name)s" in the browser\'s storage')),
    "counts": _says(of=gettext_lazy('This site no longer counts for the purpose "%(name)s".')),
    "recipients": _says(
        partner=gettext_lazy("No longer a partner: %(name)s"),
        contractor=gettext_lazy("No longer a contractor: %(name)s"),
    ),
    "tags": _says(
        of=gettext_lazy('No longer used: the tag "%(name)s"'),
        embed=gettext_lazy('No longer used: the embedded content "%(name)s"'),
    ),
}
CALLED: dict[str, Say] = {
    "purposes": _says(of=gettext_lazy('The purpose "%(name)s"')),
    "cookies": _says(of=gettext_lazy('The cookie "%(name)s"')),
    "storage": _says(of=gettext_lazy('"%(name)s" in the browser\'s storage')),
    "recipients": _says(
        partner=gettext_lazy('The partner "%(name)s"'), contractor=gettext_lazy('The contractor "%(name)s"')
    ),
    "tags": _says(of=gettext_lazy('The tag "%(name)s"'), embed=gettext_lazy('The embedded content "%(name)s"')),
}
