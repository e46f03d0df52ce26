"""Whatever is sent to the status page, there is a page in the right language: never a 500, never a trace."""

import logging
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inquiries import access, guesses
from inquiries.models import DataRequest, Message
from occtosite.logs import CarefulFormatter
from tests.inquiries.visits import Receipt, ask, correct, hidden, open_page, send, write
from tests.staff import people
from tests.wsgi import ask as ask_site

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
PATHS = [
    f"{prefix}/inquiry/status/{path}"
    for prefix in ("", "/en")
    for path in ("", "message/", "correct/", "correct/save/", "request/send/", "withdraw/confirm/", "save/json/")
]
BYTES = ["%00", "%ED%A0%80", "%FF%FE", "%E2%80%AE", "%zz", ""]
MARKERS = {
    "name": "印 太郎MarkerName",
    "email": "marker.mail@example.jp",
    "message": "MarkerMessage 本文",
    "address": "MarkerAddress",
}


@pytest.fixture(autouse=True)
def _no_guesses_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "_count", guesses.Count())


def is_a_page(path: str, html: str) -> bool:
    return ('<html lang="en"' if path.startswith("/en") else '<html lang="ja"') in html and "<h1>" in html


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", ["reference", "code", "token", "body", "after"])
def test_hostile_bytes_in_any_input_are_answered_with_a_page(path: str, name: str) -> None:
    receipt = send()
    sent = hidden(receipt, "correct/" if "correct" in path else "") | {"kind": "stop"}
    for raw in BYTES:
        values = urlencode({key: value for key, value in sent.items() if key != name})
        response = Client().post(path, f"{values}&{name}={raw}", content_type=FORM)
        if response.headers["Content-Type"].startswith("text/html"):
            assert is_a_page(path, response.text), raw
        assert response.status_code in {200, 409, 422}, raw


@pytest.mark.parametrize("path", PATHS)
def test_too_much_is_refused_before_it_is_read(path: str) -> None:
    receipt = send()
    assert Client().post(path, receipt.keys | {"body": "x" * 300_000}).status_code == 413
    many = "&".join(f"field{number}=x" for number in range(1000))
    assert Client().post(path, many, content_type=FORM).status_code == 400
    response = Client().post(path, {"reference": "x" * 100_000, "code": "x" * 100_000})
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("content_type", "raw"),
    [
        ("application/json", b'{"reference": "x"}'),
        ("application/octet-stream", b"\x00\xff"),
        (FORM, b"\x00\xff\xfe=\x80"),
        (f"{FORM}; charset=utf-16", b"reference=x"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("", b"reference=x"),
    ],
)
def test_a_body_of_another_kind_is_answered_with_a_page(content_type: str, raw: bytes) -> None:
    for path in PATHS:
        response = Client().generic("POST", path, raw, content_type=content_type)
        assert response.status_code in {400, 422}
        assert is_a_page(path, response.text)


