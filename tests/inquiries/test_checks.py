"""What may be typed: words as they are, addresses and numbers in one spelling."""

import unicodedata

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from inquiries import checks
from inquiries.fields import FIELDS
from inquiries.forms import LIMITS, InquiryForm
from tests.inquiries.senders import TYPED

TEXT_FIELDS = [field.name for field in FIELDS if field.max_length]


def cleaned(**changes: str) -> dict[str, object]:
    form = InquiryForm(TYPED | changes)
    assert form.is_valid(), form.errors.as_json()
    return form.cleaned_data


def error_codes(**changes: str) -> dict[str, str | None]:
    form = InquiryForm(TYPED | changes)
    return {name: errors.as_data()[0].code for name, errors in form.errors.items()}


@pytest.mark.parametrize(
    "words",
    [
        "髙橋 﨑子",
        "𠮷野家",
        "①㈱ⅣⅤ℡",
        "葛󠄀城",
        "👩‍👩‍👧‍👦",
        "ﾔﾏﾀﾞ",
        "O’Brien",
        "<script>",
        "ｶﾞ",
        "か\u3099",
        "عمر",
        "\ue000外字",
    ],
)
@pytest.mark.parametrize("field", ["name", "organization", "address", "subject", "message"])
def test_words_stay_as_they_were_typed(field: str, words: str) -> None:
    assert cleaned(**{field: words})[field] == words


@pytest.mark.parametrize(
    "kana", ["やまだ たろう", "ヤマダ　タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ", "ジョン・スミス", "すー", "いすゞ", "か\u3099", "ㇰ"]
)
def test_kana_of_every_kind_passes(kana: str) -> None:
    assert cleaned(name_kana=kana)["name_kana"] == kana


@pytest.mark.parametrize("kana", ["山田", "Yamada", "やまだ1", "やまだ、たろう"])
def test_what_is_not_kana_is_refused(kana: str) -> None:
    assert error_codes(name_kana=kana) == {"name_kana": "format"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("taro@example.jp", "taro@example.jp"),
        ("  taro@example.jp\u3000", "taro@example.jp"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
        ("Taro.Yamada+occto@Example.JP", "Taro.Yamada+occto@Example.JP"),
        ("taro@例え.jp", "taro@例え.jp"),
    ],
)
def test_an_address_is_kept_in_half_width(typed: str, kept: str) -> None:
    assert cleaned(email=typed)["email"] == kept


