"""The way in: one transaction, once for each token, and nothing of the sender in the clear (clauses S4, S5, S15)."""

import json
import os
import subprocess
import sys
from itertools import count
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test import Client

from inquiries import intake, sealing, tokens
from inquiries.fields import PERSONAL
from inquiries.intake import Entry
from inquiries.models import Inquiry, OutboxItem
from tests.inquiries.race import SENDERS, send_at_once
from tests.inquiries.senders import TYPED, check

ROOT = Path(__file__).parents[2]
_numbers = count()


def create_entry() -> Entry:
    return Entry("other", "email", publish_name=False, document={name: TYPED[name] for name in PERSONAL})


def create_token() -> tokens.Token:
    return tokens.Token(f"secret {next(_numbers)}", is_fresh=True)


def spellings() -> list[bytes]:
    """Everything personal that was typed, in the encodings and spellings it could hide in."""
    words = [TYPED[name] for name in PERSONAL] + ["髙橋", "sakiko", "+81312345678", "0312345678", "1350061", "例示"]
    forms = [form for word in words for form in (word, word.replace("\n", "\r\n"), json.dumps(word)[1:-1])]
    return [form.encode(encoding, "replace") for form in forms for encoding in ("utf-8", "utf-16-le", "cp932")]


@pytest.mark.django_db
def test_the_same_token_lets_one_in() -> None:
    entry, token = create_entry(), create_token()
    first, again = intake.receive(entry, token, "ja"), intake.receive(entry, token, "en")
    assert first == again
    assert Inquiry.objects.get().language == "ja"
    assert OutboxItem.objects.count() == 1


@pytest.mark.django_db
def test_where_a_reference_is_taken_the_next_one_is_given() -> None:
    first, second = create_token(), create_token()
    with patch("inquiries.intake.reference_for", side_effect=lambda _secret, attempt=0: f"22222-2222{attempt}"):
        references = [intake.receive(create_entry(), token, "ja").reference for token in (first, second)]
    assert references == ["22222-22220", "22222-22221"]
    inquiry = Inquiry.objects.get(reference="22222-22221")
    assert sealing.open_sealed(bytes(inquiry.sealed), "inquiry/22222-22221")["name"] == TYPED["name"]


@pytest.mark.django_db
def test_where_every_reference_is_taken_it_fails_loudly_and_writes_nothing() -> None:
    with patch("inquiries.intake.reference_for", return_value="22222-22222"):
        intake.receive(create_entry(), create_token(), "ja")
        with pytest.raises(IntegrityError, match="No reference number is free"):
            intake.receive(create_entry(), create_token(), "ja")
    assert Inquiry.objects.count() == 1


@pytest.mark.django_db
def test_another_refusal_of_the_database_is_not_taken_for_a_collision() -> None:
    entry = Entry("tea", "email", publish_name=False, document={})
    with pytest.raises(IntegrityError, match="inquiries_inquiry_category_valid"):
        intake.receive(entry, create_token(), "ja")


@pytest.mark.django_db(transaction=True)
def test_without_the_acknowledgement_there_is_no_inquiry() -> None:
    with patch("inquiries.outbox.OutboxItem.objects.create", side_effect=OperationalError):
        assert intake.receive(create_entry(), create_token(), "ja").is_spooled
    assert not Inquiry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_with_one_token_are_one_inquiry(client: Client) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the tests' SQLite lives in memory, where threads can't wait for each other; see the file below")
    answers = send_at_once(check(client))
    assert {status for status, _reference in answers} == {200}
    assert len({reference for _status, reference in answers}) == 1
    assert answers[0][1]
    assert Inquiry.objects.count() == OutboxItem.objects.count() == 1


def test_many_at_once_are_one_on_a_sqlite_file_which_names_nobody(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name not in {"TEST_FOLDER", "DATABASE_URL", "LOG_LEVEL"}
    }
    environment |= {
        "DJANGO_SETTINGS_MODULE": "occtosite.settings",
        "DATA_DIR": str(tmp_path / "data"),
        "KEYS_DIR": str(tmp_path / "keys"),
        "OUTGOING_DIR": str(tmp_path / "outgoing"),
        "ERASURES_DIR": str(tmp_path / "erasures"),
    }
    result = subprocess.run(
        [sys.executable, "-m", "tests.inquiries.race"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    seen = json.loads(result.stdout)
    assert len(seen["answers"]) == SENDERS
    assert len({tuple(answer) for answer in seen["answers"]}) == 1, seen
    assert seen["answers"][0][0] == 200
    assert seen["rows"] == [1, 1]
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and "static" not in path.parts]
    assert any(path.name.startswith("site.sqlite3") for path in kept)
    data = [*((path.name, path.read_bytes()) for path in kept), ("log", result.stderr.encode())]
    assert [(name, word) for name, content in data for word in spellings() if word in content] == []
    assert any(seen["answers"][0][1].encode() in content for _name, content in data), "the search can find something"


@pytest.mark.django_db
def test_no_row_of_any_table_names_the_sender(client: Client) -> None:
    client.post("/inquiry/done/", check(client))
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = b""
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                rows += b"|".join(
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row
                )
    assert b"capacity_market" in rows, "the search can find something"
    assert [word for word in spellings() if word in rows] == []


@pytest.mark.django_db
def test_a_failure_is_logged_without_what_was_typed(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    from occtosite.logs import CarefulFormatter

    sent = check(client)
    with caplog.at_level("INFO"), patch("inquiries.intake._write", side_effect=OperationalError(TYPED["message"])):
        client.post("/inquiry/done/", sent)
        with patch("inquiries.spool._write", side_effect=OSError(TYPED["message"])):
            client.post("/inquiry/done/", check(client))
    written = "\n".join(CarefulFormatter().format(record) for record in caplog.records)
    assert "The database can't take an inquiry (OperationalError); the spool does" in written
    assert "An inquiry could not be received" in written
    assert "SpoolError" in written
    assert [word for word in spellings() if word in written.encode()] == []
