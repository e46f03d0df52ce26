"""When something breaks: a clear page in the right language, nothing told that is nobody's business."""

import io
import logging

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from occtosite import pages
from occtosite.logs import CarefulFormatter
from tests.wsgi import ask

pytestmark = pytest.mark.django_db

SECRET = "山田花子 hanako@example.jp"


def break_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError(f"connection refused while writing {SECRET}")

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", refuse)


@pytest.mark.parametrize(
    ("address", "words", "language"),
    [
        ("/accessibility/?a", "本サイトに問題が発生しています", "ja"),
        ("/en/accessibility/?a", "There is a problem", "en"),
    ],
)
def test_a_fault_shows_the_500_page_and_no_trace(
    monkeypatch: pytest.MonkeyPatch, address: str, words: str, language: str
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(pages, "render", fail)
    answer = ask(address, host="127.0.0.1")
    text = answer.body.decode()
    assert answer.status == 500
    assert words in text
    assert f'lang="{language}"' in text
    assert SECRET not in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("address", "words"), [("/privacy/choices/", "現在利用できません"), ("/en/privacy/choices/", "not available")]
)
def test_a_database_that_is_down_shows_the_503_page(monkeypatch: pytest.MonkeyPatch, address: str, words: str) -> None:
    break_database(monkeypatch)
    answer = ask(address)
    assert answer.status == 503
    assert answer.headers["retry-after"] == "60"
    assert words in answer.body.decode()
    assert SECRET not in answer.body.decode()


def test_an_unknown_page_stands_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    break_database(monkeypatch)
    answer = ask("/en/no-such-page/")
    assert answer.status == 404
    assert "Page not found" in answer.body.decode()


def test_the_log_names_the_error_and_the_place_but_never_the_message() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(CarefulFormatter())
    logger = logging.getLogger("tests.careful")
    logger.addHandler(handler)
    logger.setLevel(logging.ERROR)
    logger.propagate = False
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError:
        logger.exception("Something failed")
    written = stream.getvalue()
    assert "Something failed" in written
    assert "RuntimeError" in written
    assert "caused by ValueError" in written
    assert "test_errors.py" in written
    assert "花子" not in written
    assert "hanako" not in written
