"""Keeping an inquiry past its term: for a reason and until a day, and then nobody erases it (clause S5)."""

from datetime import date, timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from inquiries import holds, retention, retention_run, sealing
from inquiries.models import ErasureReason, Hold, Inquiry, Look
from tests.inquiries.kept import create_closed, create_hold
from tests.inquiries.mails import create_inquiry
from tests.staff import people

pytestmark = pytest.mark.django_db

DESK = "/admin/inquiries/inquiry/"


@pytest.fixture
def bob() -> Client:
    return people.sign_in(people.create_bob())


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def page(client: Client, inquiry: Inquiry, prefix: str = "") -> str:
    return client.get(f"/admin{prefix}/inquiries/inquiry/{inquiry.pk}/change/").text


# What a hold does


@pytest.mark.parametrize("reason", list(ErasureReason))
def test_nobody_erases_what_is_on_hold(reason: ErasureReason) -> None:
    inquiry = create_closed(400)
    create_hold(inquiry)
    assert retention_run.run().counts["erased"] == 0
    with pytest.raises(retention.HeldError):
        retention.erase(inquiry, reason)
    assert Inquiry.objects.exists()


def test_a_hold_that_comes_while_the_inquiry_would_be_erased_wins() -> None:
    inquiry, now = create_closed(400), timezone.now()
    assert list(retention.erased_by(now)) == [inquiry]
    create_hold(inquiry)
    assert not retention.erase_if_due(inquiry.pk, now)


def test_a_hold_ends_by_itself_after_its_last_day() -> None:
    inquiry = create_closed(400)
    create_hold(inquiry, in_days(1))
    assert retention.erased_on(inquiry) == in_days(2)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert retention_run.run().counts["erased"] == 0
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert retention_run.run().counts["erased"] == 1


def test_a_hold_that_ends_before_the_term_does_not_shorten_it() -> None:
    inquiry = create_closed(300)
    before = retention.erased_on(inquiry)
    create_hold(inquiry, in_days(10))
    assert retention.erased_on(inquiry) == before


def test_an_inquiry_that_is_released_is_erased_with_the_next_run() -> None:
    inquiry = create_closed(400)
    hold = create_hold(inquiry)
    holds.release(inquiry, hold.by)
    assert retention_run.run().counts["erased"] == 1


def test_a_new_hold_takes_the_place_of_the_one_before() -> None:
    inquiry = create_closed(400)
    create_hold(inquiry, in_days(5))
    create_hold(inquiry, in_days(90))
    assert [hold.until for hold in Hold.objects.in_force(timezone.localdate())] == [in_days(90)]
    with time_machine.travel(timezone.now() + timedelta(days=200)):
        create_hold(inquiry, in_days(5))
        assert holds.is_held(inquiry)


@pytest.mark.parametrize("days", [-1, 3 * 365 + 1])
def test_a_hold_ends_between_today_and_three_years_from_now(days: int) -> None:
    with pytest.raises(holds.HoldError):
        create_hold(create_inquiry(), in_days(days))
    create_hold(create_inquiry(), in_days(0))
    create_hold(create_inquiry(), in_days(3 * 365))


def test_what_is_erased_already_cannot_be_put_on_hold() -> None:
    inquiry = create_closed(400)
    gone = Inquiry.objects.get()
    retention.erase(inquiry, ErasureReason.TERM)
    with pytest.raises(holds.HoldError):
        create_hold(gone)


# The desk


def test_staff_keep_an_inquiry_and_let_it_go(bob: Client) -> None:
    inquiry = create_closed(400)
    assert "消去されないように保全する" in page(bob, inquiry)
    assert bob.get(f"{DESK}{inquiry.pk}/hold/").status_code == 200
    typed = {"reason": "髙橋様との訴訟", "until": in_days(20).isoformat()}
    response = bob.post(f"{DESK}{inquiry.pk}/hold/", typed, follow=True)
    assert response.redirect_chain == [(f"{DESK}{inquiry.pk}/change/", 302)]
    assert "このお問い合わせを保全しました" in response.text
    assert "まで保全中" in response.text
    assert "bob" in response.text
    assert "髙橋様との訴訟" not in response.text
    hold = Hold.objects.get()
    assert "髙橋様".encode() not in bytes(hold.reason_sealed)
    opened = sealing.open_sealed(bytes(hold.reason_sealed), sealing.hold_context(inquiry.reference))
    assert opened == {"reason": "髙橋様との訴訟"}
    response = bob.post(f"{DESK}{inquiry.pk}/hold/release/", follow=True)
    assert "bobが終了しました" in response.text
    assert not holds.is_held(inquiry)


