"""What must exist before the first page is there after every migration, and staff's own words stay."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cookie_consent.models import Cookie, CookieGroup
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from consent import inventory, ledger
from consent.models import (
    Controller,
    CookieFacts,
    Decision,
    Method,
    Notice,
    PolicyVersion,
    Purpose,
    RegisterVersion,
)
from consent.provision import provision
from tests.consent import registers
from tests.consent.visitors import ALL


def everything() -> list[list[Any]]:
    models = (CookieGroup, Cookie, CookieFacts, Controller, Purpose, PolicyVersion, RegisterVersion, Notice)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.django_db
def test_a_second_time_changes_nothing() -> None:
    before = everything()
    assert all(before)
    provision()
    assert everything() == before


@pytest.mark.django_db
def test_what_staff_wrote_stays() -> None:
    Purpose.objects.filter(group__varname="usage").update(name_en="Counting")
    Controller.objects.update(telephone="03-0000-0000")
    provision()
    assert Purpose.objects.get(group__varname="usage").name_en == "Counting"
    assert Controller.objects.get().telephone == "03-0000-0000"
    assert Notice.objects.filter(language="en").count() == 1, "what staff drafted is not published by a start"


@pytest.mark.django_db
def test_a_notice_in_each_language_asks_about_the_same() -> None:
    japanese, english = (inventory.notice_in_force(language) for language in ("ja", "en"))
    assert japanese.register == english.register
    assert japanese.asked == english.asked == ALL
    assert [inventory.hash_of(notice.words) for notice in (japanese, english)] == [japanese.pk, english.pk]


@pytest.mark.django_db
def test_words_used_again_are_the_notice_of_before() -> None:
    first = inventory.notice_in_force("en")
    usage = Purpose.objects.filter(group__varname="usage")
    before = usage.get().text_en
    usage.update(text_en="Counts pages.")
    registers.publish()
    assert inventory.notice_in_force("en") != first
    usage.update(text_en=before)
    registers.publish()
    assert inventory.notice_in_force("en") == first


@pytest.mark.django_db(transaction=True)
def test_a_flushed_database_has_it_again() -> None:
    call_command("flush", interactive=False, verbosity=0)
    assert inventory.notice_in_force("en").asked == ALL
    assert inventory.policy_in_force().number == 1
    assert Controller.objects.get().pk == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_two_decisions() -> None:
    notice = inventory.notice_in_force("ja")

    def decide(_press: int) -> str:
        try:
            return str(ledger.decide(Method.AGREE, [], notice.pk, gpc=False).pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        numbers = set(pool.map(decide, range(20)))
    assert {str(pk) for pk in Decision.objects.values_list("pk", flat=True)} == numbers
    assert len(numbers) == 20


@pytest.mark.django_db
def test_a_state_without_the_tables_is_left_alone() -> None:
    from consent.provision import provision_after_migration

    class Zero:
        def get_model(self, *_names: str) -> None:
            raise LookupError

    before = everything()
    provision_after_migration(apps.get_app_config("consent"), "default", apps=Zero())
    provision_after_migration(apps.get_app_config("consent"), "other")
    assert everything() == before
