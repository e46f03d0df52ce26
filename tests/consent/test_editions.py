"""A month is published once, whole, and hides what is small from whoever adds, subtracts or compares (clause S14)."""

import json
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.conf import settings as site
from django.test import Client
from django.utils.translation import gettext_lazy as _
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from consent import editions, publication, statistics
from consent.jobs import JOBS
from consent.models import DecisionCount, Edition, Language, PageCount, Purpose, PurposeCount, StorageKey
from consent.suppression import THRESHOLD
from consent.tables import Named, NumberList, Table, words
from tests.consent.attacker import Attacker, Place, read_csv
from tests.consent.counts import EVERYTHING, asking_since, create_decisions, create_views, noon, work
from tests.consent.test_suppression import lists_adding_up_to

pytestmark = pytest.mark.django_db

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
IN_TIME = noon(date(2026, 11, 3))
DAY = timedelta(days=1)


def published(path: str = "/statistics/figures.json") -> Any:
    return Client().get(path).json()


def months() -> list[str]:
    return list(Edition.objects.order_by("month").values_list("month", flat=True))


def table_of(month: str, key: str) -> dict[str, Any]:
    table: dict[str, Any]
    (table,) = [table for table in Edition.objects.get(month=month).content["tables"] if table["key"] == key]
    return table


# When a month is published


def test_a_month_is_published_from_the_third_day_of_the_next() -> None:
    asking_since(OCTOBER + 20 * DAY)
    for day in (OCTOBER + 25 * DAY, NOVEMBER, NOVEMBER + DAY):
        work(noon(day))
        assert months() == []
    work(IN_TIME)
    assert months() == ["2026-10"]
    with time_machine.travel(IN_TIME):
        assert published()["editions"][0]["counted"] == "2026-11-03"


def test_months_without_a_single_view_are_published_too_and_show_no_zero() -> None:
    """Whether there is an edition tells nothing of the numbers."""
    asking_since(date(2025, 12, 31))
    work(IN_TIME)
    assert len(months()) == 11
    assert months()[0] == "2025-12"
    for edition in published()["editions"]:
        for table in edition["tables"]:
            for each in table["lists"]:
                assert each["total"] is None
                assert set(each["counts"]) == {None}


def test_what_was_published_stays_whatever_comes_in_later() -> None:
    asking_since(OCTOBER)
    create_decisions(OCTOBER, 12)
    create_views(OCTOBER, 40)
    work(IN_TIME)
    before = published()
    create_decisions(OCTOBER, 5)
    PageCount.objects.update(views=1_000)
    Purpose.objects.filter(group__varname="usage").update(name_en="Something else")
    work(noon(date(2026, 12, 3)))
    after = published()
    assert months() == ["2026-10", "2026-11"]
    assert after["editions"][0] == before["editions"][0]


def test_publishing_twice_changes_nothing() -> None:
    asking_since(OCTOBER)
    editions.publish(OCTOBER)
    before = published()
    create_views(OCTOBER, 50)
    editions.publish(OCTOBER)
    assert published() == before


def test_a_decision_of_the_last_minute_is_in_its_month() -> None:
    asking_since(OCTOBER)
    create_decisions(NOVEMBER - DAY, 30)
    work(IN_TIME)
    (first, *_others) = table_of("2026-10", "decisions")["lists"]
    assert first["total"] == 30


def test_the_worker_publishes() -> None:
    assert [job.every for job in JOBS if job.run is editions.publish_due] == [timedelta(hours=1)]


# What is published


def test_the_numbers_are_those_that_were_counted() -> None:
    asking_since(OCTOBER)
    for day in (OCTOBER, OCTOBER + DAY):
        create_views(day, 100, "home", "ja", "phone")
        create_views(day, 30, "home", "en", "desktop")
        create_views(day, 20, "about", "ja", "tablet")
    create_views(SEPTEMBER, 1_000)
    create_views(NOVEMBER, 1_000)
    create_decisions(OCTOBER, 15, "agree", EVERYTHING)
    create_decisions(OCTOBER, 11, "choose", "usability", "en")
    create_decisions(OCTOBER, 14, "refuse", "")
    create_decisions(NOVEMBER, 50, "refuse", "")
    work(IN_TIME)
    languages, devices = table_of("2026-10", "languages"), table_of("2026-10", "devices")
    assert languages["lists"][0]["counts"] == [240, 60]
    assert devices["lists"][0]["counts"] == [200, 40, 60]
    assert languages["lists"][0]["total"] == devices["lists"][0]["total"] == 300
    japanese, english = table_of("2026-10", "pages")["lists"]
    assert (japanese["key"], japanese["total"]) == ("ja", 240)
    assert japanese["counts"] == [200, *[None] * (len(site.COUNTED_PAGES) - 1)]
    assert (english["key"], english["total"]) == ("en", 60)
    decisions = table_of("2026-10", "decisions")["lists"]
    assert [(each["key"], each["counts"], each["total"]) for each in decisions] == [
        ("usability", [26, 14], 40),
        ("usage", [15, 25], 40),
        ("advertising", [15, 25], 40),
        ("sharing", [15, 25], 40),
    ]


