"""The log's page: its newest signed head, the keys and the program, the same for everybody."""

import json
from pathlib import Path

import pytest
from django.test import Client

from consent import keys
from consent.models import TreeHead
from consent.proof import key_name, read_key, states
from tests.consent.decisions import create_sealed
from tests.consent.visitors import PREFIXES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_keys")]

ADDRESSES = ["log/", "log.json", "log/key.pem", "log/verify.py"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_newest_head_stands_in_words_and_as_a_file(client: Client, prefix: str) -> None:
    create_sealed(3)
    create_sealed(2)
    page = client.get(f"{prefix}/privacy/choices/log/").text
    head = json.loads(client.get(f"{prefix}/privacy/choices/log.json").content)
    assert head["size"] == 5
    assert states(head, keys.public_keys())
    for text in (head["root"], head["signature"], head["key"], "<dd>5</dd>"):
        assert text in page


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_log_without_an_entry_says_so(client: Client, prefix: str) -> None:
    page = client.get(f"{prefix}/privacy/choices/log/").text
    assert ("The log has no entry yet." if prefix else "ログには、まだ登録がありません。") in page
    assert client.get(f"{prefix}/privacy/choices/log.json").json() == {"size": 0}


def test_what_is_published_is_the_same_for_everybody(client: Client) -> None:
    create_sealed(1)
    for address in ADDRESSES:
        first = client.get(f"/privacy/choices/{address}")
        client.cookies["choice"] = "usage=-1"
        second = client.get(f"/privacy/choices/{address}?page=2")
        assert first.content == second.content
        assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_a_new_key_is_published_and_the_old_one_stays(client: Client, own_keys: Path) -> None:
    create_sealed(1)
    old = client.get("/privacy/choices/log/key.pem").content
    next(own_keys.glob("*.private.pem")).unlink()
    for path in own_keys.glob("*.public.pem"):
        path.rename(path.with_name(f"2020-01-01-{path.name[11:]}"))
    create_sealed(1)
    new = client.get("/privacy/choices/log/key.pem").content
    newest = TreeHead.objects.newest()
    assert newest
    assert key_name(read_key(new)) == newest.key
    assert client.get(f"/en/privacy/choices/log/keys/{key_name(read_key(old))}.pem").content == old


@pytest.mark.parametrize("name", ["0" * 16, "key", "..", "x" * 500])
def test_a_key_that_is_none_is_not_found(client: Client, name: str) -> None:
    create_sealed(1)
    assert client.get(f"/en/privacy/choices/log/keys/{name}.pem").status_code == 404


def test_a_key_that_cannot_be_read_is_none_to_a_visitor(client: Client, own_keys: Path) -> None:
    create_sealed(1)
    next(own_keys.glob("*.public.pem")).write_text("no key")
    assert client.get("/en/privacy/choices/log/key.pem").status_code == 404


def test_before_the_first_key_there_is_none(client: Client) -> None:
    assert client.get("/privacy/choices/log/key.pem").status_code == 404