@given(raw=st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_no_bytes_at_all_break_a_page(raw: bytes) -> None:
    for path in PATHS[:3]:
        assert Client().generic("POST", path, raw, content_type=FORM).status_code in {400, 422, 429}


@given(reference=st.text(max_size=30), code=st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_no_text_opens_anything(reference: str, code: str) -> None:
    response = Client().post("/inquiry/status/", {"reference": reference, "code": code})
    assert response.status_code in {422, 429}


def test_what_was_typed_is_never_markup() -> None:
    markup = "<img src=x onerror=alert(1)>\"'</textarea></title>"
    receipt = send(message=markup, organization=markup)
    write(receipt, markup)
    correct(receipt, name=markup)
    ask(receipt, "stop", markup)
    for path in ("", "correct/", "request/", "withdraw/", "erase/", "save/page/"):
        assert "<img" not in open_page(receipt, path, body=markup, details=markup).text
    assert "<img" not in Client().post("/inquiry/status/", {"reference": markup, "code": markup}).text


def test_the_primary_key_of_another_correction_is_no_way_round() -> None:
    receipt = send()
    for after in ("9" * 18, "9" * 40, "-1", "１", "x", ""):
        sent = hidden(receipt, "correct/") | {"name": "別の名前", "after": after}
        assert Client().post("/en/inquiry/status/correct/save/", sent).status_code == 409
    assert not Message.objects.exists()


# No trace


def rows() -> bytes:
    """Return every value of every table."""
    found = b""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    found += (bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()) + b"|"
    return found


def use_everything(receipt: Receipt) -> list[str]:
    """Do whatever a sender can do, with marked words; return the words."""
    write(receipt, "MarkerBody 追記")
    correct(receipt, name="MarkerCorrected", email="marker.new@example.jp")
    ask(receipt, "correct", "MarkerDetails 読み")
    bob = people.sign_in(people.create_bob())
    desk = f"/admin/inquiries/inquiry/{receipt.inquiry.pk}/"
    bob.post(f"{desk}open/", {"purpose": "answer", "fields_opened": ["message", "thread"]})
    bob.post(f"{desk}answer/", {"body": "MarkerAnswer 回答", "after": "0"})
    decision = {"decision": "refused", "words": "MarkerDecision 理由"}
    bob.post(f"{desk}request/{DataRequest.objects.get().pk}/", decision)
    for path in ("publish/", "save/json/", "save/page/", "erase/confirm/", "withdraw/confirm/"):
        assert open_page(receipt, path, token=hidden(receipt)["token"]).status_code == 200
    Client().post("/inquiry/status/", {"reference": receipt.reference, "code": receipt.code[:-1] + "Y"})
    return ["MarkerBody", "MarkerCorrected", "marker.new", "MarkerDetails", "MarkerAnswer", "MarkerDecision"]


def secrets_of(receipt: Receipt) -> list[bytes]:
    """Return the code and the private key in the spellings they could hide in."""
    number = access.key_of(receipt.code, receipt.reference).private_numbers().private_value
    plain = receipt.code.replace("-", "")
    texts = [receipt.code, plain, receipt.code.lower(), plain.lower(), str(number), f"{number:064x}"]
    return [text.encode() for text in texts] + [number.to_bytes(32, "big")]


def test_no_row_holds_a_code_a_private_key_or_a_word(caplog: pytest.LogCaptureFixture) -> None:
    receipt = send(**MARKERS)
    words = [*MARKERS.values(), *use_everything(receipt), "marker", "Marker"]
    kept = rows()
    assert receipt.reference.encode() in kept, "the search can find something"
    hidden_words = [word.encode(encoding) for word in words for encoding in ("utf-8", "utf-16-le", "cp932")]
    assert [word for word in [*secrets_of(receipt), *hidden_words] if word in kept] == []


def test_no_log_holds_a_code_or_a_word(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.DEBUG)
    receipt = send(**MARKERS)
    words = [*MARKERS.values(), *use_everything(receipt), "Marker"]

    def fail(*_: object) -> None:
        from django.db import OperationalError

        raise OperationalError(f"{receipt.code} MarkerError")

    monkeypatch.setattr("inquiries.followups._hold", fail)
    assert write(receipt, "MarkerBody").status_code == 503
    own = [record for record in caplog.records if not record.name.startswith("django.db")]
    written = "\n".join(CarefulFormatter().format(record) for record in own)
    assert "The status page could not do what was asked" in written
    assert [word for word in [*words, receipt.code, receipt.code.replace("-", "")] if word in written] == []


def test_the_page_s_answer_sets_no_cookie_and_is_kept_by_no_cache() -> None:
    receipt = send()
    answer = ask_site("/en/inquiry/status/", "POST", urlencode(receipt.keys).encode())
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert ask_site("/en/inquiry/status/").headers["cache-control"] == "no-store"
