"""A public page is the same for everybody, byte by byte, and costs nothing to show again (idea 1 of the design)."""

import gzip

import brotli
import pytest

from tests.wsgi import ask

pytestmark = pytest.mark.django_db

ADDRESSES = ["/", "/en/"]


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


def test_every_encoding_holds_the_same_page_under_its_own_etag() -> None:
    plain, zipped, small = (ask("/", accept_encoding=encoding) for encoding in ("", "gzip", "gzip, br"))
    assert gzip.decompress(zipped.body) == brotli.decompress(small.body) == plain.body
    assert len({answer.headers["etag"] for answer in (plain, zipped, small)}) == 3


def test_a_page_that_has_not_changed_is_not_sent_again() -> None:
    first = ask("/", accept_encoding="br")
    again = ask("/", accept_encoding="br", if_none_match=f'"other", W/{first.headers["etag"]}')
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-length" not in again.headers


def test_a_kept_page_asks_the_database_nothing(django_assert_num_queries: pytest.FixtureRequest) -> None:
    ask("/")
    with django_assert_num_queries(0):  # type: ignore[operator]
        ask("/")
