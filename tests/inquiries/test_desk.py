"""The desk, through its pages: the list, one inquiry, opening, answering, closing, mails in doubt."""

import re
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inquiries import sealing
from inquiries.models import Inquiry, Look, Message, OutboxItem
from tests.staff import people
from tests.staff.inquiries import ENTERED, create_inquiry, create_unsettled_mail

pytestmark = pytest.mark.django_db

DESK = "/admin/inquiries/inquiry/"
ALL_FIELDS = [*ENTERED, "thread"]
WHY = {"purpose": "answer", "reason": "", "fields_opened": ALL_FIELDS}
ACTIONS = ["open/", "answer/", "close/", "reopen/", "mail/1/again/", "mail/1/sent/"]


@pytest.fixture
def bob() -> Client:
    return people.sign_in(people.create_bob())


def shows_personal_data(html: str) -> bool:
    return any(value.split("\n")[0] in html for value in ENTERED.values())


def test_the_list_shows_inquiries_newest_first_without_personal_data(bob: Client) -> None:
    references = [create_inquiry().reference for _ in range(3)]
    html = bob.get(DESK).text
    assert re.findall(r">([2-9A-Z]{5}-[2-9A-Z]{5})</a>", html) == references[::-1]
    assert "系統アクセスについて" in html
    assert not shows_personal_data(html)


@pytest.mark.parametrize("typed", ["{0}", " {1} ", "{2}"])
def test_a_reference_number_is_found_however_it_is_typed(bob: Client, typed: str) -> None:
    wanted, other = create_inquiry().reference, create_inquiry().reference
    wide = wanted.translate({ord(c): ord(c) + 0xFEE0 for c in wanted})
    html = bob.get(DESK, {"q": typed.format(wanted, wanted.lower().replace("-", ""), wide)}).text
    assert wanted in html
    assert other not in html


def test_the_list_is_narrowed_by_state_type_and_language(bob: Client) -> None:
    new, closed = create_inquiry(), create_inquiry(category="press", state="closed")
    assert new.reference not in bob.get(DESK, {"state__exact": "closed"}).text
    assert closed.reference not in bob.get(DESK, {"category__exact": "grid_access"}).text
    assert "該当するものはありません" in bob.get(DESK, {"language__exact": "en"}).text


