"""The database refuses what must never be stored, whoever writes it; each rule by its name."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cookie_consent.models import CookieGroup
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from consent.models import Controller, Decision, Notice, PolicyVersion, Purpose

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


def create_two_drafts() -> PolicyVersion:
    create_version(published_at=None)
    return create_version(number=3, published_at=None)


def create_controller(**changes: Any) -> Controller:
    return Controller.objects.create(**changes)


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
    ("consent_policyversion_one_draft", create_two_drafts, {}),
    ("consent_controller_is_one", create_controller, {"pk": 2}),
]


@pytest.mark.parametrize(("rule", "create", "wrong"), RULES)
def test_the_rule_holds(rule: str, create: Callable[..., models.Model], wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        create(**wrong)


@pytest.mark.parametrize("create", [create_decision, create_notice, create_purpose, create_version])
def test_what_keeps_the_rules_is_stored(create: Callable[..., models.Model]) -> None:
    assert create().pk


def test_official_wording_may_lack_a_language() -> None:
    assert create_version(is_official=True, text_ja="").pk


def test_a_draft_may_lack_a_language() -> None:
    assert create_version(published_at=None, text_en="").pk


def test_every_rule_is_provoked_here() -> None:
    stated = {
        constraint.name
        for model in (Controller, Purpose, PolicyVersion, Notice, Decision)
        for constraint in model._meta.constraints
    }
    assert stated == {rule for rule, _create, _wrong in RULES}


@pytest.mark.parametrize("model", [Notice, PolicyVersion, CookieGroup])
def test_what_a_decision_rests_on_is_not_deleted(model: type[models.Model]) -> None:
    create_decision()
    with pytest.raises(models.ProtectedError):
        model._default_manager.all().delete()