@pytest.mark.parametrize(
    "address",
    [
        "taro", "@example.jp", "taro@", "taro@localhost", "taro@[127.0.0.1]", '"a b"@example.jp', "taro @example.jp",
        "taro@example.jp, hanako@example.jp", "taro@example.jp;", "Taro <taro@example.jp>", "taro@@example.jp",
        "taro@example..jp", "a" * 65 + "@" + "b" * 64 + ".jp",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    assert error_codes(email=address) == {"email": "format"}


def test_an_address_is_at_most_254_characters() -> None:
    domain = ".".join(["b" * 60] * 3) + ".example.jp"
    assert cleaned(email="a" * (253 - len(domain)) + "@" + domain)
    assert error_codes(email="a" * (254 - len(domain)) + "@" + domain) == {"email": "too_long"}


@pytest.mark.parametrize(
    ("typed", "sent", "read"),
    [
        ("03-1234-5678", "+81312345678", "03-1234-5678"),
        ("０３−１２３４－５６７８", "+81312345678", "03-1234-5678"),
        ("０３ー１２３４ｰ５６７８", "+81312345678", "03-1234-5678"),
        ("03–1234—5678", "+81312345678", "03-1234-5678"),
        ("0312345678", "+81312345678", "03-1234-5678"),
        ("(03) 1234 5678", "+81312345678", "03-1234-5678"),
        ("0466234567", "+81466234567", "0466-23-4567"),
        ("090-1234-5678", "+819012345678", "090-1234-5678"),
        ("\u202d090-1234-5678\u202c", "+819012345678", "090-1234-5678"),
        ("0120-123-456", "+81120123456", "0120-123-456"),
        ("0570-001-234", "+81570001234", "0570-001-234"),
        ("050.1234.5678", "+815012345678", "050-1234-5678"),
        ("+81 3 1234 5678", "+81312345678", "03-1234-5678"),
        ("＋８１（０）３−１２３４−５６７８", "+81312345678", "03-1234-5678"),
        ("(+81) 90 1234 5678", "+819012345678", "090-1234-5678"),
        ("+1 (212) 555-0123", "+12125550123", "+1 212-555-0123"),
        ("+44 20 7946 0958", "+442079460958", "+44 20 7946 0958"),
        ("+39 06 6982 1234", "+390669821234", "+39 06 6982 1234"),
    ],
)
def test_a_telephone_number_is_sent_in_e164_and_shown_as_people_write_it(typed: str, sent: str, read: str) -> None:
    assert cleaned(telephone=typed)["telephone"] == sent
    assert checks.telephone_as_read(sent) == read
    assert checks.telephone(read) == sent


@given(st.from_regex(r"\+?[0-9]{5,16}", fullmatch=True))
def test_whatever_number_is_shown_leads_back_to_the_one_that_is_sent(typed: str) -> None:
    try:
        sent = checks.telephone(typed)
    except ValueError:
        return
    assert checks.telephone(checks.telephone_as_read(sent)) == sent


@pytest.mark.parametrize(
    "number",
    [
        "12345", "031234567", "031234567890", "1234567890", "+999 1234567", "+81 3", "03-1234-5678 x9", "電話", "+",
        "()", "03\n1234\n5678", "٠٣١٢٣٤٥٦٧٨", "0" * 40,
    ],
)  # fmt: skip
def test_what_is_no_telephone_number_is_refused(number: str) -> None:
    assert error_codes(telephone=number).keys() == {"telephone"}


def test_a_telephone_number_is_asked_for_only_where_a_call_is() -> None:
    assert cleaned(telephone="", reply_by="email")["telephone"] == ""
    assert cleaned(telephone="", reply_by="none")["telephone"] == ""
    assert list(error_codes(telephone="", reply_by="telephone")) == ["telephone"]
    assert cleaned(reply_by="telephone")["telephone"] == "+81312345678"


@pytest.mark.parametrize(
    "typed", ["1350061", "135-0061", "〒135-0061", "１３５−００６１", "〒１３５ー００６１", " 135 0061 "]
)
def test_a_postal_code_is_kept_in_one_spelling(typed: str) -> None:
    assert cleaned(postal_code=typed)["postal_code"] == "135-0061"


@pytest.mark.parametrize("typed", ["135006", "13500611", "135-006a", "SW1A 1AA", "一三五〇〇六一", "١٣٥٠٠٦١"])
def test_what_is_no_postal_code_is_refused(typed: str) -> None:
    assert error_codes(postal_code=typed) == {"postal_code": "format"}


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u202e", "\u2066", "\ud800"])
@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_characters_that_deceive_or_break_are_refused(field: str, character: str) -> None:
    refused = error_codes(**{field: f"a{character}b"})
    assert refused in ({field: "characters"}, {field: "format"})


@pytest.mark.parametrize("character", ["\n", "\r\n", "\r", "\t", "\u2028", "\u2029", "\x0b", "\x0c"])
@pytest.mark.parametrize("field", ["name", "organization", "email", "subject"])
def test_no_line_can_be_smuggled_into_a_single_line(field: str, character: str) -> None:
    assert error_codes(**{field: f"a{character}Bcc: x@example.jp"}) == {field: "characters"}


def test_lines_end_in_one_way_and_count_as_one_character() -> None:
    assert cleaned(message="a\r\nb\rc\n\td")["message"] == "a\nb\nc\n\td"
    assert cleaned(message="\r\n" * 3999 + "a")["message"] == "\n" * 3999 + "a"


@pytest.mark.parametrize("name", ["name", "organization", "subject", "address", "message"])
def test_limits_count_characters_as_people_do(name: str) -> None:
    assert cleaned(**{name: "𠮷" * LIMITS[name]})
    assert error_codes(**{name: "𠮷" * (LIMITS[name] + 1)}) == {name: "too_long"}


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\u200b", "\u00a0\u2003", "\ufeff"])
def test_what_cannot_be_seen_is_nothing(blank: str) -> None:
    assert error_codes(name=blank) == {"name": "required"}
    assert error_codes(message=blank) == {"message": "required"}
    assert cleaned(subject=blank)["subject"] == ""


HOSTILE = st.text(st.characters(codec=None, exclude_categories=[]), max_size=400)


@given(st.dictionaries(st.sampled_from([field.name for field in FIELDS]), HOSTILE))
def test_no_text_breaks_the_form_and_what_is_kept_stays_as_it_is(typed: dict[str, str]) -> None:
    form = InquiryForm(TYPED | typed)
    if not form.is_valid():
        assert list(form.problems())
        return
    for name in TEXT_FIELDS:
        value = form.cleaned_data[name]
        assert not {"\x00", "\r"} & set(value)
        assert not any(unicodedata.category(character) == "Cs" for character in value)
    again = InquiryForm(dict(form.carried()))
    assert again.is_valid()
    assert again.cleaned_data == form.cleaned_data, "what the check page hands on is what it showed"


@given(st.text())
def test_words_are_changed_only_at_their_ends(text: str) -> None:
    form = InquiryForm(TYPED | {"message": text, "subject": text})
    if form.is_valid():
        assert form.cleaned_data["message"] == checks.with_plain_newlines(text)
        assert form.cleaned_data["subject"] in ("", text.strip())


@given(st.binary(max_size=300))
def test_no_bytes_break_the_form(raw: bytes) -> None:
    body = b"name=" + b"".join(b"%%%02X" % byte for byte in raw)
    form = InquiryForm(QueryDict(body))
    assert not form.is_valid()
    assert InquiryForm.to_go_on_with(QueryDict(body)).as_p()