def test_turning_pages_counts_nothing(bob: Client) -> None:
    for _ in range(51):
        create_inquiry()
    with CaptureQueriesContext(connection) as queries:
        html = bob.get(DESK).text
    assert not [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert 'href="?p=2"' in html
    assert len(re.findall(r"inquiry/[0-9]+/change/", html)) == 50
    assert len(re.findall(r"inquiry/[0-9]+/change/", bob.get(DESK, {"p": 2}).text)) == 1


@pytest.mark.parametrize("page", ["0", "-1", "3", "999999999", "9" * 40, "x", "٣", "²"])
def test_a_page_that_is_not_there_is_no_error(bob: Client, page: str) -> None:
    create_inquiry()
    assert bob.get(DESK, {"p": page}, follow=True).status_code == 200


def test_nothing_is_added_changed_or_deleted_in_the_list(bob: Client) -> None:
    inquiry = create_inquiry()
    alice = people.sign_in(people.create_alice())
    for client in (bob, alice):
        assert client.get(f"{DESK}add/").status_code == 403
        assert client.post(f"{DESK}{inquiry.pk}/delete/", {"post": "yes"}).status_code == 403
        response = client.post(DESK, {"action": "delete_selected", "_selected_action": inquiry.pk, "post": "yes"})
        assert response.status_code in {200, 302, 403}
    assert Inquiry.objects.count() == 1


@pytest.mark.parametrize("prefix", ["/admin/", "/admin/en/"])
def test_an_inquiry_s_page_shows_facts_and_no_personal_data(bob: Client, prefix: str) -> None:
    inquiry = create_inquiry(reply_by="telephone")
    response = bob.get(f"{prefix}inquiries/inquiry/{inquiry.pk}/change/")
    assert response.status_code == 200
    assert inquiry.reference in response.text
    assert not shows_personal_data(response.text)
    assert not Look.objects.exists()


def test_opening_records_the_look_and_shows_what_was_entered(bob: Client) -> None:
    inquiry = create_inquiry()
    response = bob.post(f"{DESK}{inquiry.pk}/open/", WHY)
    assert response.status_code == 200
    assert ENTERED["name"] in response.text
    assert "&lt;b&gt;㈱&lt;/b&gt;" in response.text
    assert response.headers["Cache-Control"].count("no-store") == 1
    look = Look.objects.get()
    assert (look.by and look.by.username, look.purpose) == ("bob", "answer")
    assert look.fields.split(",") == ALL_FIELDS
    assert Inquiry.objects.get().state == "open"
    page = bob.get(f"{DESK}{inquiry.pk}/change/").text
    assert not shows_personal_data(page), "a look is for one page"
    assert "bob" in page
    assert ENTERED["name"] not in str(dict(bob.session))


def test_fields_not_asked_for_stay_closed(bob: Client) -> None:
    inquiry = create_inquiry()
    html = bob.post(f"{DESK}{inquiry.pk}/open/", WHY | {"fields_opened": ["message"]}).text
    assert "様式①の記入例" in html
    assert ENTERED["name"] not in html
    assert Look.objects.get().fields == "message"


@pytest.mark.parametrize("purpose", ["operate", "plan"])
def test_opening_for_another_purpose_needs_a_reason_and_offers_no_answer(bob: Client, purpose: str) -> None:
    inquiry = create_inquiry()
    response = bob.post(f"{DESK}{inquiry.pk}/open/", WHY | {"purpose": purpose})
    assert response.status_code == 422
    assert "理由を入力してください" in response.text
    assert not Look.objects.exists()
    response = bob.post(f"{DESK}{inquiry.pk}/open/", WHY | {"purpose": purpose, "reason": "MARKER 統計の確認"})
    assert ENTERED["name"] in response.text
    assert 'name="body"' not in response.text
    assert Inquiry.objects.get().state == "new"
    assert b"MARKER" not in bytes(Look.objects.get().reason_sealed or b"")


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": ""},
        {"purpose": "curious", "reason": "x"},
        {"purpose": "acknowledge", "reason": "x"},
        {"purpose": "send", "reason": "x"},
        {"fields_opened": []},
        {"fields_opened": ["password"]},
        {"reason": "x" * 501},
        {"reason": "a\0b"},
        {"reason": "\u202eabc"},
    ],
)
def test_without_a_purpose_from_the_list_nothing_is_opened(bob: Client, changes: dict[str, object]) -> None:
    inquiry = create_inquiry()
    response = bob.post(f"{DESK}{inquiry.pk}/open/", WHY | changes)
    assert response.status_code == 422
    assert "入力内容に誤りがあります" in response.text
    assert not shows_personal_data(response.text)
    assert not Look.objects.exists()


def test_a_field_sent_many_times_is_recorded_once(bob: Client) -> None:
    inquiry = create_inquiry()
    bob.post(f"{DESK}{inquiry.pk}/open/", WHY | {"fields_opened": ["message"] * 50 + ["name"]})
    assert Look.objects.get().fields == "name,message"


def altered(sealed: bytes | memoryview) -> bytes:
    return bytes(sealed)[:-1] + bytes([sealed[-1] ^ 1])


def test_an_inquiry_that_can_t_be_opened_says_so_and_the_look_stays(bob: Client) -> None:
    inquiry = create_inquiry()
    Inquiry.objects.update(sealed=altered(inquiry.sealed))
    response = bob.post(f"{DESK}{inquiry.pk}/open/", WHY, follow=True)
    assert "このお問い合わせを開けませんでした" in response.text
    assert Look.objects.count() == 1


