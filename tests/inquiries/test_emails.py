"""The mails as a mail program shows them, and what must never be in them (clause S12)."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import translation

from inquiries import emails
from inquiries.emails import UnusableAddressError
from inquiries.models import Inquiry
from tests.inquiries.mails import ADDRESS, BODY, DOCUMENT, unsaved_inquiry

WRITTEN_AT = datetime(2026, 11, 25, 0, 1, tzinfo=UTC)


def acknowledge(inquiry: Inquiry, address: str = ADDRESS, reply_time: str = "") -> EmailMessage:
    return emails.acknowledgement(
        inquiry, address, mail_id="<1@localhost>", written_at=WRITTEN_AT, reply_time=reply_time
    )


def answer(inquiry: Inquiry, body: str = BODY, **changes: Any) -> EmailMessage:
    given: dict[str, Any] = {"mail_id": "<2@localhost>", "written_at": WRITTEN_AT, "in_reply_to": "<1@localhost>"}
    return emails.answer(inquiry, ADDRESS, body, **(given | changes))


def arrived(mail: EmailMessage) -> EmailMessage:
    """Return a mail as it is read at the other end."""
    read = message_from_bytes(mail.as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def text(mail: EmailMessage) -> str:
    """Return the words of a mail as they are read at the other end."""
    words: str = arrived(mail).get_content()
    return words.replace("\r\n", "\n")  # lines end so on the way (RFC 2046, section 4.1.1)


def test_an_acknowledgement_in_japanese_is_read_exactly() -> None:
    mail = arrived(acknowledge(unsaved_inquiry(), reply_time="5営業日"))
    assert mail["Subject"] == "【OCCTO】お問い合わせを受け付けました（受付番号：23456-789CF）"
    assert text(mail) == (
        "お問い合わせいただき、ありがとうございます。\n"
        "次のとおり受け付けました。\n"
        "\n"
        "受付番号：23456-789CF\n"
        "受付日時：2026年11月25日 08:59\n"
        "お問い合わせの種類：容量市場について\n"
        "\n"
        "担当者が内容を確認し、5営業日以内に回答します。\n"
        "個人情報を保護するため、このメールには氏名、連絡先およびお問い合わせの内容を記載していません。\n"
        "\n"
        "個人情報の取扱い：http://localhost:8000/privacy/\n"
        "\n"
        "対応の状況は、受付時に表示した控えのコードで確認できます：http://localhost:8000/inquiry/status/\n"
        "\n"
        "このメールは自動で送信しています。\n"
        "お心当たりがない場合は、このメールを削除してください。\n"
        "\n"
        "電力広域的運営推進機関（OCCTO）\n"
        "http://localhost:8000/\n"
    )


def test_an_acknowledgement_in_english_is_read_exactly() -> None:
    with translation.override("ja"):  # the worker's own language has no say
        mail = arrived(acknowledge(unsaved_inquiry("en"), reply_time="5 working days"))
    assert mail["Subject"] == "[OCCTO] We have received your inquiry (23456-789CF)"
    assert text(mail) == (
        "Thank you for your inquiry. We have received it as follows.\n"
        "\n"
        "Reference number: 23456-789CF\n"
        "Received: 25 November 2026, 08:59 JST\n"
        "Type of inquiry: Capacity market\n"
        "\n"
        "A member of staff will reply within 5 working days.\n"
        "To protect your information, this e-mail does not repeat your name, contact details or inquiry.\n"
        "\n"
        "How we handle personal information: http://localhost:8000/en/privacy/\n"
        "\n"
        "See the state of your inquiry with your receipt code: http://localhost:8000/en/inquiry/status/\n"
        "\n"
        "This e-mail was sent automatically.\n"
        "If you did not send an inquiry, delete this e-mail.\n"
        "\n"
        "Organization for Cross-regional Coordination of Transmission Operators, JAPAN (OCCTO)\n"
        "http://localhost:8000/en/\n"
    )


@pytest.mark.parametrize(
    ("language", "changes", "sentence"),
    [
        ("ja", {}, "\n担当者が内容を確認し、回答します。\n"),
        ("en", {}, "\nA member of staff will reply.\n"),
        ("ja", {"reply_by": "none"}, "\n担当者が内容を確認します。「回答は不要」を選択されたため、回答はしません。\n"),
        ("en", {"reply_by": "none"}, "\nA member of staff reads your inquiry. You chose that no reply is needed.\n"),
    ],
)
def test_an_acknowledgement_promises_no_more_than_what_is_known(
    language: str, changes: dict[str, str], sentence: str
) -> None:
    assert sentence in text(acknowledge(unsaved_inquiry(language, **changes)))


def test_an_acknowledgement_names_no_page_that_the_sender_has_no_code_for() -> None:
    assert "/status/" not in text(acknowledge(unsaved_inquiry(sender_key=None)))


@pytest.mark.parametrize(
    ("language", "subject", "sentences"),
    [
        (
            "ja",
            "【OCCTO】お問い合わせのメールアドレスが変更されました（受付番号：23456-789CF）",
            [
                "今後の回答は、変更後のアドレスにお送りします。",
                "お問い合わせフォームからご連絡ください：http://localhost:8000/inquiry/",
            ],
        ),
        (
            "en",
            "[OCCTO] The e-mail address of your inquiry was changed (23456-789CF)",
            [
                "Answers go to the new address from now on.",
                "give the reference number: http://localhost:8000/en/inquiry/",
            ],
        ),
    ],
)
def test_the_former_address_is_told_that_there_is_another_and_not_which(
    language: str, subject: str, sentences: list[str]
) -> None:
    sent = emails.notice_of_changed_address(
        unsaved_inquiry(language), ADDRESS, mail_id="<3@localhost>", written_at=WRITTEN_AT
    )
    mail = arrived(sent)
    assert (mail["To"], mail["Subject"], mail["Auto-Submitted"]) == (ADDRESS, subject, "auto-generated")
    assert mail["Cc"] is None
    for sentence in sentences:
        assert sentence in text(sent)
    assert text(sent).count("@") == 0


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_acknowledgement_repeats_nothing_of_the_sender(language: str) -> None:
    mail = arrived(acknowledge(unsaved_inquiry(language)))
    rest = mail["Subject"] + text(mail) + "".join(value for name, value in mail.items() if name != "To")
    for value in [*DOCUMENT.values(), ADDRESS]:
        assert value not in rest


def test_a_mail_goes_to_the_given_address_alone(settings: LazySettings) -> None:
    settings.MAIL_FROM = "desk@occto.example"
    for mail in (arrived(acknowledge(unsaved_inquiry())), arrived(answer(unsaved_inquiry()))):
        assert mail["From"] == "desk@occto.example"
        assert mail["To"] == ADDRESS
        assert {"Cc", "Bcc", "Reply-To", "Resent-To"}.isdisjoint(mail.keys())


def test_an_answer_is_read_exactly() -> None:
    mail = arrived(answer(unsaved_inquiry()))
    assert mail["Subject"] == "【OCCTO】お問い合わせへの回答（受付番号：23456-789CF）"
    assert text(mail) == (
        "受付番号：23456-789CF\n\n"
        f"{BODY}\n"
        "電力広域的運営推進機関（OCCTO）\nhttp://localhost:8000/\n\n"
        "個人情報の取扱い：http://localhost:8000/privacy/\n"
    )


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("first\r\nsecond\rthird\n", "first\nsecond\nthird"),
        ("あ" * 4000, "あ" * 4000),
        ("a" * 4000, "a" * 4000),
        ("", ""),
        ("\u2028\x0b\x85 \t", "\u2028\x0b\x85 \t"),
    ],
)
def test_any_body_arrives_as_it_was_written(language: str, body: str, read: str) -> None:
    assert f"\n\n{read}\n\n" in text(answer(unsaved_inquiry(language), body))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_server_can_take_a_mail(language: str) -> None:
    for mail in (acknowledge(unsaved_inquiry(language)), answer(unsaved_inquiry(language), "あ" * 4000)):
        lines = mail.as_bytes().split(b"\r\n")
        assert max(len(line) for line in lines) <= 78
        assert mail.as_bytes().isascii()
        assert not any(b"\r" in line or b"\n" in line for line in lines)


def test_machines_know_an_acknowledgement_for_one() -> None:
    """RFC 3834, section 5."""
    assert acknowledge(unsaved_inquiry())["Auto-Submitted"] == "auto-replied"
    assert answer(unsaved_inquiry())["Auto-Submitted"] is None


@pytest.mark.parametrize("domain", ["localhost", "www.example.jp", f"{'very-' * 15}long.example.jp"])
def test_an_answer_stands_in_the_thread_of_the_acknowledgement(domain: str) -> None:
    first, second = f"<{'1' * 32}@{domain}>", f"<{'2' * 32}@{domain}>"
    mail = answer(unsaved_inquiry(), mail_id=second, in_reply_to=first)
    sent = mail.as_bytes().replace(b"\r\n ", b" ").split(b"\r\n")
    for line in (f"Message-ID: {second}", f"In-Reply-To: {first}", f"References: {first}"):
        assert line.encode() in sent


def test_an_answer_without_an_acknowledgement_stands_alone() -> None:
    assert {"In-Reply-To", "References"}.isdisjoint(answer(unsaved_inquiry(), in_reply_to="").keys())


def test_every_try_sends_the_same_bytes() -> None:
    assert answer(unsaved_inquiry()).as_bytes() == answer(unsaved_inquiry()).as_bytes()
    date = arrived(answer(unsaved_inquiry()))["Date"].datetime
    assert date == WRITTEN_AT
    assert date.utcoffset() == timedelta(hours=9)


def test_a_japanese_domain_is_written_in_ascii() -> None:
    assert acknowledge(unsaved_inquiry(), "sakiko@例え.jp")["To"] == "sakiko@xn--r8jz45g.jp"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "sakiko",
        "@example.jp",
        "a@example.jp, b@example.jp",
        "a@example.jp;b@example.jp",
        "a b@example.jp",
        "Sakiko <a@example.jp>",
        "a@example.jp\nBcc: b@example.jp",
        "a@example.jp\r\n\r\nbody",
        "a\r\nBcc: b@example.jp",
        "a@example.jp\x00",
        "髙橋@example.jp",
        "\u212aen@example.jp",
        "a@" + "x" * 400 + ".jp",
    ],
)
def test_what_is_no_single_address_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(UnusableAddressError, match=r"^The address can't be used in a mail\.$"):
        acknowledge(unsaved_inquiry(), address)


@pytest.mark.parametrize(
    "address", ["a" * 64 + "@" + ".".join(["d" * 60] * 3) + ".jp", "a+b.c_d-e!#$%&'*/=?^`{|}~@x.jp"]
)
def test_an_unusual_address_is_written_as_it_is(address: str) -> None:
    assert f"To: {address}\r\n".encode() in acknowledge(unsaved_inquiry(), address).as_bytes().replace(b"\r\n ", b" ")
