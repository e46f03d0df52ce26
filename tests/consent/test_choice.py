"""The decision in the browser: read strictly, by the same rules as the script (tests/js/choice.test.mjs)."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cookie_consent.models import Cookie, CookieGroup
from cookie_consent.util import get_cookie_value_from_request
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import override_settings

from consent import choice, inventory

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "choice_cases.json").read_text())
SCRIPT = (settings.BASE_DIR / "static/choice.js").read_text()
REGISTER, TODAY = "0123456789ab", date(2026, 11, 24)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_header_is_read_strictly(case: dict[str, Any]) -> None:
    held = choice.read(case["header"], TODAY)
    current = choice.answering(held, REGISTER)
    assert (current is not None) is case["is_made"]
    assert (held is not None and current is None) is case.get("is_of_another_register", False)
    honoured = choice.honouring(current, signal=case.get("signal", False))
    if honoured:
        assert list(honoured.agreed) == case["agreed"]


def test_what_is_written_is_read_again() -> None:
    written = choice.choice_of(["usability", "usage"], ["usage"], REGISTER, TODAY)
    response = HttpResponse()
    choice.keep(response, written)
    assert response.cookies["choice"].value == "usability=-1|usage=2026-11-24|v=0123456789ab|d=2026-11-24"
    header = response.cookies["choice"].OutputString().partition(";")[0]
    assert choice.read(header, TODAY) == written


def test_what_is_written_with_the_signal_is_read_again() -> None:
    written = choice.choice_of(["usage", "sharing"], ["sharing"], REGISTER, TODAY, signal=True)
    response = HttpResponse()
    choice.keep(response, written)
    assert response.cookies["choice"].value == "usage=-1|sharing=2026-11-24|v=0123456789ab|d=2026-11-24|s=gpc"
    header = response.cookies["choice"].OutputString().partition(";")[0]
    assert choice.read(header, TODAY) == written


def test_a_decision_lasts_as_long_as_the_policy_says() -> None:
    assert settings.DECISION_DAYS == 182
    assert settings.COOKIE_CONSENT_MAX_AGE == 182 * 24 * 60 * 60
    assert re.findall(r"DAYS = (\d+);", SCRIPT) == [str(settings.DECISION_DAYS)]


def test_the_script_reads_the_cookie_that_is_set() -> None:
    assert f"{settings.COOKIE_CONSENT_NAME}=([^;]*)" in SCRIPT


def test_the_script_knows_what_the_signal_refuses() -> None:
    found = re.search(r"SIGNAL_REFUSES = (\[.*\]);", SCRIPT)
    assert found
    assert set(json.loads(found[1])) == inventory.GPC_REFUSES


@pytest.mark.parametrize("https", [True, False])
def test_the_cookie_has_the_attributes_of_the_settings(https: bool) -> None:
    response = HttpResponse()
    with override_settings(COOKIE_CONSENT_SECURE=https):
        choice.keep(response, choice.choice_of(["usage"], [], REGISTER, TODAY))
    cookie = response.cookies["choice"]
    assert (cookie["path"], cookie["samesite"], cookie["max-age"], cookie["domain"]) == ("/", "Lax", 15_724_800, "")
    assert bool(cookie["secure"]) is https
    assert not cookie["httponly"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("agreed", "registered", "seen"),
    [
        (["usage"], timedelta(days=-2), True),
        (["usage"], timedelta(days=2), None),
        ([], timedelta(days=-2), False),
    ],
)
def test_the_package_reads_it_as_it_was_meant(agreed: list[str], registered: timedelta, seen: bool | None) -> None:
    group = CookieGroup.objects.get(varname="usage")
    cookie = Cookie.objects.create(cookiegroup=group, name="seen")
    Cookie.objects.filter(pk=cookie.pk).update(created=datetime(2026, 11, 24, tzinfo=UTC) + registered)
    response = HttpResponse()
    choice.keep(response, choice.choice_of(["usability", "usage"], agreed, REGISTER, TODAY))
    request = HttpRequest()
    request.COOKIES["choice"] = response.cookies["choice"].value
    assert get_cookie_value_from_request(request, "usage") is seen
