"""The database refuses what must not be of holds, statistics, runs and drills; each rule by its name."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from inquiries.models import ErasedInquiry, Hold, Inquiry, Look, LookPurpose, RestoreDrill, RetentionRun
from inquiries.reveal import record_look
from tests.inquiries.mails import create_inquiry
from tests.staff.people import create_bob

pytestmark = pytest.mark.django_db


def create_hold(**changes: Any) -> Hold:
    by = User.objects.get_or_create(username="holder")[0]
    if "released_by" in changes:
        changes["released_by"] = by
    values = {"inquiry": create_inquiry(), "reason_sealed": b"x", "until": timezone.localdate(), "by": by}
    return Hold.objects.create(**values | {"set_at": timezone.now()} | changes)


def create_second_hold(**changes: Any) -> Hold:
    return create_hold(inquiry=create_hold().inquiry, **changes)


def create_erased(**changes: Any) -> ErasedInquiry:
    values = {"category": "press", "month": "2026-11", "language": "ja", "channel": "form", "reason": "term"}
    return ErasedInquiry.objects.create(**values | changes)


def create_run(**changes: Any) -> RetentionRun:
    return RetentionRun.objects.create(**{"at": timezone.now(), "counts": {}, "overdue": 0} | changes)


def create_drill(**changes: Any) -> RestoreDrill:
    now = timezone.now()
    values = {"at": now, "backup_made_at": now, "database": "sqlite", "tables": 9, "rows": 99}
    return RestoreDrill.objects.create(**values | changes)


NOW = timezone.now()
RULES: list[tuple[str, Callable[..., models.Model], dict[str, Any]]] = [
    ("inquiries_hold_one_at_a_time|UNIQUE constraint failed: inquiries_hold.inquiry_id", create_second_hold, {}),
    ("inquiries_hold_released_by_somebody", create_hold, {"released_at": NOW + timedelta(days=1)}),
    ("inquiries_hold_released_by_somebody", create_hold, {"released_by": True}),
    (
        "inquiries_hold_released_after_it_was_set",
        create_hold,
        {"released_at": NOW - timedelta(days=1), "released_by": True},
    ),
    ("inquiries_hold_has_its_reason", create_hold, {"reason_sealed": b""}),
    ("inquiries_erased_category_valid", create_erased, {"category": "tea"}),
    ("inquiries_erased_month_valid", create_erased, {"month": "2026-13"}),
    ("inquiries_erased_month_valid", create_erased, {"month": "2026-1"}),
    ("inquiries_erased_language_valid", create_erased, {"language": "fr"}),
    ("inquiries_erased_channel_valid", create_erased, {"channel": "pigeon"}),
    ("inquiries_erased_reason_valid", create_erased, {"reason": "bored"}),
    ("inquiries_retentionrun_problem_valid", create_run, {"problem": "tired"}),
    ("inquiries_drill_problem_valid", create_drill, {"problem": "tired"}),
    ("inquiries_drill_names_what_it_restored", create_drill, {"tables": 0}),
    ("inquiries_drill_names_what_it_restored", create_drill, {"database": ""}),
    ("inquiries_drill_names_what_it_restored", create_drill, {"backup_made_at": None}),
]


@pytest.mark.parametrize(("rule", "create", "wrong"), RULES)
def test_the_rule_holds(rule: str, create: Callable[..., models.Model], wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        create(**wrong)


@pytest.mark.parametrize("create", [create_hold, create_erased, create_run, create_drill])
def test_what_keeps_the_rules_is_stored(create: Callable[..., models.Model]) -> None:
    assert create().pk


def test_a_drill_that_failed_need_not_have_restored_anything() -> None:
    assert create_drill(problem="file", tables=0, rows=0, database="", backup_made_at=None).pk


def test_every_rule_is_provoked_here() -> None:
    stated = {
        constraint.name
        for model in (Hold, ErasedInquiry, RetentionRun, RestoreDrill)
        for constraint in model._meta.constraints
    }
    assert stated == {rule.partition("|")[0] for rule, _create, _wrong in RULES}


# The log of looks, which outlives its inquiries


def test_a_look_names_its_inquiry() -> None:
    with pytest.raises(IntegrityError, match="inquiries_look_names_its_inquiry"), transaction.atomic():
        Look.objects.create(inquiry=create_inquiry(), at=NOW, by=create_bob(), purpose="answer", fields="name")


def test_a_look_stays_with_the_reference_number_when_its_inquiry_goes() -> None:
    inquiry = create_inquiry()
    record_look(inquiry, LookPurpose.ANSWER, ["name"], by=create_bob(), reason="")
    inquiry.delete()
    look = Look.objects.get()
    assert (look.inquiry, look.reference) == (None, inquiry.reference)


@pytest.mark.django_db(transaction=True)
def test_looks_of_before_get_the_reference_number_of_their_inquiry() -> None:
    last = MigrationExecutor(connection).loader.graph.leaf_nodes("inquiries")
    bob, first, second = create_bob(), create_inquiry(), create_inquiry()
    MigrationExecutor(connection).migrate([("inquiries", "0001_initial")])
    try:
        old = MigrationExecutor(connection).loader.project_state([("inquiries", "0001_initial")]).apps
        for inquiry in (first, second):
            old.get_model("inquiries", "Look").objects.create(
                inquiry_id=inquiry.pk, at=NOW, by_id=bob.pk, purpose="answer", fields="name"
            )
    finally:
        MigrationExecutor(connection).migrate(last)
    assert [look.reference for look in Look.objects.order_by("pk")] == [first.reference, second.reference]
    assert Inquiry.objects.count() == 2