def test_an_answer_goes_to_the_outbox_and_is_read_again(bob: Client) -> None:
    inquiry = create_inquiry()
    bob.post(f"{DESK}{inquiry.pk}/open/", WHY)
    response = bob.post(f"{DESK}{inquiry.pk}/answer/", {"body": "別紙の\r\nとおりです。", "after": "0"}, follow=True)
    assert response.redirect_chain == [(f"{DESK}{inquiry.pk}/change/", 302)]
    assert "回答済み" in response.text
    assert "別紙の" not in response.text
    message = Message.objects.get()
    assert sealing.open_sealed(bytes(message.sealed), sealing.message_context(inquiry.reference))["body"] == (
        "別紙の\nとおりです。"
    )
    assert OutboxItem.objects.filter(kind="answer", message=message, delivery="waiting").exists()
    assert "別紙の\nとおりです。" in bob.post(f"{DESK}{inquiry.pk}/open/", WHY).text


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "回答を入力してください"),
        (" \n\u3000", "回答を入力してください"),
        ("あ" * 10_001, "10000文字以内"),
        ("TYPED \u202e", "使用できない文字"),
        ("TYPED \x07", "使用できない文字"),
    ],
)
def test_an_answer_that_can_t_be_sent_is_shown_again(bob: Client, body: str, message: str) -> None:
    inquiry = create_inquiry(state="open")
    response = bob.post(f"{DESK}{inquiry.pk}/answer/", {"body": body, "after": "0"})
    assert response.status_code == 422
    assert message in response.text
    assert body.strip("\x07 \u202e")[:2_000] in response.text
    assert not Message.objects.exists()
    assert not shows_personal_data(response.text)


def test_the_longest_answer_is_sent(bob: Client) -> None:
    inquiry = create_inquiry(state="open")
    body = "あ\r\n" * 5_000
    assert bob.post(f"{DESK}{inquiry.pk}/answer/", {"body": body, "after": "0"}).status_code == 302


@pytest.mark.parametrize("state", ["new", "closed"])
def test_an_answer_to_what_is_not_open_is_kept_on_the_page(bob: Client, state: str) -> None:
    inquiry = create_inquiry(state=state)
    response = bob.post(f"{DESK}{inquiry.pk}/answer/", {"body": "TYPED", "after": "0"})
    assert response.status_code == 422
    assert "対応中ではありません" in response.text
    assert "TYPED" in response.text


@pytest.mark.parametrize("after", ["", "x", "-1", "1"])
def test_an_answer_after_another_is_kept_on_the_page(bob: Client, after: str) -> None:
    inquiry = create_inquiry(state="open")
    response = bob.post(f"{DESK}{inquiry.pk}/answer/", {"body": "TYPED", "after": after})
    assert response.status_code == 422
    assert "TYPED" in response.text
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("reply_by", "words"), [("telephone", "電話での回答を希望"), ("none", "回答を希望していません")]
)
def test_staff_are_told_when_no_mail_is_wanted(bob: Client, reply_by: str, words: str) -> None:
    inquiry = create_inquiry(reply_by=reply_by)
    assert words in bob.post(f"{DESK}{inquiry.pk}/open/", WHY).text
    assert words not in bob.post(f"{DESK}{create_inquiry().pk}/open/", WHY).text


def test_closing_and_reopening(bob: Client) -> None:
    inquiry = create_inquiry(state="answered")
    assert "対応終了" in bob.post(f"{DESK}{inquiry.pk}/close/", follow=True).text
    assert Inquiry.objects.get().closed_at
    assert "対応中" in bob.post(f"{DESK}{inquiry.pk}/reopen/", follow=True).text
    assert not Inquiry.objects.get().closed_at


@pytest.mark.parametrize(("state", "action"), [("new", "close"), ("closed", "close"), ("new", "reopen")])
def test_a_move_that_is_not_allowed_says_so(bob: Client, state: str, action: str) -> None:
    inquiry = create_inquiry(state=state)
    response = bob.post(f"{DESK}{inquiry.pk}/{action}/", follow=True)
    assert "状態を変更できませんでした" in response.text
    assert Inquiry.objects.get().state == state


@pytest.mark.parametrize(("action", "state"), [("again", "waiting"), ("sent", "sent")])
def test_staff_settle_a_mail_in_doubt(bob: Client, action: str, state: str) -> None:
    inquiry = create_inquiry()
    item = create_unsettled_mail(inquiry)
    assert "不明（送信された可能性があります）" in bob.get(DESK).text
    assert "不明（送信された可能性があります）" in bob.get(f"{DESK}{inquiry.pk}/change/").text
    bob.post(f"{DESK}{inquiry.pk}/mail/{item.pk}/{action}/")
    assert OutboxItem.objects.get().delivery == state


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("/admin", "メールサーバーがメールの受信を拒否しました (550)"),
        ("/admin/en", "The mail server refuses the mail (550)"),
    ],
)
def test_staff_read_in_words_why_a_mail_failed(bob: Client, prefix: str, words: str) -> None:
    inquiry = create_inquiry()
    OutboxItem.objects.update(delivery="failed", problem="refused 550")
    assert words in bob.get(f"{prefix}/inquiries/inquiry/{inquiry.pk}/change/").text


