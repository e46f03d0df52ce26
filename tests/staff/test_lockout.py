"""Failed sign-ins are counted by the visitor's address, so that nobody locks others out."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests.staff import people

pytestmark = pytest.mark.django_db

SIGN_IN = "/admin/en/account/login/"
LOCKED = "Too many failed login attempts"


def fail_ten_times(**headers: Any) -> None:
    for attempt in range(10):
        Client(**headers).post(SIGN_IN, {"login": f"nobody{attempt}", "password": "wrong"})


def sign_in(**headers: Any) -> Any:
    return Client(**headers).post(SIGN_IN, {"login": "charlie", "password": people.PASSWORD})


def test_behind_a_proxy_each_visitor_is_counted_alone(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    people.create_charlie()
    fail_ten_times(HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert LOCKED in sign_in(HTTP_X_FORWARDED_FOR="192.0.2.1").text
    assert LOCKED in sign_in(HTTP_X_FORWARDED_FOR="198.51.100.7, 192.0.2.1").text, (
        "what the visitor adds is not believed"
    )
    assert sign_in(HTTP_X_FORWARDED_FOR="198.51.100.7").status_code == 302


def test_without_a_proxy_nobody_s_word_is_taken_for_an_address() -> None:
    people.create_charlie()
    fail_ten_times(HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert LOCKED in sign_in(HTTP_X_FORWARDED_FOR="198.51.100.7").text
    assert sign_in(REMOTE_ADDR="198.51.100.7").status_code == 302


def test_visitors_of_one_ipv6_network_are_counted_together() -> None:
    people.create_charlie()
    fail_ten_times(REMOTE_ADDR="2001:db8::1")
    assert LOCKED in sign_in(REMOTE_ADDR="2001:db8::ffff").text
    assert sign_in(REMOTE_ADDR="2001:db8:0:1::1").status_code == 302


def test_no_address_stands_in_the_counters() -> None:
    fail_ten_times(REMOTE_ADDR="192.0.2.1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM site_cache")
        keys = [key for (key,) in cursor.fetchall()]
    assert any(":login_failed:" in key for key in keys)
    assert not any("192.0.2.1" in key for key in keys)


def test_a_flood_of_other_counters_lifts_no_lock_out() -> None:
    people.create_charlie()
    fail_ten_times()
    for number in range(400):
        cache.set(f"other{number}", number)  # Django culls in the order of the keys
    assert LOCKED in sign_in().text
