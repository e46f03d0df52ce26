"""The form: the same for everybody, with every purpose in sight (clauses U2, S4, S8, S10, S12 and S13)."""

import pytest
from django.test import Client, override_settings

from inquiries.fields import FIELDS
from inquiries.forms import TRAP, InquiryForm
from tests.inquiries.senders import TYPED, inputs

pytestmark = pytest.mark.django_db

PREFIXES = ["", "/en"]


def test_the_form_has_the_registered_fields_and_no_others() -> None:
    form = InquiryForm()
    assert list(form.fields) == [field.name for field in FIELDS]
    assert [name for name, field in form.fields.items() if field.required] == [
        field.name for field in FIELDS if field.required
    ]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_form_asks_for_the_registered_fields_only(client: Client, prefix: str) -> None:
    page = client.get(f"{prefix}/inquiry/").text
    form = page[page.index('id="inquiry"') :]
    form = form[: form.index("</form>")]
    names = {part.partition('"')[0] for part in form.split(' name="')[1:]}
    assert names == {field.name for field in FIELDS} | {TRAP}


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_form_is_the_same_for_everybody(client: Client, prefix: str) -> None:
    first = client.get(f"{prefix}/inquiry/")
    client.cookies["choice"] = "usage=1"
    second = client.get(f"{prefix}/inquiry/?name=Taro", headers={"accept-language": "fr"})
    assert first.content == second.content
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Set-Cookie" not in first.headers
    assert "token" not in inputs(first.text)


@pytest.mark.parametrize(
    ("address", "sentences", "button"),
    [
        (
            "/inquiry/",
            [
                "停電については、お住まいの地域の一般送配電事業者にお問い合わせください。",
                "マイナンバー、口座番号、病歴など",
                "入力された情報の利用目的",
                "お問い合わせへの回答と確認、本サイトの運営、および今後の政策立案の参考",
                "氏名をすべて伏せます",
                "対応の終了から90日後に削除します",
            ],
            "入力内容を確認する",
        ),
        (
            "/en/inquiry/",
            [
                "For a power cut, contact the general transmission and distribution company",
                "Do not enter your My Number",
                "How we use what you enter",
                "to answer and confirm your inquiry, to run this website, and as reference for future policy planning",
                "we withhold every name",
                "We delete your inquiry 90 days after we close it.",
            ],
            "Check what you entered",
        ),
    ],
)
@override_settings(INQUIRY_RETENTION_DAYS=90)
def test_every_purpose_stands_above_the_button(
    client: Client, address: str, sentences: list[str], button: str
) -> None:
    above, found, _below = client.get(address).text.partition(f">{button}</button>")
    assert found
    for sentence in sentences:
        assert sentence in above
    policy = address.replace("inquiry", "privacy")
    assert f'href="{policy}"' in above[-400:], "the policy is linked beside the button"


def test_required_and_optional_are_said_in_words(client: Client) -> None:
    page = client.get("/inquiry/").text
    assert page.count(">必須</span>") == sum(field.required for field in FIELDS)
    assert page.count(">任意</span>") == sum(not field.required for field in FIELDS)


def test_nothing_in_the_page_cuts_what_is_pasted(client: Client) -> None:
    assert "maxlength" not in client.get("/en/inquiry/").text


@pytest.mark.parametrize("token", ["name", "organization", "email", "tel", "postal-code", "street-address"])
def test_browsers_can_fill_in_what_they_know(client: Client, token: str) -> None:
    assert f'autocomplete="{token}"' in client.get("/en/inquiry/").text


@pytest.mark.parametrize("prefix", PREFIXES)
def test_back_to_the_form_brings_everything_typed(client: Client, prefix: str) -> None:
    typed = TYPED | {"publish_name": "on", "message": "\n  first line kept, ”quotes” & <b> kept  \n"}
    response = client.post(f"{prefix}/inquiry/", typed)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert inputs(response.text) == typed | {TRAP: ""}
    assert "error-text" not in response.text


def test_the_language_can_be_switched_with_what_was_typed(client: Client) -> None:
    page = client.post("/inquiry/", TYPED).text
    assert 'formaction="/en/inquiry/"' in page
    assert inputs(client.post("/en/inquiry/", inputs(page)).text) == TYPED | {TRAP: ""}


def test_an_empty_post_shows_the_empty_form(client: Client) -> None:
    shown = inputs(client.post("/en/inquiry/", {}).text)
    assert {name: value for name, value in shown.items() if value} == {"reply_by": "email"}


def test_other_methods_have_a_page(client: Client) -> None:
    response = client.put("/en/inquiry/")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, POST"