@pytest.mark.parametrize("action", ["again", "sent"])
def test_a_mail_that_is_not_in_doubt_stays_as_it_is(bob: Client, action: str) -> None:
    inquiry = create_inquiry()
    response = bob.post(f"{DESK}{inquiry.pk}/mail/{inquiry.outbox.get().pk}/{action}/", follow=True)
    assert "すでに変わっています" in response.text
    assert OutboxItem.objects.get().delivery == "waiting"


def test_a_mail_of_another_inquiry_is_not_found(bob: Client) -> None:
    inquiry, other = create_inquiry(), create_inquiry()
    item = create_unsettled_mail(other)
    assert bob.post(f"{DESK}{inquiry.pk}/mail/{item.pk}/again/").status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_a_post_of_this_site_s_own_form(bob: Client, action: str) -> None:
    path = f"{DESK}{create_inquiry().pk}/{action}"
    assert bob.get(path).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = bob.cookies
    assert strict.post(path, WHY).status_code == 403
    assert bob.post(path, WHY, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("action", ["change/", *ACTIONS])
def test_an_unknown_inquiry_is_not_found(bob: Client, action: str) -> None:
    for number in ("999", "9" * 30):
        path = f"{DESK}{number}/{action}"
        response = bob.get(path) if action == "change/" else bob.post(path, WHY)
        assert response.status_code == 404


@pytest.mark.parametrize("action", ["change/", *ACTIONS])
def test_strangers_and_staff_without_second_factor_are_led_away(action: str) -> None:
    path = f"{DESK}{create_inquiry().pk}/{action}"
    charlie = people.sign_in(people.create_charlie(), "password")
    assert Client().post(path, WHY).headers["Location"] == f"/admin/account/login/?next={quote('/admin/')}"
    assert charlie.post(path, WHY).headers["Location"] == "/admin/account/2fa/"
    assert people.sign_in(people.create_dana()).post(path, WHY).status_code == 403
    assert not Look.objects.exists()


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ([], []),
        (["view_inquiry"], ["change/"]),
        (["open_inquiry", "answer_inquiry"], []),
        (["view_inquiry", "open_inquiry"], ["change/", "open/"]),
        (["view_inquiry", "answer_inquiry"], ["change/", *ACTIONS[1:]]),
    ],
)
def test_each_page_asks_for_its_permission(permissions: list[str], allowed: list[str]) -> None:
    eve = people.create_eve()
    eve.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = people.sign_in(eve)
    inquiry = create_inquiry(state="open")
    assert client.get(DESK).status_code == (200 if "view_inquiry" in permissions else 403)
    for action in ("change/", *ACTIONS):
        path = f"{DESK}{inquiry.pk}/{action}"
        response = client.get(path) if action == "change/" else client.post(path, WHY)
        assert (response.status_code != 403) == (action in allowed), action


def test_the_log_of_looks_is_read_only_and_holds_no_reason(bob: Client) -> None:
    inquiry = create_inquiry()
    bob.post(f"{DESK}{inquiry.pk}/open/", WHY | {"purpose": "plan", "reason": "MARKER"})
    html = bob.get("/admin/inquiries/look/").text
    assert inquiry.reference in html
    assert "政策立案の参考" in html
    look = Look.objects.get()
    page = bob.get(f"/admin/inquiries/look/{look.pk}/change/")
    assert page.status_code == 200
    assert "MARKER" not in html + page.text
    assert bob.get("/admin/inquiries/look/add/").status_code == 403
    assert bob.post(f"/admin/inquiries/look/{look.pk}/change/", {"purpose": "answer"}).status_code == 403
    assert bob.post(f"/admin/inquiries/look/{look.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_language_switch_of_an_opened_inquiry_leads_to_its_closed_page(bob: Client) -> None:
    inquiry = create_inquiry()
    html = bob.post(f"{DESK}{inquiry.pk}/open/", WHY).text
    assert f'href="/admin/en/inquiries/inquiry/{inquiry.pk}/change/"' in html
