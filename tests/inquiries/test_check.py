"""The check page, and the form with its errors: everything typed is kept, nothing is sent."""

import html

import pytest
from django.test import Client

from inquiries.models import Inquiry
from tests.inquiries.senders import TYPED, inputs

pytestmark = pytest.mark.django_db

# What is wrong, the field's anchor, and the sentence in both languages.
MISTAKES = [
    ({"category": ""}, "category", "お問い合わせの種類を選択してください。", "Select the type of inquiry"),
    (
        {"category": "tea"},
        "category",
        "お問い合わせの種類を一覧から選択してください。",
        "Select a type of inquiry from the list",
    ),
    ({"name": "　 "}, "name", "氏名を入力してください。", "Enter your full name"),
    ({"name": "\u200b"}, "name", "氏名を入力してください。", "Enter your full name"),
    (
        {"name": "あ" * 101},
        "name",
        "氏名は100文字以内で入力してください。",
        "Full name must be 100 characters or fewer",
    ),
    (
        {"name_kana": "山田 太郎"},
        "name_kana",
        "氏名（ふりがな）は、ひらがなまたはカタカナで入力してください。",
        "Enter the name in hiragana or katakana",
    ),
    (
        {"name_kana": "あ" * 101},
        "name_kana",
        "氏名（ふりがな）は100文字以内で入力してください。",
        "Name in kana must be 100 characters or fewer",
    ),
    (
        {"organization": "㈱" * 201},
        "organization",
        "会社名・団体名は200文字以内で入力してください。",
        "Company or organization must be 200 characters or fewer",
    ),
    ({"email": ""}, "email", "メールアドレスを入力してください。", "Enter your e-mail address"),
    (
        {"email": "sakiko.example.jp"},
        "email",
        "メールアドレスの形式を確認してください。「@」とドメインが必要です。",
        "Enter an e-mail address in the correct format",
    ),
    (
        {"reply_by": "telephone", "telephone": ""},
        "telephone",
        "電話での回答を選んだ場合は、電話番号を入力してください。",
        "Enter your telephone number, because you asked for a reply by telephone",
    ),
    (
        {"telephone": "12345"},
        "telephone",
        "電話番号は、10桁または11桁の数字で入力してください。海外の番号は、「+」と国番号から始めてください。",
        "Enter a telephone number with 10 or 11 digits, or one that starts with + and a country code",
    ),
    (
        {"postal_code": "135-006"},
        "postal_code",
        "郵便番号は、7桁の数字で入力してください。",
        "Enter a postal code with 7 digits",
    ),
    (
        {"address": "豊" * 301},
        "address",
        "住所は300文字以内で入力してください。",
        "Address must be 300 characters or fewer",
    ),
    (
        {"subject": "件" * 101},
        "subject",
        "件名は100文字以内で入力してください。",
        "Subject must be 100 characters or fewer",
    ),
    ({"message": " \n\n "}, "message", "お問い合わせの内容を入力してください。", "Enter your inquiry"),
    (
        {"message": "文" * 4001},
        "message",
        "お問い合わせの内容は4000文字以内で入力してください。現在4001文字です。",
        "Inquiry must be 4000 characters or fewer. It has 4001.",
    ),
    ({"reply_by": "pigeon"}, "reply_by_0", "回答の方法を選択してください。", "Select how we should reply"),
    (
        {"agree": ""},
        "agree",
        "個人情報の取扱いを確認し、同意する場合はチェックを入れてください。",
        "Tick the box if you agree to the handling of your personal information",
    ),
    (
        {"message": "a\x07b"},
        "message",
        "お問い合わせの内容に使用できない文字があります。削除してください。",
        "Remove characters that cannot be used from Inquiry",
    ),
    (
        {"name": "Taro\r\nBcc: x@example.jp"},
        "name",
        "氏名に使用できない文字があります。削除してください。",
        "Remove characters that cannot be used from Full name",
    ),
]


@pytest.mark.parametrize(
    ("prefix", "wrong", "anchor", "sentence"),
    [("", wrong, anchor, japanese) for wrong, anchor, japanese, _english in MISTAKES]
    + [("/en", wrong, anchor, english) for wrong, anchor, _japanese, english in MISTAKES],
)
def test_a_mistake_is_named_at_its_field_and_everything_typed_is_kept(
    client: Client, prefix: str, wrong: dict[str, str], anchor: str, sentence: str
) -> None:
    typed = TYPED | wrong
    response = client.post(f"{prefix}/inquiry/check/", typed)
    page = html.unescape(response.text)
    assert response.status_code == 422
    assert response.headers["Cache-Control"] == "no-store"
    assert f'<a href="#id_{anchor}">{sentence}</a>' in page
    assert page.count(sentence) == 2, "in the summary and at the field"
    assert f'id="id_{anchor}"' in page
    assert ("<title>Error: Inquiry" if prefix else "<title>エラー：お問い合わせ") in page
    shown = inputs(response.text)
    lost = {"category"} if typed["category"] == "tea" else {"reply_by"} if typed["reply_by"] == "pigeon" else set()
    for name in typed.keys() - lost - {"agree"}:
        assert shown.get(name, "") == typed[name], name
    assert not Inquiry.objects.exists()


