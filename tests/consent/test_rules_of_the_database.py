"""The database refuses what must never be stored, whoever writes it; each rule by its name."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import django.apps
import pytest
from cookie_consent.models import CookieGroup
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from consent.models import (
    Controller,
    CookieFacts,
    Decision,
    ErasurePermit,
    Issuer,
    Leaf,
    Node,
    Notice,
    PolicyVersion,
    Purpose,
    Receipt,
    RegisterVersion,
    SignedText,
    StorageKey,
    Tag,
    TreeHead,
    VerificationRun,
)
from tests.consent.registers import create_cookie, create_embed, create_recipient, create_storage_key, create_tag
from tests.consent.test_rules_of_the_totals import ONE_ROW
from tests.consent.test_rules_of_the_totals import RULES as TOTALS

pytestmark = pytest.mark.django_db


def create_decision(**changes: Any) -> Decision:
    notice = Notice.objects.filter(language="ja")[:1].get()
    values = {
        "made_at": timezone.now(),
        "notice": notice,
        "policy": notice.policy,
        "language": "ja",
        "method": "agree",
    }
    return Decision.objects.create(**values | changes)


def create_notice(**changes: Any) -> Notice:
    now = timezone.now()
    values: dict[str, Any] = {
        "hash": "0" * 64,
        "language": "ja",
        "policy": PolicyVersion.objects.get(number=1),
        "register": "0" * 12,
        "words": {"purposes": []},
        "first_published_at": now,
        "published_at": now,
    }
    return Notice.objects.create(**values | changes)


def create_purpose(**changes: Any) -> Purpose:
    group = CookieGroup.objects.create(varname="maps", name="Maps")
    values = {"name_ja": "地図", "name_en": "Maps", "text_ja": "地図を表示します。", "text_en": "Shows maps."}
    return Purpose.objects.create(group=group, **values | changes)


def create_version(**changes: Any) -> PolicyVersion:
    values = {"number": 2, "text_ja": "方針", "text_en": "Policy", "published_at": timezone.now()}
    return PolicyVersion.objects.create(**values | changes)


def create_leaf(**changes: Any) -> Leaf:
    return Leaf.objects.create(**{"position": 1, "hash": bytes(32)} | changes)


def create_node(**changes: Any) -> Node:
    return Node.objects.create(**{"level": 8, "position": 0, "hash": bytes(32)} | changes)


def create_head(**changes: Any) -> TreeHead:
    values = {"size": 1, "log": UUID(int=0), "root": bytes(32), "signed_at": timezone.now(), "signature": bytes(64)}
    return TreeHead.objects.create(**values | changes)


def create_receipt(**changes: Any) -> Receipt:
    issuer, _created = Issuer.objects.get_or_create(pk="0" * 64, defaults={"content": {}})
    values = {"record": UUID(int=0), "position": 0, "version": 1, "issuer": issuer, "signature": bytes(64)}
    return Receipt.objects.create(**values | changes)


def create_signed_text(**changes: Any) -> SignedText:
    values = {"kind": "policy", "name": "1", "signed_at": timezone.now(), "signature": bytes(64)}
    return SignedText.objects.create(**values | changes)


def create_permit(**changes: Any) -> ErasurePermit:
    return ErasurePermit.objects.create(**changes)


def create_run(**changes: Any) -> VerificationRun:
    now = timezone.now()
    values = {"started_at": now, "finished_at": now, "entries": 0, "records": 0, "findings": 0}
    return VerificationRun.objects.create(**values | changes)


def create_controller(**changes: Any) -> Controller:
    return Controller.objects.create(**changes)


def create_seen(**changes: Any) -> CookieFacts:
    return create_cookie("seen", **changes)


def create_size(**changes: Any) -> StorageKey:
    return create_storage_key(**{"key": "size"} | changes)


def create_tag_for_a_contractor(**changes: Any) -> Tag:
    return create_tag(recipient=create_recipient(role="contractor"), shares=False, **changes)


def create_register(**changes: Any) -> RegisterVersion:
    values = {"number": 99, "asked": "0" * 12, "content": {}, "published_at": timezone.now()}
    return RegisterVersion.objects.create(**values | changes)


WRONG_ADDRESSES = [
    "http://tags.example.jp/count.js",
    "HTTPS://tags.example.jp/",
    "javascript:alert(1)",
    "data:text/javascript,alert(1)",
    "//tags.example.jp/count.js",
    "https://",
    "https:///count.js",
    "https://*.example.jp/",
    "https://user@tags.example.jp/",
    "https://user:secret@tags.example.jp/",
    "https://tags.example.jp/a b",
    "https://tags.example.jp/\n",
    "https://tags.example.jp/\x7f",
    "https://tags.example.jp; script-src *",
    "https://tags.example.jp,https://evil.example",
    'https://tags.example.jp/"><script>',
    "https://tags.example.jp\\evil.example/",
    "https://例示.jp/",
    "",
]
WRONG_HOSTS = [
    "https://*.example.jp",
    "https://cdn.example.jp/",
    "https://cdn.example.jp/path",
    "https://a.example.jp https://b.example.jp",
    "https://a.example.jp,https://b.example.jp",
    "https://a.example.jp\n",
    "https://a.example.jp\n\nhttps://b.example.jp",
    "https://a.example.jp;",
    "https://'self'",
    "'self'",
    "http://a.example.jp",
    "https:",
    "*",
]

RULES: list[tuple[str, Callable[..., models.Model], dict[str, Any]]] = [
    ("consent_decision_language_valid", create_decision, {"language": "fr"}),
    ("consent_decision_method_valid", create_decision, {"method": "browse"}),
    ("consent_decision_refusal_agrees_to_nothing", create_decision, {"method": "refuse", "agreed": "usage"}),
    ("consent_decision_refusal_agrees_to_nothing", create_decision, {"method": "withdraw", "agreed": "usage"}),
    ("consent_notice_language_valid", create_notice, {"language": "fr"}),
    ("consent_notice_hash_is_sha256", create_notice, {"hash": "0" * 63}),
    ("consent_notice_hash_is_sha256", create_notice, {"hash": "A" * 64}),
    (
        "consent_notice_published_in_order",
        create_notice,
        {"published_at": timezone.now() - timedelta(days=1)},
    ),
    ("consent_purpose_in_both_languages", create_purpose, {"name_ja": ""}),
    ("consent_purpose_in_both_languages", create_purpose, {"name_en": ""}),
    ("consent_purpose_in_both_languages", create_purpose, {"text_ja": ""}),
    ("consent_purpose_in_both_languages", create_purpose, {"text_en": ""}),
    ("consent_policyversion_number_positive", create_version, {"number": 0}),
    ("consent_policyversion_plain_in_both_languages", create_version, {"text_ja": ""}),
    ("consent_policyversion_plain_in_both_languages", create_version, {"text_en": ""}),
    ("consent_policyversion_published_has_words", create_version, {"text_ja": "", "text_en": "", "is_official": True}),
    ("consent_controller_is_one", create_controller, {"pk": 2}),
    ("consent_cookiefacts_in_both_languages", create_seen, {"holds_ja": ""}),
    ("consent_cookiefacts_in_both_languages", create_seen, {"holds_en": ""}),
    ("consent_cookiefacts_days_possible", create_seen, {"days": 0}),
    ("consent_cookiefacts_days_possible", create_seen, {"days": 401}),
    ("consent_storagekey_kind_valid", create_size, {"kind": "cookie"}),
    ("consent_storagekey_is_named", create_size, {"key": ""}),
    ("consent_storagekey_in_both_languages", create_size, {"holds_en": ""}),
    ("consent_storagekey_days_possible", create_size, {"days": 0}),
    ("consent_storagekey_days_possible", create_size, {"days": 1, "kind": "session"}),
    ("consent_recipient_role_valid", create_recipient, {"role": "friend"}),
    *(
        ("consent_recipient_in_both_languages", create_recipient, {f"{field}_{language}": ""})
        for field in ("name", "country", "address")
        for language in ("ja", "en")
    ),
    *(("consent_recipient_url_is_https", create_recipient, {"url": address}) for address in WRONG_ADDRESSES[:-1]),
    ("consent_tag_is_named", create_tag, {"name": ""}),
    ("consent_tag_kind_valid", create_tag, {"kind": "style"}),
    *(("consent_tag_url_is_https", create_tag, {"url": address}) for address in WRONG_ADDRESSES),
    *(("consent_tag_hosts_are_https", create_tag, {"hosts": hosts}) for hosts in WRONG_HOSTS),
    ("consent_tag_role_valid", create_tag, {"role": "friend"}),
    ("consent_tag_to_a_partner_shares", create_tag, {"shares": False}),
    *(
        ("consent_tag_in_both_languages", create_tag, {f"{field}_{language}": ""})
        for field in ("information", "our_purpose", "their_purpose")
        for language in ("ja", "en")
    ),
    ("consent_tag_page_is_an_embeds", create_tag, {"page": "about"}),
    ("consent_tag_page_is_an_embeds", create_embed, {"page": ""}),
    ("consent_registerversion_number_positive", create_register, {"number": 0}),
    ("consent_registerversion_asked_is_a_version", create_register, {"asked": "0" * 11}),
    ("consent_registerversion_asked_is_a_version", create_register, {"asked": "A" * 12}),
    ("consent_decision_salt_is_whole", create_decision, {"salt": bytes(15)}),
    ("consent_leaf_position_counts_from_zero", create_leaf, {"position": -1}),
    ("consent_leaf_hash_is_sha256", create_leaf, {"hash": bytes(31)}),
    ("consent_node_level_is_stored", create_node, {"level": 7}),
    ("consent_node_hash_is_sha256", create_node, {"hash": b""}),
    ("consent_treehead_covers_an_entry", create_head, {"size": 0}),
    ("consent_treehead_root_is_sha256", create_head, {"root": bytes(33)}),
    ("consent_treehead_is_signed", create_head, {"signature": b""}),
    ("consent_receipt_is_signed", create_receipt, {"signature": b""}),
    ("consent_signedtext_kind_valid", create_signed_text, {"kind": "letter"}),
    ("consent_signedtext_is_signed", create_signed_text, {"signature": b""}),
    ("consent_erasurepermit_is_one", create_permit, {"pk": 2}),
    ("consent_verificationrun_says_what_it_found", create_run, {"findings": 1}),
    ("consent_verificationrun_says_what_it_found", create_run, {"first_finding": "A record was removed."}),
]


@pytest.mark.parametrize(("rule", "create", "wrong"), RULES)
def test_the_rule_holds(rule: str, create: Callable[..., models.Model], wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        create(**wrong)


KEEPING = [
    create_decision,
    create_notice,
    create_purpose,
    create_version,
    create_seen,
    create_size,
    create_recipient,
    create_tag,
    create_tag_for_a_contractor,
    create_embed,
    create_register,
    create_leaf,
    create_node,
    create_head,
    create_receipt,
    create_signed_text,
    create_permit,
    create_run,
]


@pytest.mark.parametrize("create", KEEPING)
def test_what_keeps_the_rules_is_stored(create: Callable[..., models.Model]) -> None:
    assert create().pk


@pytest.mark.parametrize(
    "address",
    [
        "https://tags.example.jp",
        "https://tags.example.jp:8443/count.js?site=1&v=%E3%81%82#top",
        "https://localhost:9443/embed?pb=!1m18!2d139.7,35.6",
        "https://xn--fsq.example.jp/@x;y(z)[1]",
    ],
)
def test_an_address_that_can_be_registered_is_stored(address: str) -> None:
    assert create_tag(url=address, hosts="https://a.example.jp\nhttps://b.example.jp:8443").pk


def test_a_key_is_registered_once_in_each_storage() -> None:
    create_size()
    create_size(kind="session")
    with pytest.raises(IntegrityError), transaction.atomic():
        create_size()


def test_official_wording_may_lack_a_language() -> None:
    assert create_version(is_official=True, text_ja="").pk


def test_there_is_one_draft_of_the_policy_at_a_time() -> None:
    create_version(published_at=None)
    with pytest.raises(IntegrityError, match="consent_policyversion_one_draft"), transaction.atomic():
        create_version(number=3, published_at=None)


@pytest.mark.parametrize("create", [create_node, create_receipt, create_signed_text])
def test_what_is_proved_is_proved_once(create: Callable[..., models.Model]) -> None:
    """SQLite names no constraint of this kind."""
    create()
    with pytest.raises(IntegrityError), transaction.atomic():
        create(**({"record": UUID(int=1)} if create is create_receipt else {}))


def test_a_draft_may_lack_a_language() -> None:
    assert create_version(published_at=None, text_en="").pk


def test_every_rule_is_provoked_here() -> None:
    stated = {
        constraint.name
        for model in django.apps.apps.get_app_config("consent").get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
    }
    assert stated == {rule for rule, _create, _wrong in [*RULES, *TOTALS]} | {*ONE_ROW} & stated


@pytest.mark.parametrize("model", [Notice, PolicyVersion, CookieGroup])
def test_what_a_decision_rests_on_is_not_deleted(model: type[models.Model]) -> None:
    create_decision()
    with pytest.raises(models.ProtectedError):
        model._default_manager.all().delete()
