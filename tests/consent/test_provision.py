"""What must exist before the first page is there after every migration, and staff's own words stay."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cookie_consent.models import Cookie, CookieGroup
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from consent import choice, inventory, ledger
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
from tests.consent.tampering import lifted
from tests.consent.visitors import ALL, checked


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


def as_before_there_were_versions() -> None:
    """Leave the database as a release without the register left it."""
    with lifted():
        RegisterVersion.objects.all().delete()
        Cookie.objects.exclude(name="choice").delete()
        CookieFacts.objects.all().delete()
        for notice in Notice.objects.all():
            words = {name: text for name, text in notice.words.items() if name not in {"register", "cookies_link"}}
            purposes = Purpose.objects.filter(group__is_required=False).order_by("group__ordering")
            facts = [
                notice.policy.number,
                [[p.pk, p.group.varname, p.name_ja, p.name_en, p.text_ja, p.text_en] for p in purposes],
            ]
            asked = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
            times = {"first_published_at": notice.first_published_at, "published_at": notice.published_at}
            Notice.objects.create(
                hash=inventory.hash_of(words),
                language=notice.language,
                policy=notice.policy,
                register=hashlib.sha256(asked).hexdigest()[:12],
                words=words,
                **times,
            )
            notice.delete()


@pytest.mark.django_db
def test_an_upgrade_keeps_decisions_with_their_notice_and_asks_nobody_again(client: Client) -> None:
    as_before_there_were_versions()
    shown = inventory.notice_in_force("en")
    decision = ledger.decide(Method.CHOOSE, ["usage"], shown.pk, gpc=False)
    kept = HttpResponse()
    choice.keep(kept, choice.choice_of(shown.asked, ["usage"], shown.register, timezone.localdate()))
    client.cookies["choice"] = kept.cookies["choice"].value
    provision()
    register = inventory.register_in_force()
    assert (register.number, register.published_by) == (1, None)
    assert register.asked == decision.notice.register
    assert inventory.notice_in_force("en").pk != decision.notice_id
    assert client.get("/en/privacy/choices/state.css").text == ".notice{display:none}"
    assert checked(client.get("/en/privacy/choices/").text) == ["usage"]
    record = client.get(f"/en/privacy/choices/records/{decision.pk}/").text
    assert decision.notice_id in record
    assert "We changed how we use cookies" not in record


@pytest.mark.django_db
def test_what_a_release_adds_is_published_but_not_what_staff_drafted() -> None:
    before = inventory.register_in_force()
    registers.create_tag()
    registers.create_cookie("seen")
    Purpose.objects.filter(group__varname="usage").update(name_en="Counting")
    CookieFacts.objects.get(cookie__name="staff").cookie.delete()  # as if this release were the first to set it
    content = before.content | {"cookies": [c for c in before.content["cookies"] if c["name"] != "staff"]}
    with lifted():
        RegisterVersion.objects.update(content=content)
    provision()
    after = inventory.register_in_force()
    assert after.number == 2
    assert after.content == before.content
    assert after.asked == before.asked


@pytest.mark.django_db
def test_a_cookie_that_staff_took_out_of_the_drafts_is_registered_again() -> None:
    CookieFacts.objects.get(cookie__name="choice").cookie.delete()
    provision()
    assert CookieFacts.objects.filter(cookie__name="choice").exists()
    assert RegisterVersion.objects.count() == 1, "what is published named it all along"


@pytest.mark.django_db
def test_own_cookies_are_registered_as_the_settings_say() -> None:
    cookies = {cookie["name"]: cookie for cookie in inventory.register_in_force().content["cookies"]}
    choice, staff, token = (cookies[name] for name in ("choice", "staff", "stafftoken"))
    assert (choice["path"], choice["days"]) == ("/", settings.COOKIE_CONSENT_MAX_AGE / 86_400)
    assert settings.SESSION_EXPIRE_AT_BROWSER_CLOSE
    assert (staff["path"], staff["days"]) == (settings.SESSION_COOKIE_PATH, None)
    assert (token["path"], token["days"]) == (settings.CSRF_COOKIE_PATH, settings.CSRF_COOKIE_AGE / 86_400)


@pytest.mark.django_db
def test_a_notice_in_each_language_asks_about_the_same() -> None:
    japanese, english = (inventory.notice_in_force(language) for language in ("ja", "en"))
    assert japanese.register == english.register
    assert japanese.asked == english.asked == ALL
    assert [inventory.hash_of(notice.words) for notice in (japanese, english)] == [japanese.pk, english.pk]


@pytest.mark.django_db
def test_what_was_asked_before_and_is_again_asks_nobody_who_answered_it() -> None:
    first = inventory.notice_in_force("en")
    usage = Purpose.objects.filter(group__varname="usage")
    before = usage.get().text_en
    usage.update(text_en="Counts pages.")
    registers.publish()
    assert inventory.notice_in_force("en") != first
    usage.update(text_en=before)
    registers.publish()
    assert inventory.notice_in_force("en").register == first.register


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
