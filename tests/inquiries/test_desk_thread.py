"""The desk: what a sender wrote and corrected since, and what is asked for about personal data."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client

from inquiries import requests, sealing
from inquiries.models import DataRequest, Inquiry, Look, RequestState
from tests.inquiries.senders import TYPED
from tests.inquiries.visits import Receipt, ask, correct, hidden, open_page, send, write
from tests.staff import people

pytestmark = pytest.mark.django_db

DESK = "/admin/inquiries/inquiry/"
ALL_FIELDS = [
    *("name", "name_kana", "organization", "email", "telephone", "postal_code", "address", "subject", "message"),
    "thread",
]
WHY = {"purpose": "answer", "reason": "", "fields_opened": ALL_FIELDS}


@pytest.fixture
def bob() -> Client:
    return people.sign_in(people.create_bob())


def path(receipt: Receipt, action: str = "open/") -> str:
    return f"{DESK}{receipt.inquiry.pk}/{action}"


def decision_path(receipt: Receipt) -> str:
    return path(receipt, f"request/{DataRequest.objects.get().pk}/")


def test_what_the_sender_wrote_since_is_read_in_the_thread(bob: Client) -> None:
    receipt = send()
    write(receipt, "追記です。\n<b>二行目</b>")
    page = bob.post(path(receipt), WHY).text
    assert "追記です。\n&lt;b&gt;二行目&lt;/b&gt;" in page
    assert "送信者" in page
    assert Look.objects.get().fields == ",".join(ALL_FIELDS), "names, never values"


def test_the_list_and_the_page_say_that_the_sender_wrote_again_until_staff_read_it(bob: Client) -> None:
    receipt = send()
    assert "追加の連絡あり</span>" not in bob.get(path(receipt, "change/")).text
    write(receipt)
    assert "追加の連絡あり</span>" in bob.get(path(receipt, "change/")).text
    bob.post(path(receipt), WHY | {"fields_opened": ["name"]})
    assert "追加の連絡あり</span>" in bob.get(path(receipt, "change/")).text, "the thread was not opened"
    bob.post(path(receipt), WHY)
    assert "追加の連絡あり</span>" not in bob.get(path(receipt, "change/")).text
    assert "追加の連絡あり" in bob.get(DESK).text


def test_corrected_fields_are_shown_as_they_hold_now_and_as_they_were(bob: Client) -> None:
    receipt = send(organization="")
    correct(receipt, email="saki@example.jp", organization="例示送電株式会社")
    page = bob.post(path(receipt), WHY).text
    assert "saki@example.jp" in page
    assert f"訂正前：{TYPED['email']}" in page
    assert "訂正前：未入力" in page
    assert "訂正した項目：会社名・団体名、メールアドレス" in page


def test_a_correction_of_a_field_that_was_not_asked_for_stays_closed(bob: Client) -> None:
    receipt = send()
    correct(receipt, email="saki@example.jp")
    page = bob.post(path(receipt), WHY | {"fields_opened": ["name", "thread"]}).text
    assert "訂正した項目：メールアドレス" in page
    assert "saki@example.jp" not in page
    assert TYPED["email"] not in page


def test_an_answer_is_not_held_up_by_what_the_sender_writes(bob: Client) -> None:
    receipt = send()
    page = bob.post(path(receipt), WHY).text
    assert 'name="after" value="0"' in page
    write(receipt)
    bob.post(path(receipt, "answer/"), {"body": "別紙のとおりです。", "after": "0"})
    assert receipt.inquiry.state == "answered"
    assert receipt.inquiry.wrote_again_at, "nobody has read it yet"
    assert 'name="after" value="1"' in bob.post(path(receipt), WHY).text


def test_a_withdrawn_inquiry_says_so(bob: Client) -> None:
    receipt = send()
    open_page(receipt, "withdraw/confirm/")
    assert "送信者による取下げ" in bob.get(path(receipt, "change/")).text
    bob.post(path(receipt, "reopen/"))
    assert "送信者による取下げ" not in bob.get(path(receipt, "change/")).text


def test_the_page_tells_of_the_tick_and_of_the_code(bob: Client) -> None:
    receipt = send()
    open_page(receipt, "publish/", publish_name="on")
    page = bob.get(path(receipt, "change/")).text
    assert "に変更</span>" in page
    assert "発行済み" in page
    Inquiry.objects.update(sender_key=None, sender_copy=None)
    assert "控えのコードを発行する前に受け付けたお問い合わせです" in bob.get(path(receipt, "change/")).text


def test_an_answer_to_an_inquiry_from_before_needs_no_copy(bob: Client) -> None:
    receipt = send()
    Inquiry.objects.update(sender_key=None, sender_copy=None)
    bob.post(path(receipt), WHY)
    bob.post(path(receipt, "answer/"), {"body": "別紙のとおりです。", "after": "0"})
    assert receipt.inquiry.messages.get().sender_copy is None


def test_what_was_logged_of_answers_before_keeps_its_name(bob: Client) -> None:
    receipt = send()
    bob.post(path(receipt), WHY)
    Look.objects.update(fields="name,answers")
    assert "氏名、これまでの回答" in bob.get("/admin/inquiries/look/").text


# Requests about personal data


def test_open_requests_are_listed_by_the_day_they_are_due(bob: Client) -> None:
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Asia/Tokyo")), tick=False):
        first, second = send(), send()
        ask(second)
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Asia/Tokyo")), tick=False):
        ask(first, "stop")
    page = bob.get("/admin/inquiries/datarequest/").text
    assert page.index(first.reference) < page.index(second.reference)
    assert "2026年12月4日" in page
    assert "2026年12月4日" in bob.get(DESK).text
    assert "利用の停止または消去" in bob.get(path(first, "change/")).text
    assert (
        bob.get(f"/admin/inquiries/datarequest/{DataRequest.objects.order_by('pk')[0].pk}/change/").status_code == 200
    )
    for action in ("add/", f"{DataRequest.objects.order_by('pk')[0].pk}/delete/"):
        assert bob.post(f"/admin/inquiries/datarequest/{action}").status_code == 403


def test_the_words_of_a_request_are_read_with_the_thread(bob: Client) -> None:
    receipt = send()
    ask(receipt, "correct", "氏名の読みが違います。")
    assert "氏名の読みが違います。" not in bob.get(decision_path(receipt)).text
    assert "氏名の読みが違います。" in bob.post(path(receipt), WHY).text


@pytest.mark.parametrize(
    ("decision", "words", "state"),
    [("done", "", "done"), ("done", "訂正しました。", "done"), ("refused", "法令により応じられません。", "refused")],
)
def test_a_decision_is_read_by_the_sender(bob: Client, decision: str, words: str, state: str) -> None:
    receipt = send()
    ask(receipt, "correct")
    response = bob.post(decision_path(receipt), {"decision": decision, "words": words}, follow=True)
    assert "決定を保存しました。" in response.text
    request = DataRequest.objects.get()
    assert (request.state, request.decided_by and request.decided_by.username) == (state, "bob")
    page = open_page(receipt, prefix="").text
    assert {"done": "対応済み", "refused": "応じない決定"}[state] in page
    assert words in page
    assert "bob" not in page
    if words:
        assert words.encode() not in bytes(request.decision_sealed or b"") + bytes(request.decision_copy or b"")
        assert words in bob.post(path(receipt), WHY).text


@pytest.mark.parametrize("words", ["", " \u3000"])
def test_a_refusal_needs_its_reason(bob: Client, words: str) -> None:
    receipt = send()
    ask(receipt)
    response = bob.post(decision_path(receipt), {"decision": "refused", "words": words})
    assert response.status_code == 422
    assert "請求に応じない理由を入力してください。" in response.text
    assert DataRequest.objects.get().state == "open"


@pytest.mark.parametrize("words", ["あ" * 4001, "TYPED \u202e", "TYPED \x07"])
def test_words_that_can_t_be_kept_are_shown_again(bob: Client, words: str) -> None:
    receipt = send()
    ask(receipt)
    response = bob.post(decision_path(receipt), {"decision": "done", "words": words})
    assert response.status_code == 422
    assert words.strip("\x07 \u202e")[:2000] in response.text


def test_a_request_to_erase_is_never_said_to_be_done_without_erasing(bob: Client) -> None:
    receipt = send()
    open_page(receipt, "erase/confirm/", token=hidden(receipt)["token"])
    assert 'value="done"' not in bob.get(decision_path(receipt)).text
    assert bob.post(decision_path(receipt), {"decision": "done", "words": "x"}).status_code == 422
    assert DataRequest.objects.get().state == "open"


def test_a_second_decision_changes_nothing(bob: Client) -> None:
    receipt = send()
    ask(receipt)
    bob.post(decision_path(receipt), {"decision": "done", "words": "一度目"})
    response = bob.post(decision_path(receipt), {"decision": "refused", "words": "二度目"})
    assert response.status_code == 422
    assert "ほかの担当者がすでに決定しています。" in response.text
    assert "二度目" in response.text
    assert DataRequest.objects.get().state == "done"
    assert "この請求は決定済みです。" in bob.get(decision_path(receipt)).text


def test_a_decision_that_can_t_be_sealed_is_kept_on_the_page(bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = send()
    ask(receipt)

    def fail(*_: object) -> bytes:
        raise sealing.SealingError

    monkeypatch.setattr("inquiries.requests.sealing.seal", fail)
    response = bob.post(decision_path(receipt), {"decision": "done", "words": "途中まで"})
    assert response.status_code == 422
    assert "決定を保存できませんでした。" in response.text
    assert "途中まで" in response.text


def test_a_request_of_another_inquiry_is_not_found(bob: Client) -> None:
    receipt, other = send(), send()
    ask(receipt)
    request = DataRequest.objects.get()
    assert bob.get(path(other, f"request/{request.pk}/")).status_code == 404
    assert bob.get(path(receipt, f"request/{'9' * 30}/")).status_code == 404


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [([], False), (["view_inquiry"], False), (["answer_inquiry"], False), (["view_inquiry", "answer_inquiry"], True)],
)
def test_deciding_needs_the_permission_to_answer(permissions: list[str], allowed: bool) -> None:
    receipt = send()
    ask(receipt)
    eve = people.create_eve()
    eve.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = people.sign_in(eve)
    assert (client.get(decision_path(receipt)).status_code == 200) == allowed
    assert (client.post(decision_path(receipt), {"decision": "done"}).status_code == 302) == allowed
    assert client.get("/admin/inquiries/datarequest/").status_code == 403, "the list has a permission of its own"


def test_deciding_is_a_post_of_this_site_s_own_form(bob: Client) -> None:
    receipt = send()
    ask(receipt)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = bob.cookies
    assert strict.post(decision_path(receipt), {"decision": "done"}).status_code == 403
    assert Client().post(decision_path(receipt), {"decision": "done"}).status_code == 302
    assert DataRequest.objects.get().state == "open"


def test_an_open_request_can_t_be_decided_to_stay_open() -> None:
    receipt = send()
    ask(receipt)
    with pytest.raises(ValueError, match="to do or to refuse"):
        requests.decide(DataRequest.objects.get(), RequestState.OPEN, "", people.create_bob())