def test_where_one_language_is_hidden_pages_stand_for_both_together() -> None:
    asking_since(OCTOBER)
    create_views(OCTOBER, 200, "home", "ja")
    create_views(OCTOBER, 9, "home", "en")
    work(IN_TIME)
    assert table_of("2026-10", "languages")["lists"][0]["counts"] == [None, None]
    (pages,) = table_of("2026-10", "pages")["lists"]
    assert (pages["key"], pages["total"]) == ("views", 209)


def ask_about(*varnames: str) -> None:
    """Publish a register with these purposes and no others to decide on."""
    StorageKey.objects.all().delete()
    Purpose.objects.filter(group__is_required=False).exclude(group__varname__in=varnames).delete()
    publication.publish(None)


def test_with_one_purpose_only_there_is_one_line() -> None:
    asking_since(OCTOBER)
    create_decisions(OCTOBER, 25, "choose", "usage")
    ask_about("usage")
    create_decisions(OCTOBER + DAY, 20, "refuse", "")
    work(IN_TIME)
    (usage,) = table_of("2026-10", "decisions")["lists"]
    assert (usage["counts"], usage["total"]) == ([25, 20], 45)


def test_without_any_purpose_there_is_no_table_of_decisions() -> None:
    asking_since(OCTOBER)
    ask_about()
    work(IN_TIME)
    assert [table["key"] for table in Edition.objects.get().content["tables"]] == ["languages", "devices", "pages"]


def test_huge_numbers_are_counted_to_the_last() -> None:
    asking_since(OCTOBER)
    for page in ("home", "about"):
        create_views(OCTOBER, 4 * 10**18, page)
        create_views(OCTOBER, 10, page, "en")
    work(IN_TIME)
    assert table_of("2026-10", "languages")["lists"][0]["counts"] == [8 * 10**18, 20]


def test_views_of_a_page_that_is_not_counted_any_more_are_left_out_of_every_total() -> None:
    """Else the total would give their number away."""
    asking_since(OCTOBER)
    create_views(OCTOBER, 100)
    create_views(OCTOBER, 7, "gone")
    work(IN_TIME)
    assert {table_of("2026-10", key)["lists"][0]["total"] for key in ("languages", "devices", "pages")} == {100}


def test_another_app_adds_tables_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def inquiries(first: date, last: date) -> list[Table]:
        kinds = [Named("website", words(_("Inquiry"))), Named("press", words(_("About OCCTO")))]
        received = Named("received", words(_("Number")))
        texts = words(_("Inquiries by type")), words(_("Inquiry")), words(_("Total"))
        return [Table("inquiries", *texts, kinds, [NumberList(received, [30, 40])])]

    monkeypatch.setattr(editions, "SOURCES", [*editions.SOURCES, inquiries])
    asking_since(OCTOBER)
    work(IN_TIME)
    page = Client().get("/statistics/").text
    assert "種類別のお問い合わせ件数" in page
    assert ">70<" in page


# Attacks


def true_numbers(first: date) -> dict[str, Any]:
    """Return each month's real numbers, by table, list and item."""
    last = (first + timedelta(days=31)).replace(day=1) - DAY
    return {
        table.key: {each.of.key: list(each.counts) for each in table.lists}
        for source in editions.SOURCES
        for table in source(first, last)
    }


def small_hidden_places(data: dict[str, Any], truth: dict[str, dict[str, Any]]) -> list[Place]:
    """Return the place of every published null that stands for a number under 10."""
    places: list[Place] = []
    for edition in data["editions"]:
        for table in edition["tables"]:
            for each in table["lists"]:
                counts = truth[edition["month"]][table["key"]][each["key"]]
                names = [*(item["key"] for item in table["items"]), "total"]
                for name, count in zip(names, [*counts, sum(counts)], strict=True):
                    if count < THRESHOLD:
                        places.append((edition["month"], table["key"], each["key"], name))
    return places


def create_month(first: date, views: list[tuple[str, str, str, int]], made: list[tuple[str, str, int]]) -> None:
    for page, language, device, count in views:
        PageCount.objects.create(day=first, page=page, language=language, device=device, views=count)
    for method, agreed, count in made:
        row, _created = DecisionCount.objects.get_or_create(
            day=first, language="ja", method=method, defaults={"decisions": 0}
        )
        DecisionCount.objects.filter(pk=row.pk).update(decisions=row.decisions + count)
        for purpose in filter(None, agreed.split(",")):
            PurposeCount.objects.update_or_create(
                day=first, language="ja", method=method, purpose=purpose, defaults={"agreed": count}
            )