def test_the_reason_is_read_by_opening_it_which_is_recorded(bob: Client) -> None:
    inquiry = create_closed(400)
    create_hold(inquiry)
    opened = bob.post(f"{DESK}{inquiry.pk}/open/", {"purpose": "answer", "reason": "", "fields_opened": ["holds"]})
    assert "訴訟のため" in opened.text
    assert Look.objects.get().fields == "holds"
    assert "保全の理由" in bob.get("/admin/inquiries/look/").text


@pytest.mark.parametrize(
    ("prefix", "changes", "words"),
    [
        ("", {"reason": ""}, "保全する理由を入力してください"),
        ("", {"reason": " \n"}, "保全する理由を入力してください"),
        ("", {"reason": "あ" * 501}, "500文字以内"),
        ("", {"reason": "a\u202eb"}, "使用できない文字"),
        ("", {"until": ""}, "最後の日を入力してください"),
        ("", {"until": "2027-02-30"}, "日付で入力してください"),
        ("", {"until": "x" * 1000}, "日付で入力してください"),
        ("", {"until": "0001-01-01"}, "今日以降の日を入力してください"),
        ("", {"until": "9999-12-31"}, "3年以内の日を入力してください"),
        ("/en", {"until": "9999-12-31"}, "The last day must be within three years"),
    ],
)
def test_a_hold_that_cannot_be_is_shown_again(bob: Client, prefix: str, changes: dict[str, str], words: str) -> None:
    inquiry = create_inquiry()
    typed = {"reason": "TYPED", "until": in_days(9).isoformat()} | changes
    response = bob.post(f"/admin{prefix}/inquiries/inquiry/{inquiry.pk}/hold/", typed)
    assert response.status_code == 422
    assert words in response.text
    assert typed["reason"].strip()[:100] in response.text
    assert not Hold.objects.exists()


@pytest.mark.parametrize("text", ["{0:%Y-%m-%d}", "{0:%Y/%m/%d}", "{0.year}年{0.month}月{0.day}日"])
def test_a_date_is_understood_as_it_is_written_in_japan(bob: Client, text: str) -> None:
    inquiry = create_inquiry()
    bob.post(f"{DESK}{inquiry.pk}/hold/", {"reason": "x", "until": text.format(in_days(40))})
    assert Hold.objects.get().until == in_days(40)


def test_what_is_not_kept_cannot_be_let_go(bob: Client) -> None:
    inquiry = create_inquiry()
    response = bob.post(f"{DESK}{inquiry.pk}/hold/release/", follow=True)
    assert "すでに保全されていません" in response.text


def test_that_a_hold_has_ended_is_shown(bob: Client) -> None:
    inquiry = create_closed(10)
    create_hold(inquiry, in_days(1))
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        client = people.sign_in(User.objects.get(username="bob"))
        assert "保全は終了しました" in page(client, inquiry)
        assert "The last day was" not in page(client, inquiry)
        assert "保全の最後の日を過ぎたお問い合わせ：1件" in client.get("/admin/").text
        assert inquiry.reference in client.get(DESK, {"erasure": "ended"}).text
        assert inquiry.reference not in client.get(DESK, {"erasure": "held"}).text


@pytest.mark.parametrize("action", ["hold/", "hold/release/"])
def test_a_hold_asks_for_its_permission(action: str) -> None:
    inquiry, eve = create_inquiry(), people.create_eve()
    create_hold(inquiry)
    address = f"{DESK}{inquiry.pk}/{action}"
    typed = {"reason": "x", "until": in_days(3).isoformat()}
    for permissions, status in (
        (["view_inquiry", "open_inquiry", "answer_inquiry"], 403),
        (["place_hold"], 403),
        (["view_inquiry", "place_hold"], 302),
    ):
        eve.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        assert people.sign_in(eve).post(address, typed).status_code == status, permissions
    assert Client().post(address, typed).headers["Location"] == f"/admin/account/login/?next={quote('/admin/')}"
    assert people.sign_in(people.create_charlie(), "password").post(address, typed).status_code == 302
    assert Hold.objects.count() == (2 if action == "hold/" else 1)


