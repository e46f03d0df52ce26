"""Reference numbers: readable aloud, in no order, from the token alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inquiries.references import ALPHABET, read, reference_for


@given(st.text(st.characters(codec="ascii")), st.integers(min_value=0, max_value=9))
def test_a_reference_is_two_groups_of_five_without_look_alikes(secret: str, attempt: int) -> None:
    assert re.fullmatch(r"[2-9CFGHJMPQRVWX]{5}-[2-9CFGHJMPQRVWX]{5}", reference_for(secret, attempt))


def test_the_alphabet_has_no_look_alikes_and_spells_no_words() -> None:
    assert len(set(ALPHABET)) == 20
    assert not set(ALPHABET) & set("01OILSZBAEU")


@pytest.mark.parametrize(
    "typed",
    ["P8P4X-6689R", "p8p4x6689r", " P8P4X 6689R\n", "Ｐ８Ｐ４Ｘー６６８９Ｒ", "P8P4X−6689R", "受付番号：P8P4X-6689R"],
)
def test_a_reference_is_read_however_it_is_typed(typed: str) -> None:
    assert read(typed) == "P8P4X-6689R"


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert re.fullmatch("[0-9A-Z]{0,5}-[0-9A-Z]*", read(text))


def test_the_same_token_has_the_same_reference() -> None:
    assert reference_for("secret") == reference_for("secret") == "P8P4X-6689R"


def test_another_token_or_attempt_has_another_reference() -> None:
    references = {reference_for(f"secret {number}", attempt) for number in range(100) for attempt in range(3)}
    assert len(references) == 300


def test_references_tell_no_order_and_use_every_character_everywhere() -> None:
    references = [reference_for(str(number)) for number in range(2000)]
    assert references != sorted(references)
    for position in (*range(5), *range(6, 11)):
        assert {reference[position] for reference in references} == set(ALPHABET)
