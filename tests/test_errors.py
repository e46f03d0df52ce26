"""When something breaks: a clear page in the right language, nothing told that is nobody's business."""

import io
import logging

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from consent import ledger
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


DECISION = f"decision=agree&notice={'0' * 64}".encode()
NOT_SAVED = [
    ("/privacy/choices/", "選択を保存できませんでした", "このブラウザには何も記録していないため"),
    ("/en/privacy/choices/", "Your choice could not be saved", "Nothing was recorded in this browser"),
]


@pytest.mark.parametrize(("address", "title", "words"), NOT_SAVED)
def test_a_decision_that_cannot_be_saved_says_so(
    monkeypatch: pytest.MonkeyPatch, address: str, title: str, words: str
) -> None:
    break_database(monkeypatch)
    answer = ask(address, "POST", DECISION)
    text = answer.body.decode()
    assert answer.status == 503
    assert f"<h1>{title}</h1>" in text
    assert words in text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("address", "title", "words"), NOT_SAVED)
def test_a_fault_in_a_decision_says_that_it_was_not_saved(
    monkeypatch: pytest.MonkeyPatch, address: str, title: str, words: str
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(ledger, "decide", fail)
    answer = ask(address, "POST", DECISION, host="127.0.0.1")
    text = answer.body.decode()
    assert answer.status == 500
    assert f"<h1>{title}</h1>" in text
    assert words in text
    assert SECRET not in text


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
