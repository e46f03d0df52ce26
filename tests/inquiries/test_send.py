"""Sending: one inquiry for one token, whatever happens in between (clauses S4, S5, S6, S7 and S15)."""

from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
import time_machine
from django.conf import LazySettings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from consent.models import Controller
from inquiries import intake, reveal
from inquiries.fields import PERSONAL
from inquiries.models import Inquiry, LookPurpose, OutboxItem
from tests.inquiries.senders import REFERENCE, TYPED, check, inputs, reference_on

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("prefix", "language"), [("", "ja"), ("/en", "en")])
def test_an_inquiry_is_received_sealed_and_acknowledged(client: Client, prefix: str, language: str) -> None:
    response = client.post(f"{prefix}/inquiry/done/", check(client, prefix, publish_name="on"))
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    inquiry = Inquiry.objects.get(reference=reference_on(response.text))
    assert (inquiry.language, inquiry.category, inquiry.channel) == (language, "capacity_market", "form")
    assert (inquiry.reply_by, inquiry.publish_name, inquiry.state) == ("email", True, "new")
    assert (inquiry.policy_version, inquiry.closed_at) == (1, None)
    assert OutboxItem.objects.get().inquiry == inquiry
    opened = reveal.open_inquiry(inquiry, LookPurpose.ACKNOWLEDGE, PERSONAL)
    assert opened.document == {name: TYPED[name] for name in PERSONAL} | {"telephone": "+81312345678"}


@pytest.mark.parametrize(
    ("prefix", "sentences"),
    [
        (
            "",
            [
                "お問い合わせを受け付けました",
                "受付番号を控えてください。",
                "受付番号を記載したメールをお送りします。",
                "担当者が内容を確認し、お選びの方法で回答します。",
                "開示、訂正または削除を求めることができます。",
                "全3ステップ中、3ステップ目",
                'href="/privacy/requests/"',
            ],
        ),
        (
            "/en",
            [
                "We have received your inquiry",
                "Keep this number.",
                "We will send an e-mail with the reference number",
                "A member of staff reads your inquiry and replies by the means you chose.",
                "You can ask us to disclose, correct or delete what you entered.",
                "Step 3 of 3",
                'href="/en/privacy/requests/"',
            ],
        ),
    ],
)
def test_the_done_page_says_what_to_keep_and_what_happens_next(
    client: Client, prefix: str, sentences: list[str]
) -> None:
    page = client.post(f"{prefix}/inquiry/done/", check(client, prefix)).text
    for sentence in sentences:
        assert sentence in page
    main = page[page.index("<main") : page.index("</main>")]
    for name in PERSONAL:
        assert TYPED[name] not in main


def test_a_reply_time_is_promised_only_where_occto_gave_one(client: Client) -> None:
    Controller.objects.filter(pk=1).update(reply_time_en="5 working days")
    page = client.post("/en/inquiry/done/", check(client)).text
    assert "replies within 5 working days by the means you chose" in page
    page = client.post("/inquiry/done/", check(client)).text
    assert "担当者が内容を確認し、お選びの方法で回答します。" in page


def test_no_reply_is_promised_where_none_is_wanted(client: Client) -> None:
    page = client.post("/en/inquiry/done/", check(client, reply_by="none")).text
    assert "You chose that no reply is needed." in page
    assert "by the means you chose" not in page


def test_the_same_token_again_shows_the_same_reference(client: Client) -> None:
    sent = check(client)
    first = client.post("/inquiry/done/", sent)
    again = client.post("/inquiry/done/", sent)
    alone = client.post("/en/inquiry/done/", {"token": sent["token"]})
    assert reference_on(first.text) == reference_on(again.text) == reference_on(alone.text)
    assert Inquiry.objects.count() == OutboxItem.objects.count() == 1


def test_going_back_to_the_check_page_and_sending_again_is_one_inquiry(client: Client) -> None:
    references = {
        reference_on(client.post("/inquiry/done/", check(client, press="1-2-3-4")).text) for _press in range(2)
    }
    assert len(references) == Inquiry.objects.count() == 1


def test_the_done_page_switches_the_language_with_the_token_alone(client: Client) -> None:
    page = client.post("/inquiry/done/", check(client)).text
    assert 'formaction="/en/inquiry/done/"' in page
    assert inputs(page).keys() == {"token"}


def test_another_token_is_another_inquiry(client: Client) -> None:
    first, second = check(client), check(client)
    references = {reference_on(client.post("/inquiry/done/", sent).text) for sent in (first, second)}
    assert len(references) == Inquiry.objects.count() == 2


