"""Slips of the pen in a mail address: which are asked about, and how the sender settles it without a script."""

import html

import pytest
from django.test import Client

from inquiries.mail_domains import suggestion_for
from tests.inquiries.senders import REFERENCE, TYPED, inputs

pytestmark = pytest.mark.django_db

SLIPS = [
    ("gmial.com", "gmail.com"), ("gmai.com", "gmail.com"), ("gmaill.com", "gmail.com"), ("gnail.com", "gmail.com"),
    ("gmail.con", "gmail.com"), ("GMIAL.com", "gmail.com"), ("yaho.co.jp", "yahoo.co.jp"),
    ("yahoo.co.jo", "yahoo.co.jp"), ("yahoo.cojp", "yahoo.co.jp"), ("docomo.ne.jo", "docomo.ne.jp"),
    ("docmo.ne.jp", "docomo.ne.jp"), ("ezwev.ne.jp", "ezweb.ne.jp"), ("i.softbnak.jp", "i.softbank.jp"),
    ("hotmial.co.jp", "hotmail.co.jp"), ("iclould.com", "icloud.com"), ("example.co.jo", "example.co.jp"),
    ("mail.example.con", "mail.example.com"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), SLIPS)
def test_a_likely_slip_is_noticed(typed: str, meant: str) -> None:
    assert suggestion_for(f"Taro.Yamada@{typed}") == f"Taro.Yamada@{meant}"


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com", "Gmail.com", "ymail.com", "mail.com", "email.com", "yahoo.co.jp", "yahoo.com", "docomo.ne.jp",
        "au.com", "ab.com", "ezweb.ne.jp", "i.softbank.jp", "example.jp", "occto.or.jp", "tepco.co.jp", "me.com",
        "例え.jp", "example.co.uk", "gmail.example.jp", "university.ac.jp", "x.jp",
    ],
)  # fmt: skip
def test_what_looks_right_is_not_asked_about(domain: str) -> None:
    assert suggestion_for(f"taro@{domain}") == ""


QUESTIONS = [
    ("", "メールアドレスを確認してください。「sakiko@gmail.com」の誤りではありませんか。"),
    ("/en", "Check the e-mail address. Did you mean sakiko@gmail.com?"),
]
SLIP = TYPED | {"email": "ｓａｋｉｋｏ@gmial.com"}


@pytest.mark.parametrize(("prefix", "question"), QUESTIONS)
def test_a_slip_is_asked_about_with_both_addresses_to_choose_from(client: Client, prefix: str, question: str) -> None:
    response = client.post(f"{prefix}/inquiry/check/", SLIP)
    page = html.unescape(response.text)
    assert response.status_code == 422
    assert f'<a href="#id_email">{question}</a>' in page
    for address in ("sakiko@gmail.com", "sakiko@gmial.com"):
        assert f'<input type="radio" name="email_settled" value="{address}"' in page
    shown = inputs(response.text)
    assert {name: shown[name] for name in TYPED} == SLIP


@pytest.mark.parametrize("settled", ["sakiko@gmail.com", "sakiko@gmial.com"])
def test_what_the_sender_settles_on_is_sent_and_not_asked_about_again(client: Client, settled: str) -> None:
    page = client.post("/en/inquiry/check/", SLIP | {"email_settled": settled})
    assert page.status_code == 200
    sent = inputs(page.text)
    assert sent["email"] == settled
    back = inputs(client.post("/en/inquiry/", sent | {"change": "name"}).text)
    assert inputs(client.post("/inquiry/check/", back).text)["email"] == settled
    assert REFERENCE.search(client.post("/en/inquiry/done/", sent).text)


def test_an_address_that_was_corrected_by_hand_is_taken(client: Client) -> None:
    typed = SLIP | {"email": "sakiko@example.jp", "email_settled": "sakiko@gmial.com"}
    assert inputs(client.post("/en/inquiry/check/", typed).text)["email"] == "sakiko@example.jp"


@pytest.mark.parametrize("settled", ["", "taro@gmial.com", "sakiko@gmail.com, x@example.jp", "\x00"])
def test_another_slip_is_asked_about_anew(client: Client, settled: str) -> None:
    response = client.post("/en/inquiry/check/", SLIP | {"email_settled": settled})
    assert response.status_code == 422
    assert "Did you mean sakiko@gmail.com?" in response.text
