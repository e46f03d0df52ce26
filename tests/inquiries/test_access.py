"""The sender's code and key: 100 bits that follow from the token, read however they were typed, kept nowhere."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inquiries import access, sealing
from inquiries.models import Inquiry
from inquiries.references import reference_for
from inquiries.sealing import SealingError

SECRET = "secret 5"
CODE = "1C7P-J1JR-DQ7C-0XNA-WY8D"
REFERENCE = "23456-789CF"
DOCUMENT = {"name": "髙橋 﨑子", "message": "①㈱ 🙂\n"}


@given(st.text(st.characters(codec="ascii")))
def test_a_code_is_five_groups_of_four_without_look_alikes(secret: str) -> None:
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}", access.receipt_code(secret))


def test_a_code_has_100_bits() -> None:
    assert len(set(access.ALPHABET)) == 32
    assert not set(access.ALPHABET) & set("ILOU")
    codes = [access.receipt_code(str(number)).replace("-", "") for number in range(2000)]
    assert len(set(codes)) == 2000
    for place in range(20):
        assert {code[place] for code in codes} == set(access.ALPHABET), "every character stands everywhere"


def test_the_same_token_has_the_same_code_on_every_version() -> None:
    """Codes that people keep must open their inquiries for years."""
    assert access.receipt_code(SECRET) == CODE
    kept = access.public_half(access.key_of(CODE, REFERENCE)).hex()
    assert kept == "0302a271fae393f49afcbb14a2d2fd3a01ff626f07be80efab09b288a2992b5bd4"


def test_code_and_reference_number_tell_nothing_of_each_other() -> None:
    assert not set(reference_for(SECRET).split("-")) & set(CODE.split("-"))


@pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        f"\u3000{CODE}\n",
        CODE.replace("-", "ー"),
        CODE.replace("-", "−"),
        CODE.translate({ord(c): ord(c) + 0xFEE0 for c in CODE}),
        CODE.replace("0", "O").replace("1", "I"),
        CODE.replace("0", "o").replace("1", "l"),
        f"控えのコード：{CODE}",
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert access.read_code(typed) == CODE


def test_a_u_is_read_as_the_v_it_was_taken_for() -> None:
    assert access.read_code("UUUU" * 5) == access.read_code("vvvv" * 5)


@pytest.mark.parametrize("typed", ["", "-", CODE[:-1], CODE + "0", "x" * 1000, "\x00", "あ" * 20])
def test_what_has_not_20_letters_and_digits_is_no_code(typed: str) -> None:
    with pytest.raises(ValueError, match="not a receipt code"):
        access.read_code(typed)


@given(st.text())
def test_any_text_is_a_code_or_none(text: str) -> None:
    with suppress(ValueError):
        assert access.read_code(access.read_code(text)) == access.read_code(text)


def test_what_is_sealed_to_the_sender_opens_with_the_code_alone() -> None:
    public, copy = access.for_sender(SECRET, REFERENCE, DOCUMENT)
    assert "髙橋".encode() not in copy
    assert access.open_with(access.key_of(CODE, REFERENCE), copy, sealing.inquiry_context(REFERENCE)) == DOCUMENT
    later = access.seal_to(public, {"body": "追記"}, sealing.message_context(REFERENCE))
    opened = access.open_with(access.key_of(CODE, REFERENCE), later, sealing.message_context(REFERENCE))
    assert opened == {"body": "追記"}


@pytest.mark.parametrize(
    ("code", "reference", "context"),
    [
        (access.receipt_code("another"), REFERENCE, sealing.inquiry_context(REFERENCE)),
        (CODE, "23456-789CG", sealing.inquiry_context(REFERENCE)),
        (CODE, REFERENCE, sealing.message_context(REFERENCE)),
        (CODE, REFERENCE, sealing.inquiry_context("23456-789CG")),
    ],
)
def test_nothing_else_opens_it(code: str, reference: str, context: str) -> None:
    _public, copy = access.for_sender(SECRET, REFERENCE, DOCUMENT)
    with pytest.raises(SealingError, match="altered or belongs elsewhere"):
        access.open_with(access.key_of(code, reference), copy, context)


@pytest.mark.parametrize("position", [4, 40, -1])
def test_an_altered_copy_does_not_open(position: int) -> None:
    _public, copy = access.for_sender(SECRET, REFERENCE, DOCUMENT)
    altered = bytearray(copy)
    altered[position] ^= 1
    with pytest.raises(SealingError):
        access.open_with(access.key_of(CODE, REFERENCE), bytes(altered), sealing.inquiry_context(REFERENCE))


@pytest.mark.parametrize("copy", [b"", b"OCS\x01", b"OCR\x02" + bytes(200), b"OCR\x01", b"OCR\x01" + bytes(10)])
def test_what_is_no_copy_does_not_open(copy: bytes) -> None:
    with pytest.raises(SealingError):
        access.open_with(access.key_of(CODE, REFERENCE), copy, sealing.inquiry_context(REFERENCE))


@pytest.mark.parametrize("public", [b"", bytes(33), b"\x02" + b"\xff" * 32, b"\x04" + bytes(64)])
def test_a_damaged_public_key_seals_nothing(public: bytes) -> None:
    with pytest.raises(SealingError, match="public key is damaged"):
        access.seal_to(public, DOCUMENT, "x")


def test_the_length_of_a_copy_tells_little() -> None:
    lengths = {len(access.for_sender(SECRET, REFERENCE, {"message": "x" * size})[1]) for size in range(1, 200)}
    assert len(lengths) == 1


def test_only_its_own_key_fits_an_inquiry() -> None:
    public, copy = access.for_sender(SECRET, REFERENCE, DOCUMENT)
    inquiry = Inquiry(reference=REFERENCE, sender_key=public, sender_copy=copy)
    assert access.fits(access.key_of(CODE, REFERENCE), inquiry)
    assert not access.fits(access.key_of(access.receipt_code("another"), REFERENCE), inquiry)
    assert not access.fits(access.key_of(CODE, REFERENCE), Inquiry(reference=REFERENCE))
    assert not access.fits(access.key_of(CODE, REFERENCE), None)


def test_an_inquiry_from_before_has_no_copies() -> None:
    assert access.copy_for(Inquiry(reference=REFERENCE), DOCUMENT, "x") is None
