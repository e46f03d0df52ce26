"""Counting without knowing who: exact, forgotten with the day, and never in an inquiry's way (clauses S4 and S15)."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
import time_machine
from django.conf import LazySettings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from inquiries import limits
from inquiries.limits import DAY, HOUR, Event
from inquiries.models import Tally

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 3, tzinfo=UTC)  # in Japan


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.KEYS_DIR = tmp_path
    return tmp_path / "limits"


def once(which: str = "192.0.2.1", kind: str = "visitor", span: timedelta = HOUR) -> int:
    return limits.count([Event(kind, which, span)])[0]


def test_each_thing_is_counted_by_itself() -> None:
    assert [once(), once(), once("192.0.2.2"), once(kind="address"), once(), once(span=DAY)] == [1, 2, 1, 1, 3, 1]
    both = [Event("visitor", "192.0.2.1", HOUR), Event("visitor", "192.0.2.2", HOUR)]
    assert limits.count(both) == [4, 2]
    assert limits.count(both[::-1]) == [3, 5]


def test_looking_counts_nothing() -> None:
    event = Event("visitor", "192.0.2.1", HOUR)
    assert limits.times(event) == 0
    once()
    assert limits.times(event) == limits.times(event) == 1


def test_a_count_begins_anew_with_the_hour_and_with_the_day() -> None:
    with time_machine.travel(NOON + timedelta(minutes=59), tick=False) as clock:
        assert [once(), once(span=DAY)] == [1, 1]
        assert limits.minutes_left(HOUR) == 1
        clock.shift(timedelta(minutes=1))
        assert [once(), once(span=DAY)] == [1, 2]
        assert limits.minutes_left(HOUR) == 60
        clock.move_to(datetime(2026, 11, 24, 15, tzinfo=UTC))  # midnight in Japan
        assert [once(), once(span=DAY)] == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_it_is_exact_however_many_count_at_the_same_time() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the tests' SQLite lives in memory, where threads can't wait for each other")

    def many(_number: int) -> list[int]:
        try:
            return [once("one"), *limits.count([Event("a", "x", HOUR), Event("b", "y", HOUR)])]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(many, range(40)))
    assert sorted(counts[0] for counts in seen) == list(range(1, 41))
    assert sorted(counts[1] for counts in seen) == sorted(counts[2] for counts in seen) == list(range(1, 41))


def test_no_row_and_no_file_tells_what_was_counted(folder: Path) -> None:
    once("192.0.2.1")
    once("sakiko@example.jp", kind="address", span=DAY)
    rows = repr(list(Tally.objects.values_list()))
    files = b"".join(path.read_bytes() for path in folder.iterdir())
    for word in ("192.0.2", "sakiko", "visitor", "address"):
        assert word not in rows
        assert word.encode() not in files
    assert all(len(digest) == 64 for digest in Tally.objects.values_list("pk", flat=True))


def test_a_key_is_made_for_the_day_and_destroyed_after_it(folder: Path) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        once()
        [today] = folder.iterdir()
        assert today.name == "2026-11-24.key"
        assert today.stat().st_mode & 0o777 == 0o600
        assert len(today.read_bytes()) == 32
        before = Tally.objects.get().pk
        other_name = folder.parent / "a second name of the same file"
        other_name.hardlink_to(today)
        clock.shift(timedelta(days=1))
        once()
        assert [path.name for path in folder.iterdir()] == ["2026-11-25.key"]
        assert other_name.read_bytes() == bytes(32), "overwritten, not only unlinked"
        assert before not in Tally.objects.filter(times=2).values_list("pk", flat=True)


def test_the_worker_destroys_what_is_over_where_nobody_comes(folder: Path) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        once()
        once(span=DAY)
        limits.forget()
        assert Tally.objects.count() == 2
        clock.shift(timedelta(hours=2))
        limits.forget()
        assert Tally.objects.count() == 1, "the hour is over"
        clock.shift(timedelta(days=1))
        limits.forget()
        assert not Tally.objects.exists()
        assert list(folder.iterdir()) == []


def test_every_process_uses_one_key(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(limits.day_key, [timezone.localdate()] * 32))
    assert len(keys) == 1
    assert len(list(folder.iterdir())) == 1


def test_where_nothing_can_be_counted_everything_is_let_through(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("ERROR")
    with patch("inquiries.limits._add", side_effect=OperationalError("192.0.2.1")):
        assert once() == 0
    with patch("inquiries.limits.day_key", side_effect=OSError(28, "No space left on device")):
        assert once() == 0
        assert limits.times(Event("visitor", "192.0.2.1", HOUR)) == 0
    assert caplog.text.count("could not be counted") == 2


@pytest.mark.parametrize(
    ("direct", "forwarded", "proxies", "visitor"),
    [
        ("192.0.2.1", "", 0, "192.0.2.1/32"),
        ("192.0.2.1", "198.51.100.7", 0, "192.0.2.1/32"),
        ("127.0.0.1", "198.51.100.7", 1, "198.51.100.7/32"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7", 1, "198.51.100.7/32"),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
        ("127.0.0.1", "2001:db8:1:2::9", 1, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "", 0, "192.0.2.1/32"),
        ("127.0.0.1", "", 1, ""),
        ("127.0.0.1", "no address", 1, ""),
        ("", "", 0, ""),
    ],
)
def test_a_visitor_is_a_network_and_only_the_trusted_proxy_is_believed(
    settings: LazySettings, direct: str, forwarded: str, proxies: int, visitor: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=direct, headers={"x-forwarded-for": forwarded})
    assert limits.visitor_of(request) == visitor


def test_the_database_counts_nothing_less_than_one() -> None:
    with pytest.raises(IntegrityError, match="inquiries_tally_counts_something"), transaction.atomic():
        Tally.objects.create(digest="0" * 64, times=0, ends_at=timezone.now())


def test_a_stray_file_among_the_keys_goes_too(folder: Path) -> None:
    folder.mkdir()
    (folder / "2026-11-23.0123456789abcdef").write_bytes(os.urandom(32))
    once()
    assert len(list(folder.iterdir())) == 1
