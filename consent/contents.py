"""The shape of a register's content: one JSON document that says everything in both languages. Pure functions.

    policy      number of the policy version
    purposes    id, purpose (django-cookie-consent's varname), name, text, required; in the order shown
    cookies     name, path, domain, purpose, holds, days (null: until the browser is closed)
    storage     key, kind (local, session), purpose, holds, days (null: until deleted, or until the tab is closed)
    counts      purposes under which this site counts without keeping anything in the browser
    recipients  id, name, role (partner, contractor), country, address, url
    tags        id, name, kind (script, image, embed), url, hosts, purpose, recipient (its id), shares, information,
                our_purpose, their_purpose, page (of an embed)

A text in both languages is {"ja": …, "en": …}.
"""

import hashlib
import json
from collections.abc import Callable
from operator import itemgetter
from typing import Any

Content = dict[str, Any]
Entry = dict[str, Any]

IDENTITY: dict[str, Callable[[Any], Any]] = {
    "purposes": itemgetter("purpose"),
    "cookies": itemgetter("name", "domain", "path"),
    "storage": itemgetter("kind", "key"),
    "counts": str,
    "recipients": itemgetter("id"),
    "tags": itemgetter("id"),
}
"""What makes an entry the same one in another version."""


def canonical(value: object) -> bytes:
    """Return a value as JSON with sorted keys, in UTF-8: equal values give equal bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical(value)).hexdigest()


def asked_version(content: Content) -> str:
    """Return the version of what visitors are asked: policy, purposes, recipients and tags, in any language.

    Where nobody receives anything only the first two count, so that a decision made before there were recipients and
    tags still answers what is asked.
    """
    facts: list[Any] = [content["policy"], [_asked_of(purpose) for purpose in optional_purposes(content)]]
    if content["recipients"] or content["tags"]:
        facts += [content["recipients"], content["tags"]]
    return sha256(facts)[:12]


def optional_purposes(content: Content) -> list[Entry]:
    """Return the purposes that a visitor decides on, in the order in which they are shown."""
    return [purpose for purpose in content["purposes"] if not purpose["required"]]


def purposes_in_use(content: Content) -> set[str]:
    """Return the varnames of the purposes that anything registered serves or needs; the others are not in use (S1)."""
    kept = {entry["purpose"] for part in ("cookies", "storage") for entry in content[part]}
    return kept.union(content["counts"], *map(needs_of, content["tags"]))


def names_in(content: Content, language: str) -> dict[str, str]:
    """Return the name of each purpose in a language, by its varname."""
    return {purpose["purpose"]: purpose["name"][language] for purpose in content["purposes"]}


def needs_of(tag: Entry) -> list[str]:
    """Return the purposes that must all be agreed to before a tag is loaded (clause S2)."""
    return list(dict.fromkeys([tag["purpose"], *(["sharing"] if tag["shares"] else [])]))


def arranged(content: Content) -> Content:
    """Return content with every part in its one order, so that the same register is the same document."""
    rank = {purpose["purpose"]: number for number, purpose in enumerate(content["purposes"])}

    def by_purpose(*names: str) -> Any:
        return lambda entry: (rank[entry["purpose"]], *(entry[name] for name in names))

    return {
        "policy": content["policy"],
        "purposes": content["purposes"],
        "cookies": sorted(content["cookies"], key=by_purpose("name", "domain", "path")),
        "storage": sorted(content["storage"], key=by_purpose("kind", "key")),
        "counts": sorted(content["counts"], key=rank.__getitem__),
        "recipients": sorted(content["recipients"], key=lambda recipient: recipient["id"]),
        "tags": sorted(content["tags"], key=lambda tag: tag["id"]),
    }


def with_additions(content: Content, before: Content, after: Content) -> Content:
    """Return content with the entries that `after` has and neither `before` nor content itself."""
    added = {
        part: [entry for name, entry in by_identity(after, part).items() if name not in known]
        for part in IDENTITY
        for known in [by_identity(before, part).keys() | by_identity(content, part).keys()]
    }
    return arranged({"policy": content["policy"]} | {part: content[part] + added[part] for part in IDENTITY})


def by_identity(content: Content, part: str) -> dict[Any, Any]:
    """Return the entries of a part by what makes each the same one in another version."""
    return {IDENTITY[part](entry): entry for entry in content[part]}


def _asked_of(purpose: Entry) -> list[Any]:
    words = [purpose[field][language] for field in ("name", "text") for language in ("ja", "en")]
    return [purpose["id"], purpose["purpose"], *words]
