"""Page views are counted with agreement only, in daily totals, and nothing else is kept (clauses S1, S4 and S6)."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from consent import inventory, publication
from consent.models import Notice, PageCount, Purpose
from occtosite.pages import PARTS
from tests.consent.race import VIEWERS, VIEWS, see_at_once
from tests.consent.visitors import press

ROOT = Path(__file__).parents[2]
VIEW = {"page": "/about/", "device": "desktop"}

pytestmark = pytest.mark.django_db


def see(client: Client, **sent: Any) -> Any:
    """Tell that a page was seen, as its script does."""
    return client.post("/seen/", VIEW | sent, headers={"accept": "application/json"})


def counted() -> list[tuple[str, str, str, int]]:
    rows = PageCount.objects.order_by("page", "language", "device")
    return list(rows.values_list("page", "language", "device", "views"))


@pytest.fixture
def agreeing(client: Client) -> Client:
    press(client, "choose", purpose=["usage"])
    return client


def test_a_view_is_added_to_the_total_of_its_day_page_language_and_device(agreeing: Client) -> None:
    answers = [see(agreeing), see(agreeing), see(agreeing, page="/en/about/", device="phone")]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 3
    assert counted() == [("about", "en", "phone", 1), ("about", "ja", "desktop", 2)]
    assert set(PageCount.objects.values_list("day", flat=True)) == {timezone.localdate()}


def test_the_answer_sets_nothing_and_is_not_kept(agreeing: Client) -> None:
    answer = see(agreeing)
    assert "Set-Cookie" not in answer.headers
    assert not answer.cookies
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("button", ["agree", "choose"])
def test_without_usage_among_the_purposes_nothing_is_counted(
    client: Client, button: str, django_assert_num_queries: Any
) -> None:
    if button == "choose":
        press(client, "choose", purpose=["usability", "advertising", "sharing"])
    with django_assert_num_queries(0):
        assert see(client).status_code == 204
    assert counted() == []


@pytest.mark.parametrize("button", ["refuse", "withdraw"])
def test_refusing_and_withdrawing_stop_the_counting(
    agreeing: Client, button: str, django_assert_num_queries: Any
) -> None:
    see(agreeing)
    press(agreeing, button)
    with django_assert_num_queries(0):
        assert see(agreeing).status_code == 204
    assert counted() == [("about", "ja", "desktop", 1)]


@pytest.mark.parametrize(
    "cookie",
    [
        "usage=9999",
        "usage=9999|v={register}|d={day}",
        "usage=1|v={register}|d={day}",
        "usage=-1|v={register}|d={day}",
        "usability={day}|v={register}|d={day}",
        "usage=2020-01-01|v={register}|d=2020-01-01",
        "usage=2199-01-01|v={register}|d=2199-01-01",
        "usage={day}|usage=-1|v={register}|d={day}",
        "usage={day}|v={register}",
        "\x00\x01",
        "",
    ],
)
def test_a_cookie_that_is_no_agreement_counts_nothing_and_asks_nothing(
    client: Client, cookie: str, django_assert_num_queries: Any
) -> None:
    register = inventory.notice_in_force("ja").register
    client.cookies["choice"] = cookie.format(register=register, day=timezone.localdate())
    with django_assert_num_queries(0):
        assert see(client).status_code == 204
    assert counted() == []


def test_an_agreement_to_what_was_asked_before_counts_no_more(agreeing: Client) -> None:
    Purpose.objects.filter(group__varname="usage").update(
        text_ja="別の方法で数えます。", text_en="Counts differently."
    )
    publication.publish(None)
    assert see(agreeing).status_code == 204
    assert counted() == []


@pytest.mark.parametrize(
    "page",
    [
        "/inquiry/check/",
        "/inquiry/done/",
        "/privacy/choices/",
        "/privacy/choices/records/019ab000-0000-7000-8000-000000000000/",
        "/privacy/choices/state.css",
        "/statistics/figures.csv",
        "/statistics/2026-10/",
        "/admin/",
        "/admin/account/login/",
        "/robots.txt",
        "/seen/",
        "/hanako@example.jp/",
        "/about/hanako/",
        "/about",
        "about/",
        "/about/?name=hanako",
        "/about/#hanako",
        "/fr/about/",
        "//about/",
        "https://localhost:8000/about/",
        "/" + "9" * 290,
        "/privacy/versions/" + "9" * 270 + "/",
    ],
)
def test_what_is_no_counted_page_is_neither_counted_nor_kept(agreeing: Client, page: str) -> None:
    assert see(agreeing, page=page).status_code == 204
    assert counted() == []


BAD = [
    {"page": ""},
    {"page": "/" + "a" * 300},
    {"page": "/about/\x00"},
    {"page": ["/about/", "/"]},
    {"device": ""},
    {"device": "watch"},
    {"device": "Mozilla/5.0 (X11; Linux x86_64)"},
    {"device": ["phone", "tablet"]},
]


@pytest.mark.parametrize("sent", BAD)
@pytest.mark.parametrize(("address", "words"), [("/seen/", "数えていません"), ("/en/seen/", "nothing was counted")])
def test_what_can_not_be_read_is_refused_in_words(
    agreeing: Client, sent: dict[str, Any], address: str, words: str
) -> None:
    answer = agreeing.post(address, VIEW | sent)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert counted() == []


def test_only_a_page_of_this_site_tells_and_only_by_post(agreeing: Client) -> None:
    assert agreeing.get("/seen/", VIEW).status_code == 405
    assert agreeing.post("/seen/", VIEW, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert counted() == []


def test_a_view_costs_two_statements(agreeing: Client, django_assert_num_queries: Any) -> None:
    see(agreeing)
    with django_assert_num_queries(2):
        see(agreeing)


# Which pages tell


def test_only_pages_that_are_counted_tell_that_they_were_seen(client: Client) -> None:
    for address in ("/", "/en/about/", "/inquiry/", "/statistics/"):
        assert "<html" in client.get(address).text
        assert " data-counted>" in client.get(address).text
    for address in ("/privacy/choices/", "/no-such-page/", "/privacy/versions/1/"):
        assert " data-counted" not in client.get(address).text
    assert " data-counted" not in client.post("/inquiry/", {}).text


def test_every_page_of_the_sitemap_is_counted_but_those_of_a_visitors_own() -> None:
    listed = {name for _heading, links in PARTS for name, _label in links}
    assert set(settings.COUNTED_PAGES) == listed - {"consent:choices", "inquiries:status"}


# Many at once


@pytest.mark.django_db(transaction=True)
def test_no_view_is_lost_where_many_come_at_once(agreeing: Client) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the tests' SQLite lives in memory, where threads can't wait for each other; see the file below")
    assert see_at_once(agreeing.cookies["choice"].value) == [204] * VIEWERS * VIEWS
    assert counted() == [("about", "ja", "desktop", VIEWERS * VIEWS)]


def test_no_view_is_lost_on_a_sqlite_file(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name not in {"TEST_FOLDER", "DATABASE_URL", "LOG_LEVEL"}
    }
    environment |= {
        "DJANGO_SETTINGS_MODULE": "occtosite.settings",
        "DATA_DIR": str(tmp_path / "data"),
        "KEYS_DIR": str(tmp_path / "keys"),
        "OUTGOING_DIR": str(tmp_path / "outgoing"),
    }
    command = [sys.executable, "-m", "tests.consent.race"]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stderr
    seen = json.loads(result.stdout)
    assert seen == {"answers": [204] * VIEWERS * VIEWS, "views": [VIEWERS * VIEWS]}


def test_nothing_of_a_notice_or_a_record_stands_beside_a_view() -> None:
    """Clause S6: a total and a decision share no key."""
    fields = {field.name for field in PageCount._meta.get_fields()}
    assert fields == {"id", "day", "page", "language", "device", "views"}
    assert not any(field.is_relation for field in PageCount._meta.get_fields())
    assert Notice.objects.exists()
