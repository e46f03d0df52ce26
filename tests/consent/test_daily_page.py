"""Staff see decisions by day, purpose and language, exactly, and made from the totals alone."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from consent import statistics
from consent.models import DecisionCount
from tests.consent.counts import EVERYTHING, create_decisions, noon
from tests.consent.test_statistics_pages import row
from tests.staff.people import create_alice, create_bob, create_charlie, create_dana, create_eve, sign_in

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/en/consent/decisioncount/"
TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


@pytest.fixture
def bob() -> Iterator[Client]:
    """Bob answers inquiries, and may see how many decisions were made."""
    with time_machine.travel(noon(TODAY), tick=True):
        yield sign_in(create_bob())


def create_days() -> None:
    create_decisions(TODAY, 3, "agree", EVERYTHING)
    create_decisions(TODAY, 1, "choose", "usage", "en")
    create_decisions(TODAY - DAY, 4, "refuse", "")
    create_decisions(TODAY - DAY, 1, "withdraw", "")
    create_decisions(date(2026, 10, 5), 2, "refuse", "", "en")
    with time_machine.travel(noon(TODAY), tick=False):
        statistics.roll_up()


def page(client: Client, address: str = ADDRESS) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def test_a_months_decisions_by_day_purpose_and_language(bob: Client) -> None:
    create_days()
    html = page(bob)
    assert row(html, "Understanding how this site is used") == ["3 (43%)", "1 (100%)", "4 (50%)"]
    assert row(html, "Advertising based on access history") == ["3 (43%)", "0 (0%)", "3 (38%)"]
    assert row(html, "24 November 2026") == ["4", "3", "0", "1", "0", "3 (75%)", "4 (100%)", "3 (75%)", "3 (75%)"]
    assert row(html, "23 November 2026") == ["5", "0", "4", "0", "1", *["0 (0%)"] * 4]
    assert row(html, "22 November 2026") == ["0"] * 5 + ["–"] * 4
    assert row(html, "Whole month")[:5] == ["9", "3", "4", "1", "1"]
    assert "25 November 2026" not in html
    assert html.count('role="img"') == 5


def test_another_month_and_one_language(bob: Client) -> None:
    create_days()
    assert row(page(bob, f"{ADDRESS}?month=2026-10"), "Whole month")[:3] == ["2", "0", "2"]
    assert row(page(bob, f"{ADDRESS}?language=en"), "24 November 2026")[:2] == ["1", "0"]
    assert "There was no decision in this period." in page(bob, f"{ADDRESS}?month=2026-10&language=ja")


def test_in_japanese(bob: Client) -> None:
    create_days()
    html = page(bob, "/admin/consent/decisioncount/")
    assert "日別の選択" in html
    assert row(html, "2026年11月24日")[:3] == ["4", "3", "0"]
    assert row(html, "利用状況の把握")[0] == "3 (43%)"


def test_before_the_first_decision_and_the_first_count(bob: Client) -> None:
    html = page(bob)
    assert "There was no decision in this period." in html
    assert "The worker has not counted yet." in html


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("month=2026-13", "Select a month from the list"),
        ("month=1999-01", "Select a month from the list"),
        ("month=", "This field is required."),
        ("month=%27%3B--", "Select a month from the list"),
        ("language=fr", "Select a language from the list"),
    ],
)
def test_what_the_form_does_not_offer_is_refused_in_words(bob: Client, query: str, sentence: str) -> None:
    answer = bob.get(f"{ADDRESS}?{query}")
    assert answer.status_code == 400
    assert sentence in answer.text


def test_the_page_asks_the_totals_and_never_the_ledger(bob: Client) -> None:
    create_days()
    with CaptureQueriesContext(connection) as asked:
        page(bob)
    assert not [query for query in asked if '"consent_decision"' in query["sql"]]


def test_only_staff_who_may_see_it(client: Client) -> None:
    assert client.get(ADDRESS).status_code == 302
    assert sign_in(create_charlie()).get(ADDRESS).status_code == 302
    assert sign_in(create_dana()).get(ADDRESS).status_code == 403
    assert sign_in(create_eve()).get(ADDRESS).status_code == 403


def test_nobody_changes_a_total() -> None:
    create_days()
    total = DecisionCount.objects.all()[0]
    alice = sign_in(create_alice())
    assert alice.get(f"{ADDRESS}add/").status_code == 403
    assert alice.post(ADDRESS, {"action": "delete_selected", "_selected_action": [str(total.pk)]}).status_code == 405
    assert alice.post(f"{ADDRESS}{total.pk}/change/", {"decisions": "9"}).status_code == 403
    assert alice.post(f"{ADDRESS}{total.pk}/delete/", {"post": "yes"}).status_code == 403
    assert DecisionCount.objects.get(pk=total.pk).decisions == total.decisions