@pytest.mark.parametrize("action", ["hold/", "hold/release/"])
def test_a_hold_on_what_is_not_there_is_not_found(bob: Client, action: str) -> None:
    for number in ("999", "9" * 30):
        assert bob.post(f"{DESK}{number}/{action}", {}).status_code == 404


@pytest.mark.parametrize("action", ["hold/", "hold/release/"])
def test_a_hold_is_set_by_this_site_s_own_form(bob: Client, action: str) -> None:
    path = f"{DESK}{create_inquiry().pk}/{action}"
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = bob.cookies
    assert strict.post(path, {}).status_code == 403
    assert bob.post(path, {}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


# A week's notice


def test_the_desk_says_a_week_before_what_will_be_erased(bob: Client) -> None:
    soon, later, kept = create_closed(360), create_closed(300), create_closed(360)
    create_hold(kept)
    html = bob.get("/admin/").text
    assert "7日以内に消去されるお問い合わせ：1件" in html
    assert f'href="{DESK}?erasure=soon"' in html
    listed = bob.get(DESK, {"erasure": "soon"}).text
    assert soon.reference in listed
    assert later.reference not in listed
    assert kept.reference not in listed
    assert kept.reference in bob.get(DESK, {"erasure": "held"}).text
    assert "Inquiries that will be erased within 7 days: 1" in bob.get("/admin/en/").text


def test_the_day_stands_on_the_page_and_in_the_list(bob: Client) -> None:
    inquiry = create_closed(360)
    day = retention.erased_on(inquiry)
    assert day
    words = f"{day.year}年{day.month}月{day.day}日"
    assert words in bob.get(DESK).text
    assert words in page(bob, inquiry)
    assert "消去予定日" not in page(bob, create_inquiry())


def test_the_list_asks_the_database_no_more_often_for_more_rows(bob: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for _ in range(2):
        create_hold(create_closed(100))
        with CaptureQueriesContext(connection) as queries:
            bob.get(DESK)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_where_nothing_is_due_the_desk_says_nothing(bob: Client) -> None:
    create_closed(100)
    assert "消去" not in bob.get("/admin/").text.partition('id="content-main"')[0]


def test_the_desk_says_so_where_nothing_is_erased(bob: Client) -> None:
    create_closed(400)
    words = "保存期間を過ぎたお問い合わせが、消去されていません"
    assert words in bob.get("/admin/").text
    retention_run.run()
    assert words not in bob.get("/admin/").text


def test_the_desk_says_what_is_in_the_way_of_erasing(bob: Client, settings: object) -> None:
    create_closed(400)
    settings.ERASURES_DIR = settings.ERASURES_DIR / "gone"  # type: ignore[attr-defined]
    with pytest.raises(retention_run.RetentionError):
        retention_run.run()
    assert "消去の台帳に書き込めないため" in bob.get("/admin/").text
    assert "消去の台帳に書き込めないため" in bob.get("/admin/inquiries/retentionrun/").text


def test_who_may_not_see_inquiries_is_told_nothing() -> None:
    create_closed(360)
    assert "erasure=soon" not in people.sign_in(people.create_eve()).get("/admin/").text


@pytest.mark.parametrize("name", ["erasedinquiry", "retentionrun", "restoredrill"])
def test_what_retention_did_is_only_read(bob: Client, name: str) -> None:
    create_closed(400)
    retention_run.run()
    address = f"/admin/inquiries/{name}/"
    assert bob.get(address).status_code == 200
    assert bob.get(f"{address}add/").status_code == 403
    assert people.sign_in(people.create_alice()).post(f"{address}1/delete/", {"post": "yes"}).status_code in {302, 403}
    assert people.sign_in(people.create_eve()).get(address).status_code == 403
