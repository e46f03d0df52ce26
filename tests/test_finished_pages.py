"""A public page is the same for everybody, byte by byte, and costs nothing to show again (idea 1 of the design)."""

import gzip
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import brotli
import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from occtosite.finished import KEEP, FinishedPages, best_encoding
from occtosite.wsgi import application
from tests.wsgi import ask

ADDRESSES = ["/", "/en/"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_two_visitors_get_the_same_bytes(address: str, encoding: str) -> None:
    first = ask(address, accept_encoding=encoding, cookie="choice=usage=1")
    second = ask(address + "?from=somewhere", accept_encoding=encoding, cookie="staff=abc", accept_language="fr")
    assert first.status == second.status == 200
    assert first.body == second.body
    assert first.headers["etag"] == second.headers["etag"]
    assert "set-cookie" not in first.headers
    assert first.headers["vary"] == "Accept-Encoding"


@pytest.mark.django_db
def test_every_encoding_holds_the_same_page_under_its_own_etag() -> None:
    plain, zipped, small = (ask("/", accept_encoding=encoding) for encoding in ("", "gzip", "gzip, br"))
    assert gzip.decompress(zipped.body) == brotli.decompress(small.body) == plain.body
    assert len({answer.headers["etag"] for answer in (plain, zipped, small)}) == 3


@pytest.mark.django_db
def test_a_page_that_has_not_changed_is_not_sent_again() -> None:
    first = ask("/", accept_encoding="br")
    again = ask("/", accept_encoding="br", if_none_match=f'"other", W/{first.headers["etag"]}')
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-length" not in again.headers


@pytest.mark.django_db
def test_a_kept_page_asks_the_database_nothing(django_assert_num_queries: pytest.FixtureRequest) -> None:
    ask("/")
    with django_assert_num_queries(0):  # type: ignore[operator]
        ask("/")


class Application:
    """A WSGI application that answers what a test tells it to."""

    def __init__(self) -> None:
        self.status = "200 OK"
        self.body = b"one"
        self.control = "public, max-age=0, must-revalidate"
        self.policy = "default-src 'none'"
        self.asked = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        self.asked += 1
        start_response(self.status, [("Cache-Control", self.control), ("Content-Security-Policy", self.policy)])
        return [self.body]


def get(
    pages: FinishedPages, path: str = "/", host: str = "localhost", method: str = "GET", **headers: str
) -> tuple[str, bytes]:
    seen = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_HOST": host, "wsgi.url_scheme": "http"}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    body = b"".join(pages(environ, lambda status, headers, error=None: seen.append(status)))
    return seen[0], body


def let_time_pass(pages: FinishedPages) -> None:
    pages.pages = {key: replace(page, good_until=0) for key, page in pages.pages.items()}


def test_a_page_is_made_anew_after_its_time() -> None:
    site = Application()
    pages = FinishedPages(site, seconds=60)
    assert get(pages) == ("200 OK", b"one")
    site.body = b"two"
    assert get(pages) == ("200 OK", b"one")
    let_time_pass(pages)
    assert get(pages) == ("200 OK", b"two")


def test_a_page_whose_policy_alone_changed_is_another_page() -> None:
    """What a tag's frame may reach stands in a header: neither this process nor a browser's 304 may keep the old."""

    def headers_of_page() -> dict[str, str]:
        seen: list[list[tuple[str, str]]] = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http"}
        b"".join(pages(environ, lambda status, headers, error=None: seen.append(headers)))
        return dict(seen[0])

    site = Application()
    pages = FinishedPages(site, seconds=60)
    first = headers_of_page()
    let_time_pass(pages)
    assert headers_of_page() == first
    site.policy = "default-src 'none'; img-src https://example.jp"
    let_time_pass(pages)
    changed = headers_of_page()
    assert changed["Content-Security-Policy"] == site.policy
    assert changed["ETag"] != first["ETag"]


def test_a_kept_page_stands_while_the_site_behind_it_is_down() -> None:
    site = Application()
    pages = FinishedPages(site, seconds=0)
    get(pages)
    site.status, site.body, site.control = "503 Service Unavailable", b"down", "no-store"
    assert get(pages) == ("200 OK", b"one")
    assert get(pages, "/other/") == ("503 Service Unavailable", b"down")


@pytest.mark.django_db
def test_a_page_without_the_database_is_not_taken_for_the_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = ask("/", host="localhost:8000")
    application.pages = {key: replace(page, good_until=0) for key, page in application.pages.items()}

    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", refuse)
    assert ask("/", host="localhost:8000") == kept
    other = ask("/", host="127.0.0.1:8000")
    assert other.status == 503
    assert other.headers["cache-control"] == "no-store"
    assert "電力広域的運営推進機関" in other.body.decode()


def test_the_redirect_to_https_is_not_answered_from_memory() -> None:
    site = Application()
    pages = FinishedPages(site, seconds=60, https_header="HTTP_X_FORWARDED_SCHEME")
    assert get(pages, x_forwarded_scheme="https") == ("200 OK", b"one")
    site.status, site.control = "301 Moved Permanently", "no-store"
    assert get(pages, x_forwarded_scheme="https") == ("200 OK", b"one")
    assert get(pages)[0] == "301 Moved Permanently"
    assert get(pages, x_forwarded_scheme="made up")[0] == "301 Moved Permanently"
    assert len(pages.pages) == 1


def test_a_kept_page_stands_while_the_site_behind_it_is_slow() -> None:
    class Slow(Application):
        asking, going_on = threading.Event(), threading.Event()

        def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
            if self.asked:
                self.asking.set()
                assert self.going_on.wait(10)
            return super().__call__(environ, start_response)

    site = Slow()
    pages = FinishedPages(site, seconds=60)
    get(pages)
    site.body = b"two"
    let_time_pass(pages)
    one_visitor = threading.Thread(target=get, args=[pages])
    one_visitor.start()
    assert site.asking.wait(10)
    assert get(pages) == ("200 OK", b"one")
    site.going_on.set()
    one_visitor.join(10)
    assert get(pages) == ("200 OK", b"two")


def test_a_page_that_is_gone_is_gone() -> None:
    site = Application()
    pages = FinishedPages(site, seconds=0)
    get(pages)
    site.status, site.body, site.control = "404 Not Found", b"gone", "no-store"
    assert get(pages) == ("404 Not Found", b"gone")


def test_only_public_pages_are_kept() -> None:
    site = Application()
    site.control = "no-store"
    pages = FinishedPages(site, seconds=60)
    get(pages)
    get(pages)
    assert site.asked == 2
    assert pages.pages == {}


def test_a_post_is_never_answered_from_memory() -> None:
    site = Application()
    pages = FinishedPages(site, seconds=60)
    get(pages)
    site.body = b"posted"
    assert get(pages, method="POST") == ("200 OK", b"posted")


def test_head_has_no_body_but_keeps_the_page() -> None:
    site = Application()
    pages = FinishedPages(site, seconds=60)
    assert get(pages, method="HEAD") == ("200 OK", b"")
    assert get(pages) == ("200 OK", b"one")
    assert site.asked == 1


def test_head_has_no_body_where_the_page_is_not_kept_either() -> None:
    site = Application()
    site.control = "no-store"
    assert get(FinishedPages(site, seconds=60), method="HEAD") == ("200 OK", b"")


def test_made_up_hosts_cannot_fill_the_memory() -> None:
    pages = FinishedPages(Application(), seconds=60)
    for number in range(KEEP + 10):
        get(pages, host=f"host{number}.example.jp")
    assert len(pages.pages) <= KEEP


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("BR ; q=1", "br"),
        ("gzip; q=0", "identity"),
        ("*", "identity"),
        ("brotli", "identity"),
    ],
)
def test_the_smallest_allowed_encoding_is_chosen(header: str, encoding: str) -> None:
    assert best_encoding(header) == encoding