numbers = st.sampled_from([0, 1, 5, 9, 10, 11, 18, 19, 20, 500]) | st.integers(0, 60)
cells = st.tuples(
    st.sampled_from(["home", "about", "inquiries:form", "sitemap"]),
    st.sampled_from(["ja", "en"]),
    st.sampled_from(["phone", "tablet", "desktop"]),
    numbers,
)
views_of_a_month = st.lists(cells, max_size=12, unique_by=lambda cell: cell[:3])
answers = st.sampled_from([("agree", EVERYTHING), ("choose", "usage"), ("refuse", ""), ("withdraw", "")])
decisions_of_a_month = st.lists(st.tuples(answers, numbers), max_size=4, unique_by=lambda made: made[0][0]).map(
    lambda made: [(method, agreed, count) for (method, agreed), count in made]
)


@pytest.fixture
def _no_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Totals are given here; there is no ledger to count them from."""
    monkeypatch.setattr(statistics, "recount", lambda day: None)


@pytest.mark.usefixtures("_no_ledger")
class AttackTest(TestCase):
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        views=st.tuples(views_of_a_month, views_of_a_month),
        made=st.tuples(decisions_of_a_month, decisions_of_a_month),
    )
    def test_nothing_published_bounds_a_hidden_number_within_nought_to_nine(self, views: Any, made: Any) -> None:
        """Totals, rows and columns, JSON and CSV in both languages, and two editions one after the other."""
        asking_since(SEPTEMBER)
        truth = {}
        documents = []
        for first, of_month, decided in zip((SEPTEMBER, OCTOBER), views, made, strict=True):
            create_month(first, of_month, decided)
            truth[f"{first:%Y-%m}"] = true_numbers(first)
            with time_machine.travel(noon((first + timedelta(days=31)).replace(day=3)), tick=False):
                editions.publish_due()
                documents.append(published())
        assert documents[1]["editions"][:1] == documents[0]["editions"]
        attacker = Attacker(documents[1])
        for place in small_hidden_places(documents[1], truth):
            low, high = attacker.bounds[place]
            assert low == 0, (place, low, high)
            assert high >= THRESHOLD - 1, (place, low, high)
        for address in ("/statistics/figures.csv", "/en/statistics/figures.csv"):
            same_numbers(documents[1], read_csv(Client().get(address).content.decode()))


def same_numbers(data: dict[str, Any], lines: list[dict[str, str]]) -> None:
    """Check that a CSV file tells what the JSON file tells, and nothing more."""
    expected = []
    for edition in data["editions"]:
        for table in edition["tables"]:
            for each in table["lists"]:
                expected += [(edition["month"], count) for count in [*each["counts"], each["total"]]]
    found = [list(line.values()) for line in lines]
    assert [(line[0], None if line[4] in {"非表示", "Not shown"} else int(line[4])) for line in found] == expected


@pytest.mark.parametrize("total", [10, 19, 20, 23])
def test_of_all_months_that_are_published_alike_some_have_every_small_number(
    total: int, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who knows the method tries every month there could be: two pages in two languages, by brute force."""
    settings.COUNTED_PAGES = {"home": "home", "about": "about"}
    monkeypatch.setattr(editions, "words", lambda _text: dict.fromkeys(Language.values, ""))
    possible: dict[str, list[set[int]]] = defaultdict(lambda: [set() for _number in range(8)])
    worlds = []
    for home_ja, home_en, about_ja, about_en in lists_adding_up_to(total, 4):
        views = {
            "language": {"ja": home_ja + about_ja, "en": home_en + about_en},
            "device": {"phone": total, "tablet": 0, "desktop": 0},
            "page": {"home": home_ja + home_en, "about": about_ja + about_en},
            "ja": {"home": home_ja, "about": about_ja},
            "en": {"home": home_en, "about": about_en},
        }
        monkeypatch.setattr(editions, "_views_by", lambda _first, _last, views=views: views)
        output = json.dumps([table.published() for table in editions.views(OCTOBER, OCTOBER)])
        secrets = [*views["ja"].values(), *views["en"].values(), *views["language"].values(), *views["page"].values()]
        worlds.append((output, secrets))
        for place, number in enumerate(secrets):
            possible[output][place].add(number)
    for output, secrets in worlds:
        for place, number in enumerate(secrets):
            if number < THRESHOLD:
                assert possible[output][place] >= set(range(THRESHOLD)), (place, secrets, output)
