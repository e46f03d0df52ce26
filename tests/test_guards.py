"""What may come in: forms of this site only, bounded, in UTF-8, without files; everything else is a clear page."""

import pytest

from tests.wsgi import ask

pytestmark = pytest.mark.django_db

FORM = b"name=%E9%AB%99%E6%A9%8B"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "nonsense"},
        {"origin": "https://elsewhere.example.jp"},
        {"origin": "http://localhost:9999"},
        {"origin": "null"},
        {"origin": "http://[::bad"},
        {"sec_fetch_site": "cross-site", "origin": "http://localhost:8000"},
    ],
)
@pytest.mark.parametrize(
    ("address", "words"),
    [("/inquiry/check/", "操作を確認できませんでした"), ("/en/privacy/choices/", "We could not confirm your request")],
)
def test_a_form_posted_from_another_site_is_refused_with_a_page(
    address: str, words: str, headers: dict[str, str]
) -> None:
    answer = ask(address, "POST", FORM, **headers)
    assert answer.status == 403
    assert words in answer.body.decode()
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [{}, {"sec_fetch_site": "same-origin"}, {"sec_fetch_site": "none"}, {"origin": "http://localhost:8000"}],
)
def test_a_form_of_this_site_passes_without_any_cookie(headers: dict[str, str]) -> None:
    answer = ask("/inquiry/check/", "POST", FORM, **headers)
    assert answer.status == 422
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("address", "words"), [("/inquiry/check/", "大きすぎ"), ("/en/inquiry/check/", "too large")])
def test_a_body_over_the_limit_is_refused_unread(address: str, words: str) -> None:
    answer = ask(address, "POST", b"message=" + b"x" * 262_145)
    assert answer.status == 413
    assert words in answer.body.decode()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize(("address", "words"), [("/about/", "フォーム"), ("/en/about/", "form")])
def test_a_wrong_method_gets_a_page_that_says_so(address: str, words: str, method: str) -> None:
    answer = ask(address, method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert words in answer.body.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/no-such-page/",
        "/en/no-such-page/",
        "/privacy/choices/records/not-an-id/",
        "/privacy/choices/records/00000000-0000-7000-8000-000000000000/",
        "/privacy/versions/999999999999999999999/",
        "/en/privacy/versions/0/",
        "/" + "a" * 5_000 + "/",
        "/\x00/",
        "/caf\xe9/",
        "/\xff\xfe/",
        "/.env",
        "/../manage.py",
        "/%2e%2e/keys/secret_key",
    ],
)
def test_an_unknown_address_is_a_404_page(path: str) -> None:
    answer = ask(path)
    assert answer.status == 404
    assert b"skip-link" in answer.body


@pytest.mark.parametrize("path", ["/about", "/en/inquiry"])
def test_an_address_without_its_last_slash_leads_on(path: str) -> None:
    answer = ask(path)
    assert answer.status == 301
    assert answer.headers["location"] == f"{path}/"


def test_an_unknown_host_is_refused() -> None:
    assert ask("/", host="elsewhere.example.jp").status == 400


@pytest.mark.parametrize("address", ["/", "/en/", "/inquiry/", "/no-such-page/", "/privacy/choices/", "/static/x.css"])
def test_every_answer_has_the_strict_headers(address: str) -> None:
    headers = ask(address).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "frame-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert "camera=()" in headers["permissions-policy"]
    assert "set-cookie" not in headers
    assert "Cookie" not in headers.get("vary", "")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/plain; charset=utf-7",
        "multipart/form-data",
        "multipart/form-data; boundary=x; charset=rot13",
        "multipart/form-data; boundary=" + "x" * 300,
        "application/x-www-form-urlencoded; charset=hex",
        "application/x-www-form-urlencoded; charset=utf-16",
        "\xff",
    ],
)
@pytest.mark.parametrize("address", ["/inquiry/check/", "/en/inquiry/done/", "/privacy/choices/"])
def test_no_kind_of_body_breaks_a_form(address: str, content_type: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\x00\r\n--x--\r\n'
    answer = ask(address, "POST", body, content_type=content_type)
    assert answer.status in {400, 422}
    assert b"<html" in answer.body


def test_an_uploaded_file_is_skipped_and_touches_no_temporary_file() -> None:
    from django.conf import settings

    assert settings.FILE_UPLOAD_HANDLERS == ["occtosite.guards.RefuseFilesHandler"]
    body = (
        b'--x\r\nContent-Disposition: form-data; name="message"; filename="a.txt"\r\n\r\nhello\r\n'
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nAlice\r\n--x--\r\n'
    )
    answer = ask("/en/inquiry/check/", "POST", body, content_type="multipart/form-data; boundary=x")
    assert answer.status == 422
    assert b'value="Alice"' in answer.body
    assert b"hello" not in answer.body