def test_after_half_an_hour_the_reference_is_shown_to_nobody(client: Client) -> None:
    sent = check(client)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.post("/en/inquiry/done/", sent)
        clock.shift(timedelta(minutes=30))
        assert REFERENCE.search(client.post("/en/inquiry/done/", sent).text)
        clock.shift(timedelta(seconds=1))
        page = client.post("/en/inquiry/done/", sent).text
        assert not REFERENCE.search(page)
        assert "This page cannot be shown again. Your inquiry was received only once." in page
        clock.shift(timedelta(days=2))
        assert "received only once" in client.post("/en/inquiry/done/", sent).text
    assert Inquiry.objects.count() == 1


@pytest.mark.parametrize(
    ("prefix", "sentence"),
    [("", "時間が経過したため、送信できませんでした。入力内容は残っています。"), ("/en", "Too much time has passed.")],
)
def test_a_check_page_older_than_a_day_is_shown_again_with_everything(
    client: Client, prefix: str, sentence: str
) -> None:
    now = timezone.now()
    with time_machine.travel(now - timedelta(hours=24, minutes=1)):
        old = check(client, prefix)
    response = client.post(f"{prefix}/inquiry/done/", old)
    assert response.status_code == 422
    assert sentence in response.text
    assert 'role="alert"' in response.text
    new = inputs(response.text)
    assert new.pop("token") != old.pop("token")
    assert new == old
    assert not Inquiry.objects.exists()
    assert REFERENCE.search(client.post(f"{prefix}/inquiry/done/", inputs(response.text)).text)


@pytest.mark.parametrize("token", ["", "x", ":::", "AAAA:1:forged", "あ:い:う", "\x00", "a" * 5000])
def test_a_forged_token_lets_nothing_in(client: Client, token: str) -> None:
    response = client.post("/en/inquiry/done/", TYPED | {"token": token})
    assert response.status_code == 422
    assert "Too much time has passed." in response.text
    assert not Inquiry.objects.exists()


def test_an_altered_token_lets_nothing_in(client: Client) -> None:
    sent = check(client)
    sent["token"] = ("B" if sent["token"][0] == "A" else "A") + sent["token"][1:]
    assert client.post("/inquiry/done/", sent).status_code == 422
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("wrong", [{"email": "x"}, {"agree": ""}, {"category": "tea"}, {"message": "\x00"}])
def test_what_the_check_page_handed_on_is_judged_again(client: Client, wrong: dict[str, str]) -> None:
    response = client.post("/en/inquiry/done/", check(client) | wrong)
    assert response.status_code == 422
    assert "There is a problem" in response.text
    assert not Inquiry.objects.exists()


def test_where_neither_database_nor_spool_can_be_written_everything_is_still_there_to_be_sent_again(
    client: Client, settings: LazySettings, tmp_path: Path
) -> None:
    sent = check(client)
    (tmp_path / "file").touch()
    settings.SPOOL_DIR = tmp_path / "file/spool"
    with patch(
        "inquiries.intake.outbox.write_acknowledgement", side_effect=OperationalError("髙橋 is in this message")
    ):
        response = client.post("/en/inquiry/done/", sent)
    intake.OUTAGE.end()
    assert response.status_code == 503
    assert response.headers["Cache-Control"] == "no-store"
    assert "We could not receive your inquiry. It has not been saved." in response.text
    assert inputs(response.text) == sent, "with the same token"
    assert 'formaction="/inquiry/check/"' in response.text, "switching the language sends nothing"
    assert not Inquiry.objects.exists()
    assert REFERENCE.search(client.post("/en/inquiry/done/", inputs(response.text)).text)


def test_where_no_key_can_seal_everything_is_still_there(client: Client, tmp_path: Path) -> None:
    sent = check(client)
    with patch("inquiries.sealing.key_folder", return_value=tmp_path):
        response = client.post("/inquiry/done/", sent)
    assert response.status_code == 503
    assert "お問い合わせを受け付けられませんでした。内容は保存されていません。" in response.text
    assert inputs(response.text) == sent
    assert not Inquiry.objects.exists()


def test_a_failure_never_shows_errors_as_if_they_were_the_reason(client: Client) -> None:
    sent = check(client)
    with patch("inquiries.intake.Inquiry.objects.defer", side_effect=OperationalError):
        response = client.post("/en/inquiry/done/", {"token": sent["token"]})
    assert response.status_code == 503
    assert "We could not receive your inquiry." in response.text


def test_an_inquiry_that_was_received_is_never_answered_with_an_error(client: Client) -> None:
    sent = check(client)
    with patch("inquiries.pages.Controller.objects.get", side_effect=OperationalError):
        response = client.post("/en/inquiry/done/", sent)
    assert response.status_code == 200
    assert REFERENCE.search(response.text)


def test_a_form_posted_from_another_site_is_refused(client: Client) -> None:
    response = client.post("/inquiry/done/", check(client), headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403
    assert not Inquiry.objects.exists()
