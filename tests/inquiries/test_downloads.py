"""What a sender takes home: the receipt, everything as JSON, everything as one page."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from inquiries import replies, requests, states
from inquiries.models import DataRequest, Inquiry, RequestState
from tests.inquiries.senders import TYPED, check, inputs, reference_on
from tests.inquiries.visits import CODE, Receipt, ask, code_on, correct, open_page, send, write
from tests.staff.people import create_bob

pytestmark = pytest.mark.django_db

both_languages = pytest.mark.parametrize("prefix", ["", "/en"])


def with_a_history() -> Receipt:
    receipt = send(message="<script>alert(1)</script> & 髙")
    write(receipt, "追記です。")
    correct(receipt, email="saki@example.jp")
    states.take_up(receipt.inquiry)
    bob = create_bob()
    replies.answer(receipt.inquiry, "別紙のとおりです。", bob, after=0)
    ask(receipt, "correct", "読みが違います。")
    requests.decide(DataRequest.objects.get(), RequestState.REFUSED, "応じられません。", bob)
    ask(receipt, "stop")
    return receipt


# The done page and its receipt


@both_languages
def test_the_done_page_gives_number_and_code_and_says_that_nobody_keeps_it(prefix: str) -> None:
    client = Client()
    sent = check(client, prefix)
    response = client.post(f"{prefix}/inquiry/done/", sent)
    assert response.headers["Cache-Control"] == "no-store"
    page = response.text
    receipt = Receipt(reference_on(page), code_on(page))
    for words in {
        "": ["控えのコード", "受付番号とあわせて保管してください。", "あとからお知らせすることはできません。"],
        "/en": ["Receipt code", "Keep this code with the reference number.", "cannot tell it to you again"],
    }[prefix]:
        assert words in page
    assert "data-print hidden" in page, "a button that only a script can use is shown by the script"
    assert open_page(receipt, prefix=prefix).status_code == 200


def test_every_repeat_of_send_shows_the_same_code_for_half_an_hour(client: Client) -> None:
    sent = check(client)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = code_on(client.post("/en/inquiry/done/", sent).text)
        clock.shift(timedelta(minutes=30))
        assert code_on(client.post("/inquiry/done/", {"token": sent["token"]}).text) == code
        clock.shift(timedelta(seconds=1))
        for path in ("/en/inquiry/done/", "/en/inquiry/done/receipt/"):
            page = client.post(path, sent).text
            assert code not in page.replace("<wbr>", "")
            assert "cannot be shown again" in page


def test_an_inquiry_from_before_the_codes_shows_none_that_would_not_open_it(client: Client) -> None:
    sent = check(client)
    client.post("/en/inquiry/done/", sent)
    Inquiry.objects.update(sender_key=None, sender_copy=None)
    for path in ("/en/inquiry/done/", "/en/inquiry/done/receipt/"):
        page = client.post(path, sent).text
        assert reference_on(page)
        assert not CODE.search(page.replace("<wbr>", ""))
        assert "Receipt code" not in page


@both_languages
def test_the_receipt_is_a_text_file_without_anything_personal(prefix: str) -> None:
    client = Client()
    sent = check(client, prefix)
    page = client.post(f"{prefix}/inquiry/done/", sent).text
    response = client.post(f"{prefix}/inquiry/done/receipt/", inputs(page))
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="OCCTO-{reference_on(page)}.txt"'
    assert response.headers["Cache-Control"] == "no-store"
    text = response.content.decode("utf-8-sig")
    assert not re.search("(?<!\r)\n", text), "every editor knows its line ends"
    assert (reference_on(text), code_on(text)) == (reference_on(page), code_on(page))
    assert f"http://localhost:8000{prefix}/inquiry/status/" in text
    for name in ("name", "email", "telephone", "organization", "subject"):
        assert TYPED[name] not in text


@pytest.mark.parametrize("token", ["", "x", "\x00", "a" * 5000])
def test_there_is_no_receipt_for_what_was_never_sent(client: Client, token: str) -> None:
    assert client.post("/inquiry/done/receipt/", {"token": token}).status_code == 404
    assert client.post("/inquiry/done/receipt/", check(client)).status_code == 404
    assert client.get("/inquiry/done/receipt/").status_code == 405


# Everything, to keep


def test_the_json_holds_everything_the_sender_may_read(settings: LazySettings) -> None:
    settings.INQUIRY_RETENTION_DAYS = 30
    receipt = with_a_history()
    states.close(receipt.inquiry)
    response = open_page(receipt, "save/json/")
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Content-Disposition"] == f'attachment; filename="OCCTO-{receipt.reference}.json"'
    assert response.headers["Cache-Control"] == "no-store"
    kept = json.loads(response.content)
    assert (kept["reference"], kept["state"], kept["is_withdrawn"]) == (receipt.reference, "closed", False)
    assert kept["erased_on"] == (timezone.localdate() + timedelta(days=30)).isoformat()
    assert kept["sent"]["email"] == TYPED["email"]
    assert kept["now"]["email"] == "saki@example.jp"
    assert kept["now"]["reply_by"] == "email"
    assert [(part["from"], part.get("words"), part.get("changes")) for part in kept["thread"]] == [
        ("sender", "追記です。", None),
        ("sender", None, {"email": "saki@example.jp"}),
        ("OCCTO", "別紙のとおりです。", None),
    ]
    assert [(r["kind"], r["state"], r["details"], r["decision"]) for r in kept["requests"]] == [
        ("correct", "refused", "読みが違います。", "応じられません。"),
        ("stop", "open", "", ""),
    ]
    assert receipt.code not in response.text
    assert "bob" not in response.text


@both_languages
def test_the_page_to_keep_needs_nothing_else_and_runs_nothing(prefix: str) -> None:
    receipt = with_a_history()
    response = open_page(receipt, "save/page/", prefix)
    assert response.headers["Content-Disposition"] == f'attachment; filename="OCCTO-{receipt.reference}.html"'
    page = response.text
    assert page.startswith("<!doctype html>")
    assert f'<html lang="{"en" if prefix else "ja"}">' in page
    for words in (
        TYPED["name"],
        "追記です。",
        "saki@example.jp",
        "別紙のとおりです。",
        "読みが違います。",
        "応じられません。",
    ):
        assert words in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; 髙" in page
    assert not re.search(r"<script|<link|<img|<form|\ssrc=|\shref=", page)
    assert receipt.code not in page
    assert "bob" not in page
