"""What staff register: drafts of cookies, storage keys, recipients and tags. `publish()` puts them in force."""

from typing import Any

from cookie_consent.models import Cookie, CookieGroup

from consent import publication
from consent.models import CookieFacts, Purpose, Recipient, RegisterVersion, StorageKey, Tag


def publish() -> RegisterVersion:
    return publication.publish(None)


def purpose(varname: str) -> Purpose:
    return Purpose.objects.get(group__varname=varname)


def create_cookie(name: str, varname: str = "usage", **changes: Any) -> CookieFacts:
    group = CookieGroup.objects.get(varname=varname)
    where = {field: changes.pop(field) for field in ("path", "domain") if field in changes}
    cookie = Cookie.objects.create(cookiegroup=group, name=name, **where)
    values = {"holds_ja": "閲覧した回数です。", "holds_en": "How often pages were viewed.", "days": 30}
    return CookieFacts.objects.create(cookie=cookie, **values | changes)


def create_storage_key(key: str, varname: str = "usability", **changes: Any) -> StorageKey:
    values = {"holds_ja": "文字の大きさです。", "holds_en": "The text size."}
    return StorageKey.objects.create(key=key, purpose=purpose(varname), **values | changes)


def create_recipient(**changes: Any) -> Recipient:
    values = {
        "name_ja": "例示計測株式会社",
        "name_en": "Example Measuring Ltd.",
        "country_ja": "日本",
        "country_en": "Japan",
        "address_ja": "東京都千代田区1-1",
        "address_en": "1-1 Chiyoda, Tokyo",
    }
    return Recipient.objects.create(**values | changes)


def create_tag(**changes: Any) -> Tag:
    recipient = changes.pop("recipient", None) or create_recipient()
    values = {
        "name": "Example counter",
        "kind": "script",
        "url": "https://tags.example.jp/count.js",
        "purpose": purpose("usage"),
        "role": recipient.role,
        "information_ja": "閲覧したページのアドレス",
        "information_en": "The address of the page viewed",
        "our_purpose_ja": "閲覧数を知るためです。",
        "our_purpose_en": "To know how often pages are viewed.",
        "their_purpose_ja": "集計した結果をOCCTOに渡すためです。",
        "their_purpose_en": "To give OCCTO the totals.",
    }
    return Tag.objects.create(recipient=recipient, **values | changes)


def create_embed(**changes: Any) -> Tag:
    values = {"name": "Example map", "kind": "embed", "url": "https://maps.example.jp/embed?at=1,2", "page": "about"}
    return create_tag(**values | changes)
