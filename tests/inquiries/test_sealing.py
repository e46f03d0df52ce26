"""What is sealed opens whole, in its place and with its key, or not at all (clause S15)."""

import json
import shutil
import traceback
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from inquiries import keyring, sealing
from inquiries.sealing import SealingError, open_sealed, seal

NAME_LENGTH = len("2026-04-00000000")
HEAD = 3 + 1 + 1 + NAME_LENGTH
HPKE = 65 + 16
"""An uncompressed point of P-256 before the text, and AES-GCM's tag after it (RFC 9180, section 7.1; RFC 5116)."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with patch("inquiries.sealing.key_folder", return_value=tmp_path):
        yield tmp_path


@given(st.dictionaries(st.text(max_size=20), st.text()))
def test_any_text_comes_back_as_it_was(document: dict[str, str]) -> None:
    assert open_sealed(seal(document, "inquiry/X"), "inquiry/X") == document


def test_an_envelope_is_head_and_hpke_message() -> None:
    envelope = seal({"name": "髙橋"}, "inquiry/X")
    assert envelope[:5] == b"OCS" + bytes([1, NAME_LENGTH])
    assert sealing.key_of(envelope) == sealing.newest_key()
    assert envelope[HEAD] == 0x04, "an uncompressed point"
    assert len(envelope) == HEAD + HPKE + sealing.PADDING


def test_lengths_tell_little() -> None:
    lengths = {len(seal({"message": "あ" * count}, "x")) for count in range(75)}
    assert len(lengths) == 1
    assert len(seal({"message": "あ" * 100}, "x")) == lengths.pop() + sealing.PADDING


def test_the_same_document_is_never_sealed_alike() -> None:
    assert seal({"name": "Taro"}, "x") != seal({"name": "Taro"}, "x")


def test_nothing_of_the_document_is_readable() -> None:
    assert b"Marker" not in seal({"name": "Marker" * 100}, "x")


def test_no_byte_can_be_altered() -> None:
    envelope = seal({"name": "Taro"}, "inquiry/X")
    for position in range(len(envelope)):
        altered = bytearray(envelope)
        altered[position] ^= 1
        with pytest.raises(SealingError):
            open_sealed(bytes(altered), "inquiry/X")


def test_no_byte_can_be_taken_or_added() -> None:
    envelope = seal({"name": "Taro"}, "inquiry/X")
    for end in range(len(envelope)):
        with pytest.raises(SealingError):
            open_sealed(envelope[:end], "inquiry/X")
    with pytest.raises(SealingError):
        open_sealed(envelope + b"\0", "inquiry/X")


@given(st.binary())
def test_any_other_bytes_are_refused(envelope: bytes) -> None:
    with pytest.raises(SealingError):
        open_sealed(envelope, "inquiry/X")


@pytest.mark.parametrize("context", ["inquiry/Y", "message/X", "inquiry/X ", ""])
def test_an_envelope_opens_nowhere_else(context: str) -> None:
    envelope = seal({"name": "Taro"}, "inquiry/X")
    with pytest.raises(SealingError, match="altered or belongs elsewhere"):
        open_sealed(envelope, context)


def test_a_later_version_says_so() -> None:
    envelope = seal({"name": "Taro"}, "x")
    with pytest.raises(SealingError, match="later version"):
        open_sealed(envelope[:3] + bytes([2]) + envelope[4:], "x")


def test_the_three_contexts_of_a_reference_differ() -> None:
    contexts = [make("X") for make in (sealing.inquiry_context, sealing.message_context, sealing.look_context)]
    assert contexts == ["inquiry/X", "message/X", "look/X"]


def test_without_a_key_nothing_is_sealed(folder: Path) -> None:
    assert not sealing.is_ready()
    with pytest.raises(SealingError, match=r"manage\.py prepare"):
        seal({"name": "Taro"}, "x")


def test_the_public_key_alone_seals_and_does_not_open(folder: Path) -> None:
    name = keyring.ensure_key(date(2026, 4, 1))
    (folder / f"{name}.private.pem").rename(folder / "elsewhere")
    assert sealing.is_ready()
    envelope = seal({"name": "Taro"}, "x")
    with pytest.raises(SealingError, match="restore it from the keys' backup"):
        open_sealed(envelope, "x")
    (folder / "elsewhere").rename(folder / f"{name}.private.pem")
    assert open_sealed(envelope, "x") == {"name": "Taro"}


def test_each_month_has_its_key_and_the_old_ones_still_open(folder: Path) -> None:
    keyring.ensure_key(date(2026, 4, 1))
    april = seal({"name": "Taro"}, "x")
    assert keyring.ensure_key(date(2026, 4, 30)) is None
    name = keyring.ensure_key(date(2026, 5, 1))
    may = seal({"name": "Hanako"}, "x")
    assert sealing.key_of(april) != sealing.key_of(may) == name
    assert (open_sealed(april, "x"), open_sealed(may, "x")) == ({"name": "Taro"}, {"name": "Hanako"})


def test_an_envelope_does_not_open_with_another_months_key(folder: Path) -> None:
    first = keyring.ensure_key(date(2026, 4, 1))
    envelope = seal({"name": "Taro"}, "x")
    second = keyring.ensure_key(date(2026, 5, 1))
    shutil.copy(folder / f"{second}.private.pem", folder / f"{first}.private.pem")
    with pytest.raises(SealingError):
        open_sealed(envelope, "x")


def test_key_files_are_the_owners_alone(folder: Path) -> None:
    keyring.ensure_key(date(2026, 4, 1))
    assert [(path.stat().st_mode & 0o777) for path in folder.iterdir()] == [0o600, 0o600]


def test_a_stray_file_never_becomes_the_key(folder: Path) -> None:
    name = keyring.ensure_key(date(2026, 4, 1))
    shutil.copy(folder / f"{name}.public.pem", folder / "copy of a key.public.pem")
    assert sealing.newest_key() == name


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
)
def test_a_broken_key_file_is_named_with_the_cure(folder: Path, content: bytes) -> None:
    (folder / "2026-04-00000000.public.pem").write_bytes(content)
    assert not sealing.is_ready()
    with pytest.raises(SealingError, match=r"2026-04-00000000\.public\.pem can't be read; restore it"):
        seal({"name": "Taro"}, "x")


def test_a_key_on_another_curve_is_refused(folder: Path) -> None:
    private = ec.generate_private_key(ec.SECP384R1())
    (folder / "2026-04-00000000.public.pem").write_bytes(
        private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(SealingError, match="no P-256 public key"):
        seal({"name": "Taro"}, "x")


def test_a_lone_surrogate_is_refused_without_naming_the_text() -> None:
    name = "".join(["Mar", "ker", "\ud800"])  # the trace below shows these lines
    with pytest.raises(SealingError) as caught:
        seal({"name": name}, "x")
    assert "Marker" not in "".join(traceback.format_exception(caught.value))


def test_the_document_is_json_before_the_blanks(folder: Path) -> None:
    """What is sealed can be read in ten years, with any library that knows RFC 9180."""
    name = keyring.ensure_key(date(2026, 4, 1))
    assert name
    envelope = seal({"name": "髙橋"}, "inquiry/X")
    private = serialization.load_pem_private_key((folder / f"{name}.private.pem").read_bytes(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    head = envelope[:HEAD]
    plaintext = sealing.SUITE.decrypt(envelope[HEAD:], private, info=head + b"inquiry/X")
    assert json.loads(plaintext) == {"name": "髙橋"}
    assert plaintext.rstrip(b" ").endswith(b"}")
