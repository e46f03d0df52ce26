"""Wrong codes are counted without knowing who enters them, and nobody is locked out by them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import LazySettings
from django.test import RequestFactory

from inquiries import guesses

NOON = datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Asia/Tokyo"))


def add(count: guesses.Count, address: str, times: int) -> list[bool]:
    return [count.add(address) for _time in range(times)]


def test_one_address_may_err_thirty_times_a_day() -> None:
    count = guesses.Count()
    assert add(count, "192.0.2.1", guesses.FROM_ONE + 1) == [False] * guesses.FROM_ONE + [True]
    assert not count.add("192.0.2.2")


def test_all_together_have_a_limit_too_and_memory_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "IN_ALL", 50)
    count = guesses.Count()
    assert [count.add(f"192.0.2.{number}") for number in range(60)] == [False] * 50 + [True] * 10
    assert len(count._from) == 50


def test_the_next_day_begins_anew_with_another_key() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        count = guesses.Count()
        add(count, "192.0.2.1", guesses.FROM_ONE + 1)
        key, digests = count._key, set(count._from)
        clock.shift(timedelta(days=1))
        assert not count.add("192.0.2.1")
    assert count._key != key
    assert not digests & set(count._from)
    assert b"192.0.2.1" not in b"".join(digests)


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "192.0.2.7")])
def test_the_address_is_the_one_that_a_trusted_proxy_names(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, proxies: int, address: str
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(guesses._count, "add", seen.append)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    guesses.are_too_many(RequestFactory().post("/", headers={"x-forwarded-for": "10.0.0.1, 192.0.2.7"}))
    assert seen == [address]
