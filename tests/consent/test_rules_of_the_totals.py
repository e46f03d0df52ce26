"""The database refuses totals that must never be stored, whoever writes them; each rule by its name."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from consent.models import DecisionCount, Edition, PageCount, PurposeCount, RollUp

pytestmark = pytest.mark.django_db

DAY = date(2026, 10, 1)


def create_page_count(**changes: Any) -> PageCount:
    values = {"day": DAY, "page": "home", "language": "ja", "device": "phone", "views": 1}
    return PageCount.objects.create(**values | changes)


def create_decision_count(**changes: Any) -> DecisionCount:
    values = {"day": DAY, "language": "ja", "method": "agree", "decisions": 1}
    return DecisionCount.objects.create(**values | changes)


def create_purpose_count(**changes: Any) -> PurposeCount:
    values = {"day": DAY, "language": "ja", "method": "choose", "purpose": "usage", "agreed": 1}
    return PurposeCount.objects.create(**values | changes)


def create_edition(**changes: Any) -> Edition:
    return Edition.objects.create(**{"month": "2026-10", "published_at": timezone.now(), "content": {}} | changes)


def create_roll_up(**changes: Any) -> RollUp:
    return RollUp.objects.create(**changes)


RULES: list[tuple[str, Callable[..., models.Model], dict[str, Any]]] = [
    ("consent_pagecount_language_valid", create_page_count, {"language": "fr"}),
    ("consent_pagecount_device_valid", create_page_count, {"device": "watch"}),
    ("consent_pagecount_page_is_a_name", create_page_count, {"page": "/about/"}),
    ("consent_pagecount_page_is_a_name", create_page_count, {"page": "hanako@example.jp"}),
    ("consent_pagecount_page_is_a_name", create_page_count, {"page": "record:019ab000"}),
    ("consent_pagecount_page_is_a_name", create_page_count, {"page": ""}),
    ("consent_decisioncount_language_valid", create_decision_count, {"language": "fr"}),
    ("consent_decisioncount_method_valid", create_decision_count, {"method": "browse"}),
    ("consent_purposecount_language_valid", create_purpose_count, {"language": "fr"}),
    ("consent_purposecount_method_agrees", create_purpose_count, {"method": "refuse"}),
    ("consent_purposecount_method_agrees", create_purpose_count, {"method": "withdraw"}),
    ("consent_edition_month_valid", create_edition, {"month": "2026-13"}),
    ("consent_edition_month_valid", create_edition, {"month": "2026-1"}),
    ("consent_rollup_is_one", create_roll_up, {"pk": 2}),
]

ONE_ROW = {
    "consent_pagecount_one_row": create_page_count,
    "consent_decisioncount_one_row": create_decision_count,
    "consent_purposecount_one_row": create_purpose_count,
}


@pytest.mark.parametrize(("rule", "create", "wrong"), RULES)
def test_the_rule_holds(rule: str, create: Callable[..., models.Model], wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        create(**wrong)


@pytest.mark.parametrize("create", [*ONE_ROW.values(), create_edition])
def test_a_total_stands_once(create: Callable[..., models.Model]) -> None:
    create()
    with pytest.raises(IntegrityError), transaction.atomic():
        create()


@pytest.mark.parametrize(
    ("create", "name"),
    [(create_page_count, "views"), (create_decision_count, "decisions"), (create_purpose_count, "agreed")],
)
def test_a_total_is_never_negative(create: Callable[..., models.Model], name: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        create(**{name: -1})


def test_every_rule_is_provoked_here() -> None:
    stated = {
        constraint.name
        for model in (PageCount, DecisionCount, PurposeCount, Edition, RollUp)
        for constraint in model._meta.constraints
    }
    assert stated == {rule for rule, _create, _wrong in RULES} | set(ONE_ROW)