def test_the_summary_takes_the_focus_and_errors_are_tied_to_their_fields(client: Client) -> None:
    page = client.post("/en/inquiry/check/", TYPED | {"email": "x", "reply_by": ""}).text
    assert '<div class="error-summary" role="alert" tabindex="-1" autofocus>' in page
    email = page[page.index('<input type="email"') :].partition(">")[0]
    assert 'aria-invalid="true"' in email
    assert 'aria-describedby="id_email_helptext id_email_error"' in email
    assert 'aria-describedby="id_reply_by_error"' in page


def test_an_empty_form_names_what_is_required_in_the_order_of_the_page(client: Client) -> None:
    page = client.post("/en/inquiry/check/", {}).text
    anchors = [part.partition('"')[0] for part in page.split('<li><a href="#')[1:]]
    assert anchors == ["id_category", "id_name", "id_email", "id_message", "id_reply_by_0", "id_agree"]


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_value_is_shown_as_it_will_be_sent(client: Client, prefix: str) -> None:
    response = client.post(f"{prefix}/inquiry/check/", TYPED)
    page = html.unescape(response.text)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    for name in TYPED.keys() - {"category", "reply_by", "agree"}:
        assert f">{TYPED[name]}<" in page, name
    assert ("Capacity market" if prefix else "容量市場について") in page
    assert ("Your inquiry has not been sent yet." if prefix else "まだ送信されていません。") in page
    assert ("Step 2 of 3" if prefix else "全3ステップ中、2ステップ目") in page
    sent = inputs(response.text)
    assert sent.pop("token")
    assert sent == TYPED
    assert not Inquiry.objects.exists()


def test_numbers_and_addresses_are_brought_into_one_spelling_and_words_are_not(client: Client) -> None:
    typed = TYPED | {
        "email": "　ｓａｋｉｋｏ＠ｅｘａｍｐｌｅ．ｊｐ",
        "telephone": "０３ー１２３４−５６７８",
        "postal_code": "〒１３５－００６１",
        "name": "  ﾀﾛｳ①㈱ ｶﾅ  ",
    }
    sent = inputs(client.post("/inquiry/check/", typed).text)
    assert sent["email"] == "sakiko@example.jp"
    assert sent["telephone"] == "03-1234-5678"
    assert sent["postal_code"] == "135-0061"
    assert sent["name"] == "ﾀﾛｳ①㈱ ｶﾅ"


def test_every_row_can_be_changed_and_no_value_stands_in_an_address(client: Client) -> None:
    page = client.post("/en/inquiry/check/", TYPED).text
    addresses = [part.partition('"')[0] for part in page.split('formaction="')[1:]]
    assert [address for address in addresses if "#" in address] == [
        f"/en/inquiry/#id_{name}"
        for name in (
            "category", "name", "name_kana", "organization", "email", "telephone", "postal_code", "address",
            "subject", "message", "reply_by_0", "publish_name", "agree",
        )
    ]  # fmt: skip
    assert not any("?" in address for address in addresses)


def test_each_check_page_has_a_token_of_its_own(client: Client) -> None:
    tokens = {inputs(client.post("/inquiry/check/", TYPED).text)["token"] for _ in range(3)}
    assert len(tokens) == 3


def test_the_same_press_asked_for_again_has_the_same_token(client: Client) -> None:
    press = TYPED | {"press": "1-2-3-4"}
    first, again = (inputs(client.post("/inquiry/check/", press).text) for _ in range(2))
    assert first["token"].partition(":")[0] == again["token"].partition(":")[0]
    assert "press" not in first


@pytest.mark.parametrize(
    "change", [{"press": "5-6-7-8"}, {"press": ""}, {"message": "Another"}, {"publish_name": "on"}]
)
def test_another_press_or_other_words_have_another_token(client: Client, change: dict[str, str]) -> None:
    press = TYPED | {"press": "1-2-3-4"}
    secrets = {
        inputs(client.post("/inquiry/check/", values).text)["token"].partition(":")[0]
        for values in (press, press | change)
    }
    assert len(secrets) == 2


def test_switching_the_language_keeps_values_and_token(client: Client) -> None:
    page = client.post("/inquiry/check/", TYPED).text
    assert 'formaction="/en/inquiry/check/"' in page
    assert inputs(client.post("/en/inquiry/check/", inputs(page)).text) == inputs(page)


def test_a_made_up_token_is_replaced(client: Client) -> None:
    sent = inputs(client.post("/en/inquiry/check/", TYPED | {"token": "made-up:1:2"}).text)
    assert sent["token"] != "made-up:1:2"


def test_of_a_repeated_field_the_last_value_is_shown_and_sent(client: Client) -> None:
    body = "&".join(f"{name}={value}" for name, value in (TYPED | {"name": "First"}).items()) + "&name=Last"
    response = client.post("/en/inquiry/check/", body, content_type="application/x-www-form-urlencoded")
    assert ">Last<" in response.text
    assert "First" not in response.text
    assert inputs(response.text)["name"] == "Last"


@pytest.mark.parametrize("path", ["check/", "done/"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_later_steps_cannot_be_opened_by_their_address(client: Client, prefix: str, path: str) -> None:
    response = client.get(f"{prefix}/inquiry/{path}")
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert ("This page cannot be opened this way" if prefix else "この方法では表示できません") in response.text


def test_no_step_sets_a_cookie(client: Client) -> None:
    for path in ("/inquiry/", "/inquiry/check/", "/inquiry/done/"):
        assert "Set-Cookie" not in client.post(path, TYPED).headers
