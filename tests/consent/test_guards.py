"""The database refuses to alter what was recorded, whoever writes to it (each guard by its name)."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from consent import audit, guards, inventory
from consent.models import (
    Decision,
    ErasurePermit,
    Issuer,
    Leaf,
    Node,
    Notice,
    PolicyVersion,
    Receipt,
    RegisterVersion,
    SignedText,
    TreeHead,
    Unsealed,
    VerificationRun,
)
from tests.consent.decisions import create_decision, create_decisions, create_sealed
from tests.consent.tampering import lifted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_keys")]

OLD = timedelta(days=3 * 366 + 2)

KEPT: list[tuple[type[models.Model], dict[str, Any]]] = [
    (Decision, {"agreed": "sharing"}),
    (Decision, {"made_at": timezone.now()}),
    (Decision, {"salt": bytes(16)}),
    (Notice, {"words": {"purposes": []}}),
    (Notice, {"register": "0" * 12}),
    (Notice, {"published_at": timezone.now() - timedelta(days=1), "first_published_at": timezone.now() - OLD}),
    (PolicyVersion, {"text_ja": "別の文面"}),
    (PolicyVersion, {"published_at": None}),
    (RegisterVersion, {"content": {}}),
    (Leaf, {"hash": bytes(32)}),
    (Node, {"hash": bytes(32)}),
    (TreeHead, {"root": bytes(32)}),
    (Receipt, {"signature": bytes(64)}),
    (Issuer, {"content": {}}),
    (SignedText, {"digest": "0" * 64}),
    (VerificationRun, {"entries": 0}),
]

MODELS = list(dict.fromkeys(model for model, _change in KEPT))


@pytest.fixture
def rows() -> None:
    """At least one row in every guarded table."""
    create_sealed(260)
    audit.verify(lambda sentence: None)


@pytest.mark.usefixtures("rows")
def test_nothing_recorded_is_altered() -> None:
    for model, change in KEPT:
        with pytest.raises(IntegrityError, match=f"{model._meta.db_table}_no_update"), transaction.atomic():
            model._default_manager.update(**change)


@pytest.mark.usefixtures("rows")
def test_nothing_recorded_is_deleted() -> None:
    for model in MODELS:
        rows = model._default_manager.all()
        with pytest.raises(IntegrityError, match=f"{model._meta.db_table}_no_delete"), transaction.atomic():
            rows._raw_delete(rows.db)  # past Django's own protection


@pytest.mark.usefixtures("rows")
def test_nothing_recorded_goes_by_a_detour() -> None:
    """PostgreSQL's TRUNCATE fires no DELETE, and neither does SQLite's REPLACE."""
    connection.check_constraints()  # what waits for the end of the transaction keeps PostgreSQL from truncating
    for table in (model._meta.db_table for model in MODELS):
        if connection.vendor == "postgresql":
            sql, guard = f"TRUNCATE {table} CASCADE", "no_truncate"
        else:
            sql, guard = f"REPLACE INTO {table} SELECT * FROM {table}", f"{table}_no_replace"
        with pytest.raises(IntegrityError, match=guard), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_row_is_not_replaced_by_another_unique_key() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("REPLACE is SQLite's")
    create_sealed(2)
    version = PolicyVersion.objects.create(number=2, text_ja="方針", text_en="Policy")
    for sql in (
        "REPLACE INTO consent_policyversion (number, text_ja, text_en, is_official) VALUES (1, 'a', 'b', false)",
        f"UPDATE OR REPLACE consent_policyversion SET number = 1 WHERE id = {version.pk}",
        "REPLACE INTO consent_receipt SELECT '0', 0, version, key, signature, issuer_id FROM consent_receipt",
    ):
        with pytest.raises(IntegrityError, match="_no_"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_notice_moves_forward_as_it_is_published_again() -> None:
    notice = inventory.notice_in_force("ja")
    notice.published_at = timezone.now()
    notice.save(update_fields=["published_at"])
    notice.published_at -= timedelta(seconds=1)
    with pytest.raises(IntegrityError, match="consent_notice_no_update"), transaction.atomic():
        notice.save(update_fields=["published_at"])


def test_a_draft_of_the_policy_is_free() -> None:
    draft = PolicyVersion.objects.create(number=2, text_ja="下書き", text_en="")
    PolicyVersion.objects.filter(pk=draft.pk).update(text_en="Draft", number=3)
    PolicyVersion.objects.filter(pk=draft.pk).update(published_at=timezone.now())
    with pytest.raises(IntegrityError, match="consent_policyversion_no_update"), transaction.atomic():
        PolicyVersion.objects.filter(pk=draft.pk).update(text_en="Other")
    other = PolicyVersion.objects.create(number=4, text_ja="下書き", text_en="")
    other.delete()


# Erasing


def delete(*numbers: UUID) -> None:
    Decision.objects.filter(pk__in=numbers).delete()


@pytest.mark.parametrize("age", [timedelta(), timedelta(days=3 * 365 - 10), OLD])
def test_without_the_permit_no_decision_is_erased(age: timedelta) -> None:
    decision = create_decision(made_at=timezone.now() - age)
    with pytest.raises(IntegrityError, match="consent_decision_no_delete"), transaction.atomic():
        delete(decision.pk)


def test_with_the_permit_a_decision_is_erased_on_its_day_only() -> None:
    young, old = (
        create_decision(made_at=timezone.now() - timedelta(days=1000)),
        create_decision(made_at=timezone.now() - OLD),
    )
    ErasurePermit.objects.create(pk=1)
    with pytest.raises(IntegrityError, match="consent_decision_no_delete"), transaction.atomic():
        delete(young.pk)
    delete(old.pk)
    assert Decision.objects.get() == young


# Made, lost and made again


def test_every_guard_stands_after_the_migrations() -> None:
    assert guards.problems() == []
    assert {*guards.ONLY_ADDED_TO, *guards.WITH_EXCEPTIONS} == {model.__name__ for model in MODELS}


def test_a_guard_that_is_lost_or_altered_is_named_and_made_again() -> None:
    name = "consent_decision_no_update"
    with connection.cursor() as cursor:
        on = " ON consent_decision" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {name}{on}")
        assert guards.problems() == [name]
        assert guards.make() == [name]
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE consent_decision DISABLE TRIGGER {name}")
        else:
            cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON consent_decision BEGIN SELECT 1; END")
    assert guards.problems() == [name]
    assert guards.make() == [name]
    assert guards.make() == []


@pytest.mark.django_db(transaction=True)
def test_a_table_that_a_migration_makes_anew_is_guarded_again() -> None:
    call_command("migrate", "consent", "0008", verbosity=0)
    call_command("migrate", "consent", verbosity=0)
    with connection.schema_editor() as editor:
        guards.lift()
        field = Decision._meta.get_field("agreed")
        wider = models.CharField(max_length=500, blank=True)
        wider.set_attributes_from_name("agreed")
        editor.alter_field(Decision, field, wider)
        editor.alter_field(Decision, wider, field)
    call_command("migrate", verbosity=0)
    assert guards.problems() == []
    decision = create_decision()
    with pytest.raises(IntegrityError, match="consent_decision_no_update"):
        Decision.objects.filter(pk=decision.pk).update(gpc=True)


@pytest.mark.django_db(transaction=True)
def test_the_migrations_go_back_to_before_there_was_a_log() -> None:
    create_sealed(1)
    call_command("migrate", "consent", "0001", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE consent_decision SET gpc = gpc")
    call_command("migrate", "consent", verbosity=0)
    assert guards.problems() == []
    assert len(bytes(Decision.objects.get().salt)) == 16
    assert [row.pk for row in Unsealed.objects.all()] == [Decision.objects.get().pk]


def test_decisions_that_came_without_the_guards_are_told_to_the_log() -> None:
    sealed = create_sealed(2)
    with lifted():
        unknown = create_decisions(2)
        assert not Unsealed.objects.exists()
    assert {row.pk for row in Unsealed.objects.all()} == {decision.pk for decision in unknown}
    assert not {decision.pk for decision in sealed} & {row.pk for row in Unsealed.objects.all()}


def test_every_added_decision_waits_for_the_log() -> None:
    one, more = create_decision(), create_decisions(3)
    assert {row.pk for row in Unsealed.objects.all()} == {one.pk, *(decision.pk for decision in more)}


@pytest.mark.django_db(transaction=True)
def test_a_flush_meets_the_guards_outside_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    create_decision()
    monkeypatch.setattr(guards, "lift", lambda: None)  # what the tests do before a flush
    with pytest.raises(Exception, match=re.escape("couldn't be flushed")):
        call_command("flush", interactive=False, verbosity=0)
    monkeypatch.undo()
    assert Decision.objects.count() == 1
