"""The public statistics: pages for people, files for spreadsheets and programs (clause S14)."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from consent import publication
from consent.downloads import harmless
from consent.models import Edition, PageCount, Purpose
from tests.consent.attacker import read_csv
from tests.consent.counts import EVERYTHING, asking_since, create_decisions, create_views, noon, work
from tests.wsgi import ask

pytestmark = pytest.mark.django_db

OCTOBER, IN_TIME = date(2026, 10, 1), noon(date(2026, 11, 3))
PREFIXES = ["", "/en"]
both = pytest.mark.parametrize("prefix", PREFIXES)


def publish_october() -> None:
    asking_since(OCTOBER)
    create_views(OCTOBER, 1_234, "home", "ja", "phone")
    create_views(OCTOBER, 60, "about", "ja", "desktop")
    create_views(OCTOBER, 40, "about", "en", "tablet")
    create_views(OCTOBER, 7, "home", "en", "tablet")
    create_decisions(OCTOBER, 20, "agree", EVERYTHING)
    create_decisions(OCTOBER, 30, "refuse", "")
    work(IN_TIME)


def publish_months(count: int) -> None:
    first = OCTOBER
    for _month in range(count - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    asking_since(first)
    work(IN_TIME)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", answer.text)
    return re.sub(r"\s+", " ", answer.text)


def row(html: str, name: str) -> list[str]:
    """Return the cells of the first row of a table with that name."""
    found = re.search(rf'<th scope="row">(?:<a [^>]*>)?{re.escape(name)}(?:</a>)?</th>(.*?)</tr>', html)
    assert found, name
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[1])]


# Pages


@pytest.mark.parametrize(
    ("prefix", "words"),
    [("", "この期間の統計は、まだありません。"), ("/en", "There are no figures for this period yet.")],
)
def test_before_the_first_month_is_over_the_page_says_so_and_how_figures_are_made(
    client: Client, prefix: str, words: str
) -> None:
    html = page(client, f"{prefix}/statistics/")
    assert words in html
    assert "<table" not in html
    assert ("集計の方法" if not prefix else "How the figures are made") in html
    assert ("10未満の数値は表示しません。" if not prefix else "Numbers below 10 are not shown.") in html


@pytest.mark.parametrize(
    ("prefix", "month", "hidden", "counted"),
    [
        ("", "2026年10月", "非表示", "集計日：2026年11月3日"),
        ("/en", "October 2026", "Not shown", "Counted on 3 November 2026"),
    ],
)
def test_one_month(client: Client, prefix: str, month: str, hidden: str, counted: str) -> None:
    publish_october()
    html = page(client, f"{prefix}/statistics/")
    assert row(html, month) == ["1,341", "1,294", "47"]
    assert row(html, "ホーム" if not prefix else "Home") == ["1,234", hidden]
    assert counted in html
    assert f'href="{prefix}/statistics/2026-10/"' in html
    for file in ("csv", "json"):
        assert f'href="{prefix}/statistics/figures.{file}"' in html


@both
def test_each_month_has_a_page_with_all_its_tables(client: Client, prefix: str) -> None:
    publish_october()
    html = page(client, f"{prefix}/statistics/2026-10/")
    phone = "スマートフォン" if not prefix else "Phone"
    usage = "利用状況の把握" if not prefix else "Understanding how this site is used"
    assert row(html, phone) == ["1,234"]
    assert row(html, usage) == ["20", "30", "50"]
    assert html.count("<table") == 4
    assert f'href="{"/en" if not prefix else ""}/statistics/2026-10/"' in html, "the same month in the other language"


@both
def test_a_chart_stands_beside_each_table_and_says_where_the_numbers_are(client: Client, prefix: str) -> None:
    publish_october()
    for address in (f"{prefix}/statistics/", f"{prefix}/statistics/2026-10/"):
        html = page(client, address)
        charts = re.findall(r'<(?:svg|figure)[^>]*role="img" aria-label="([^"]+)"', html)
        assert len(charts) >= html.count("<table") >= 4
        assert all(("下の表" if not prefix else "table below") in label for label in charts)


def test_with_many_months_the_newest_twelve_stand_side_by_side_and_all_can_be_reached(client: Client) -> None:
    publish_months(30)
    html = page(client, "/statistics/")
    assert Edition.objects.count() == 30
    by_month = re.search(r'<h2 id="languages">.*?</table>', html)
    assert by_month
    assert by_month[0].count("<tr>") == 1 + 12
    assert "2025年11月～2026年10月" in html
    reached = set(re.findall(r'href="/statistics/([0-9-]+)/"', html))
    assert reached == set(Edition.objects.values_list("month", flat=True))


def test_a_purpose_that_came_later_leaves_no_number_in_the_months_before(client: Client) -> None:
    asking_since(OCTOBER)
    create_decisions(OCTOBER, 40, "agree", "usability")
    create_decisions(OCTOBER, 40, "refuse", "")
    Purpose.objects.filter(group__varname="usage").delete()
    work(IN_TIME)
    later = Edition.objects.get().content
    table = next(table for table in later["tables"] if table["key"] == "decisions")
    maps = {"ja": "地図", "en": "Maps"}
    table["lists"].append({"key": "maps", "name": maps, "total": 80, "counts": [30, 50]})
    Edition.objects.create(month="2026-11", published_at=timezone.now(), content=later)
    html = page(client, "/en/statistics/")
    assert html.index("Maps") > 0
    rows = re.search(r'<h2 id="decisions">.*?</table>', html)
    assert rows
    assert row(rows[0], "November 2026")[-1] == "30"
    assert row(rows[0], "October 2026")[-1] == "–"


def test_huge_numbers_are_whole_on_the_page_and_in_the_charts(client: Client) -> None:
    asking_since(OCTOBER)
    create_views(OCTOBER, 9_000_000_000_000_000_001, "home", "ja", "phone")
    create_views(OCTOBER, 10, "about", "en", "desktop")
    work(IN_TIME)
    html = page(client, "/en/statistics/")
    assert row(html, "October 2026")[1] == "9,000,000,000,000,000,001"
    assert all(0 < int(height) <= 100 for height in re.findall(r'width="8" height="(\d+)"', html))


@pytest.mark.parametrize(
    "address",
    ["/statistics/2026-09/", "/statistics/2026-13/", "/statistics/2026-1/", "/statistics/x/", "/statistics/0000-00/"],
)
@both
def test_a_month_that_was_not_published_is_not_found(client: Client, prefix: str, address: str) -> None:
    publish_october()
    assert client.get(f"{prefix}{address}").status_code == 404


@pytest.mark.parametrize("path", ["", "2026-10/", "figures.csv", "figures.json"])
@both
def test_everybody_gets_the_same(prefix: str, path: str) -> None:
    publish_october()
    address = f"{prefix}/statistics/{path}"
    first, second = ask(address, cookie="choice=usage=1"), ask(f"{address}?month=1", cookie="staff=abc")
    assert first.status == second.status == 200
    assert first.body == second.body
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"


def test_a_page_of_statistics_costs_the_same_however_much_was_counted(
    client: Client, django_assert_num_queries: Any
) -> None:
    publish_october()
    client.get("/statistics/")
    with django_assert_num_queries(3):  # the editions, and the notice and the tags that may stand on every page
        client.get("/statistics/")
    create_decisions(OCTOBER, 20)
    PageCount.objects.update(views=10**9)
    with django_assert_num_queries(3):
        client.get("/statistics/")


# Files


@both
def test_the_csv_file_opens_in_a_spreadsheet(client: Client, prefix: str) -> None:
    publish_october()
    answer = client.get(f"{prefix}/statistics/figures.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="occto-statistics.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf"), "by these bytes a spreadsheet knows UTF-8"
    assert answer.content.count(b"\r\n") == answer.content.count(b"\n"), "lines end as RFC 4180 has it"
    lines = read_csv(answer.content.decode())
    assert {len(line) for line in lines} == {6}
    english = {"Period": "2026-10", "Table": "Page views by kind of device", "Part": "Views", "Item": "Phone"}
    japanese = {"期間": "2026-10", "表": "端末の種類別の閲覧数", "区分": "閲覧数", "項目": "スマートフォン"}
    number = ("Number", "Counted") if prefix else ("件数", "集計日")
    assert (english if prefix else japanese) | dict(zip(number, ("1234", "2026-11-03"), strict=True)) in lines


FORMULAS = ['=HYPERLINK("http://example.jp";"x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("name", FORMULAS)
def test_no_name_that_staff_gave_becomes_a_formula(client: Client, name: str) -> None:
    asking_since(OCTOBER)
    Purpose.objects.filter(group__varname="usage").update(name_ja=name, name_en=name)
    publication.publish(None)
    work(IN_TIME)
    lines = read_csv(client.get("/en/statistics/figures.csv").content.decode())
    assert not [cell for line in lines for cell in line.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert f"'{name}".replace("\r", "\n") in {line["Part"].replace("\r", "\n") for line in lines}


def test_an_ordinary_name_stays_as_it_is() -> None:
    assert harmless("利用状況の把握 (1-2)") == "利用状況の把握 (1-2)"


def test_the_json_file_has_one_shape() -> None:
    publish_october()
    answer = Client().get("/statistics/figures.json")
    assert answer.headers["Content-Type"] == "application/json"
    data = answer.json()
    assert set(data) == {"threshold", "editions"}
    assert data["threshold"] == 10
    for edition in data["editions"]:
        assert set(edition) == {"month", "counted", "tables"}
        assert re.fullmatch(r"\d{4}-\d{2}", edition["month"])
        assert date.fromisoformat(edition["counted"])
        for table in edition["tables"]:
            has_the_shape_of_a_table(table)
    assert answer.content == Client().get("/en/statistics/figures.json").content


def has_the_shape_of_a_table(table: dict[str, Any]) -> None:
    assert set(table) == {"key", "title", "head", "whole", "rows", "items", "lists"}
    assert table["rows"] in {"items", "lists"}
    texts = [table["title"], table["head"], table["whole"], *(one["name"] for one in table["items"] + table["lists"])]
    for text in texts:
        assert set(text) == {"ja", "en"}
        assert all(text.values())
    for each in table["lists"]:
        assert set(each) == {"key", "name", "total", "counts"}
        assert len(each["counts"]) == len(table["items"])
        for number in [each["total"], *each["counts"]]:
            assert number is None or (isinstance(number, int) and number >= 10)


@both
def test_before_the_first_month_the_files_are_empty_but_whole(client: Client, prefix: str) -> None:
    assert len(client.get(f"{prefix}/statistics/figures.csv").content.decode().splitlines()) == 1
    assert client.get(f"{prefix}/statistics/figures.json").json() == {"threshold": 10, "editions": []}
