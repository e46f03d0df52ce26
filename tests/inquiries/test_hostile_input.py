"""Whatever is sent, the sender gets a clear page in the right language: never a 500, never a trace."""

from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inquiries.models import Inquiry
from tests.inquiries.senders import TYPED
from tests.wsgi import ask

pytestmark = pytest.mark.django_db

PATHS = [f"{prefix}/inquiry/{step}" for prefix in ("", "/en") for step in ("", "address/", "check/", "done/")]
FORM = "application/x-www-form-urlencoded"


def body(**changes: str) -> str:
    return urlencode({name: value for name, value in TYPED.items() if name not in changes}) + "".join(
        f"&{name}={value}" for name, value in changes.items()
    )


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "name",
    [
        "%00",
        "%ED%A0%80",
        "%FF%FE",
        "%80",
        "%C0%AF",
        "%E3%81",
        "%E2%80%AE",
        "%F4%90%80%80",
        "%",
        "%zz",
        "%EF%BF%BF",
        "",
    ],
)
def test_hostile_bytes_in_a_field_are_answered_with_a_page(client: Client, path: str, name: str) -> None:
    response = client.post(path, body(name=name), content_type=FORM)
    assert response.status_code in {200, 422}
    assert ('<html lang="en"' if path.startswith("/en") else '<html lang="ja"') in response.text
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("content_type", "raw"),
    [
        ("application/json", b'{"name": "Taro"}'),
        ("application/json", b"not json"),
        ("text/plain", b"name=Taro"),
        ("application/octet-stream", b"\x00\xff"),
        (FORM, b"\x00\xff\xfe=\x80"),
        (FORM, b""),
        (FORM, b"&&&===&;"),
        (f"{FORM}; charset=utf-16", b"name=Taro"),
        (f"{FORM}; charset=made-up", b"name=Taro"),
        ("", b"name=Taro"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x\r\n"),
    ],
)
def test_a_body_of_another_kind_is_answered_with_a_page(
    client: Client, path: str, content_type: str, raw: bytes
) -> None:
    response = client.generic("POST", path, raw, content_type=content_type)
    assert response.status_code in {200, 400, 422}
    assert "<h1>" in response.text
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("path", PATHS)
def test_a_thousand_fields_are_refused(client: Client, path: str) -> None:
    raw = "&".join(f"field{number}=x" for number in range(1000))
    response = client.post(path, raw, content_type=FORM)
    assert response.status_code == 400
    assert ("We could not read your request" if "/en/" in path else "読み取れませんでした") in response.text


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("size", [300_000, 10_000_000])
def test_a_huge_body_is_refused_before_it_is_read(client: Client, path: str, size: int) -> None:
    response = client.post(path, TYPED | {"message": "x" * size})
    assert response.status_code == 413
    assert ("What you sent is too large" if "/en/" in path else "大きすぎます") in response.text


def test_a_file_is_left_out_and_the_rest_goes_on(client: Client) -> None:
    file = SimpleUploadedFile("cv.pdf", b"MarkerOfTheFile", "application/pdf")
    response = client.post("/en/inquiry/check/", TYPED | {"attachment": file})
    assert response.status_code == 200
    assert "MarkerOfTheFile" not in response.text
    assert "cv.pdf" not in response.text


def test_a_file_in_the_place_of_a_field_is_a_missing_field(client: Client) -> None:
    without_name = {name: value for name, value in TYPED.items() if name != "name"}
    file = SimpleUploadedFile("name.txt", b"Taro", "text/plain")
    response = client.post("/en/inquiry/check/", without_name | {"name": file})
    assert response.status_code == 422
    assert '<a href="#id_name">Enter your full name</a>' in response.text


def test_4000_characters_pass_and_one_more_is_counted(client: Client) -> None:
    assert client.post("/en/inquiry/check/", TYPED | {"message": "髙" * 4000}).status_code == 200
    response = client.post("/en/inquiry/check/", TYPED | {"message": "髙" * 4001})
    assert response.status_code == 422
    assert "Inquiry must be 4000 characters or fewer. It has 4001." in response.text
    assert "髙" * 4001 in response.text


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", ["email_settled", "remarks", "change", "town", "press", "token", "postal_code"])
@pytest.mark.parametrize(
    "raw", ["%00", "%FF%FE", "%ED%A0%80", "%E2%80%AE", "%0D%0ABcc:x@example.jp", "<b>", "x" * 9000]
)
def test_hostile_bytes_beside_the_fields_are_answered_with_a_page(
    client: Client, path: str, name: str, raw: str
) -> None:
    response = client.post(path, body(**{name: raw}), content_type=FORM)
    assert response.status_code in {200, 422}
    assert "<b>" not in response.text
    assert not Inquiry.objects.exists()


def test_what_was_typed_is_never_markup(client: Client) -> None:
    markup = "<img src=x onerror=alert(1)>\"'</textarea></title>"
    typed = TYPED | dict.fromkeys(("name", "organization", "subject", "address", "message"), markup)
    for path in ("/inquiry/", "/inquiry/check/"):
        for values in (typed, typed | {"email": markup}):
            assert "<img" not in client.post(path, values).text


def test_a_query_is_ignored(client: Client) -> None:
    page = client.get("/en/inquiry/?name=Marker&message=Marker").text
    assert "Marker" not in page
    assert "Marker" not in client.post("/en/inquiry/check/?name=Marker", {}).text


@given(raw=st.binary(max_size=500))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_no_bytes_at_all_break_a_step(client: Client, raw: bytes) -> None:
    for step in ("", "address/", "check/", "done/"):
        assert client.generic("POST", f"/inquiry/{step}", raw, content_type=FORM).status_code in {200, 400, 422}


def test_the_later_steps_have_a_page_in_front_of_the_finished_ones_too() -> None:
    answer = ask("/en/inquiry/check/", "POST", b"name=Taro")
    assert answer.status == 422
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
