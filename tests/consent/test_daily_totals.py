"""The daily totals say what the ledger says, whatever came in when (clause S14)."""

from collections import Counter
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from consent import statistics
from consent.jobs import JOBS
from consent.models import Decision, DecisionCount, PurposeCount, RollUp
from tests.consent.counts import EVERYTHING, JAPAN, create_decision, create_decisions, noon

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
NOW = noon(TODAY)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def roll_up(at: datetime = NOW) -> None:
    with time_machine.travel(at, tick=False):
        statistics.roll_up()


def totals() -> tuple[dict[tuple[Any, ...], int], dict[tuple[Any, ...], int]]:
    """Return the totals of decisions and of agreements."""
    decisions = DecisionCount.objects.values_list("day", "language", "method", "decisions")
    agreements = PurposeCount.objects.values_list("day", "language", "method", "purpose", "agreed")
    return {row[:-1]: row[-1] for row in decisions}, {row[:-1]: row[-1] for row in agreements}


def in_the_ledger() -> tuple[dict[tuple[Any, ...], int], dict[tuple[Any, ...], int]]:
    """Return the same, counted one by one."""
    decisions: Counter[tuple[Any, ...]] = Counter()
    agreements: Counter[tuple[Any, ...]] = Counter()
    for decision in Decision.objects.all():
        key = (decision.made_at.astimezone(JAPAN).date(), decision.language, decision.method)
        decisions[key] += 1
        for purpose in decision.purposes:
            agreements[(*key, purpose)] += 1
    return dict(decisions), dict(agreements)


ANSWERS = [
    ("agree", EVERYTHING),
    ("agree", "usability,usage"),
    ("choose", "usage"),
    ("choose", ""),
    ("refuse", ""),
    ("withdraw", ""),
]
moments = st.integers(1, 115 * 24 * 60).map(lambda minutes: NOW - minutes * MINUTE)
decisions_made = st.lists(st.tuples(moments, st.sampled_from(ANSWERS), st.sampled_from(["ja", "en"])), max_size=12)


class TotalsTest(TestCase):
    @settings(max_examples=25)
    @given(first=decisions_made, second=decisions_made)
    def test_the_totals_are_those_of_the_ledger_however_often_they_are_made(
        self, first: list[Any], second: list[Any]
    ) -> None:
        for at, (method, agreed), language in first:
            create_decision(at, method, agreed, language)
        roll_up()
        roll_up()
        assert totals() == in_the_ledger()
        for at, (method, agreed), language in second:
            create_decision(at, method, agreed, language)
        with time_machine.travel(NOW, tick=False):
            statistics.rebuild()
        assert totals() == in_the_ledger()


def test_without_a_decision_ever_there_is_no_total() -> None:
    roll_up()
    assert totals() == ({}, {})
    assert statistics.rebuild() == 0


def test_a_day_is_japans() -> None:
    create_decision(datetime(2026, 11, 23, 23, 59, 59, 999_000, JAPAN))
    create_decision(datetime(2026, 11, 24, 0, 0, tzinfo=JAPAN))
    roll_up()
    assert {key[0]: count for key, count in totals()[0].items()} == {TODAY - DAY: 1, TODAY: 1}


def test_a_decision_that_comes_in_late_is_counted_the_next_day_at_the_latest() -> None:
    create_decision(NOW - 20 * DAY)
    create_decision(NOW - MINUTE)
    roll_up()
    create_decision(NOW - 20 * DAY)
    roll_up(NOW + MINUTE)
    assert totals() != in_the_ledger()
    roll_up(NOW + DAY)
    assert totals() == in_the_ledger()


def test_a_decision_that_was_on_its_way_when_a_newer_one_was_counted_is_not_lost() -> None:
    create_decision(NOW - timedelta(seconds=1))
    roll_up()
    create_decision(NOW - timedelta(seconds=2))
    roll_up(NOW + MINUTE)
    assert totals() == in_the_ledger()


def test_after_a_long_pause_nothing_is_missing() -> None:
    create_decision(NOW - 90 * DAY)
    roll_up(NOW - 80 * DAY)
    create_decision(NOW - 79 * DAY)
    roll_up()
    assert totals() == in_the_ledger()


def test_where_nothing_is_new_nothing_is_counted() -> None:
    create_decision(NOW - 10 * MINUTE)
    roll_up()
    with CaptureQueriesContext(connection) as asked:
        roll_up(NOW + MINUTE)
    assert len(asked) == 2


def test_counting_a_day_reads_that_days_records_alone() -> None:
    """By the record numbers, which sort by time and have an index."""
    create_decision(NOW)
    with CaptureQueriesContext(connection) as asked:
        statistics.recount(TODAY)
    (reading,) = [query["sql"] for query in asked if 'FROM "consent_decision" ' in query["sql"]]
    assert '"consent_decision"."id" >= ' in reading
    assert '"consent_decision"."id" < ' in reading


def test_a_wrong_total_is_put_right_by_the_command() -> None:
    create_decisions(timezone.localdate() - 400 * DAY, 3)
    roll_up(timezone.now())
    right = totals()
    DecisionCount.objects.update(decisions=1_000)
    PurposeCount.objects.all().delete()
    DecisionCount.objects.create(day=timezone.localdate() - DAY, language="en", method="refuse", decisions=7)
    said = StringIO()
    call_command("rebuild_statistics", stdout=said)
    assert totals() == right == in_the_ledger()
    assert said.getvalue() == "Counted 2 days anew.\n"


def test_days_that_the_ledger_does_not_hold_any_more_keep_their_totals() -> None:
    """Decisions are erased after 3 years; their totals are not."""
    old, older = timezone.localdate() - 1_080 * DAY, timezone.localdate() - 1_095 * DAY
    for day in (old, older):
        DecisionCount.objects.create(day=day, language="ja", method="refuse", decisions=12)
    statistics.rebuild()
    roll_up(timezone.now())
    assert list(DecisionCount.objects.values_list("day", flat=True)) == [older]


def test_where_counting_fails_the_totals_stay_and_are_made_the_next_time() -> None:
    create_decision(NOW - MINUTE)
    roll_up()
    before = totals()
    create_decision(NOW)
    with patch.object(PurposeCount.objects, "bulk_create", side_effect=OSError), pytest.raises(OSError):  # noqa: PT011
        roll_up(NOW + MINUTE)
    assert totals() == before
    roll_up(NOW + 2 * MINUTE)
    assert totals() == in_the_ledger()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_leave_the_same_as_one() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the tests' SQLite lives in memory; on a file, writers come one after the other")
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    create_decisions(TODAY, 5)
    barrier = Barrier(4)

    def count(_number: int) -> None:
        try:
            for _time in range(5):
                barrier.wait()
                statistics.recount(TODAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))
    assert totals() == in_the_ledger()


def test_the_worker_counts_every_minute() -> None:
    assert [job.every for job in JOBS if job.run is statistics.roll_up] == [MINUTE]


def test_how_far_the_totals_go_is_known_only_once_they_are_made() -> None:
    with patch.object(DecisionCount.objects, "bulk_create", side_effect=OSError):
        create_decision(NOW)
        with pytest.raises(OSError):  # noqa: PT011
            roll_up()
    assert not RollUp.objects.filter(counted_at__isnull=False).exists()
