"""Finding inquiries by what their sender typed: by hash alone, made by the worker alone (clauses S5 and S15)."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from inquiries import indexing, lookup, sealing
from inquiries.lookup import find, normal
from inquiries.models import Inquiry, Look, LookupHash, LookupKind
from inquiries.worker import Stop, Worker
from tests.inquiries.mails import DOCUMENT, create_inquiry

pytestmark = pytest.mark.django_db

EMAIL, TELEPHONE, NAME = LookupKind.EMAIL, LookupKind.TELEPHONE, LookupKind.NAME


@pytest.fixture(autouse=True)
def _afresh(settings: LazySettings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OUTGOING_DIR = tmp_path
    monkeypatch.setattr(indexing, "_unopenable", set())


def create_from(**typed: str) -> Inquiry:
    reference = create_inquiry().reference
    sealed = sealing.seal(DOCUMENT | typed, sealing.inquiry_context(reference))
    Inquiry.objects.filter(reference=reference).update(sealed=sealed)
    return Inquiry.objects.get(reference=reference)


@pytest.mark.parametrize(
    ("kind", "typed", "asked"),
    [
        (EMAIL, "Sakiko@Example.jp", "ｓａｋｉｋｏ＠ｅｘａｍｐｌｅ．ｊｐ"),
        (EMAIL, "sakiko@example.jp", " SAKIKO@EXAMPLE.JP "),
        (TELEPHONE, "03-1234-5678", "+81 3 1234 5678"),
        (TELEPHONE, "(03) 1234 5678", "０３１２３４５６７８"),
        (TELEPHONE, "+1 650-253-0000", "+1 (650) 253-0000"),
        (TELEPHONE, "090-1234-5678", "+819012345678"),
        (NAME, "髙橋　﨑子", "髙橋﨑子"),
        (NAME, "ﾀｶﾊｼ ｻｷｺ", "タカハシサキコ"),
        (NAME, "Taro Yamada", "taro  yamada"),
    ],
)
def test_an_inquiry_is_found_however_it_was_spelt(kind: LookupKind, typed: str, asked: str) -> None:
    inquiry, _other = create_from(**{kind.value: typed}), create_from(**{kind.value: "Nobody nobody@example.jp"})
    Worker(Stop()).turn()
    assert list(find(kind, asked)) == [inquiry]


@pytest.mark.parametrize("asked", ["", " ", "　", "sakiko", "akiko@example.jp", "sakiko@example.jp.jp", "%", "\ud800"])
def test_only_a_whole_address_finds(asked: str) -> None:
    create_from(email="sakiko@example.jp", telephone="", name="")
    Worker(Stop()).turn()
    assert not find(EMAIL, asked).exists()


def test_a_kind_finds_its_own_kind_alone() -> None:
    create_from(name="0312345678", telephone="03-1111-1111")
    Worker(Stop()).turn()
    assert not find(TELEPHONE, "03-1234-5678").exists()
    assert find(NAME, "0312345678").exists()


@given(st.text())
def test_any_text_at_all_has_one_spelling(text: str) -> None:
    for kind in LookupKind:
        assert normal(kind, normal(kind, text)) == normal(kind, text) or kind == TELEPHONE


def test_what_was_left_empty_has_no_hash() -> None:
    create_from(telephone="")
    Worker(Stop()).turn()
    assert sorted(LookupHash.objects.values_list("kind", flat=True)) == ["email", "name"]


def test_each_inquiry_is_opened_once_for_it_and_on_record() -> None:
    inquiry = create_from()
    Worker(Stop()).turn()
    Worker(Stop()).turn()
    look = Look.objects.get(purpose="index")
    assert (look.inquiry, look.by, look.fields) == (inquiry, None, "email,telephone,name")
    assert Inquiry.objects.get().indexed_at


def test_one_that_cannot_be_opened_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    broken, other = create_from(), create_from()
    Inquiry.objects.filter(pk=broken.pk).update(sealed=bytes(broken.sealed)[:-1])
    Worker(Stop()).turn()
    Worker(Stop()).turn()
    assert list(find(EMAIL, DOCUMENT["email"])) == [other]
    assert caplog.text.count(f"Inquiry {broken.reference} can't be indexed") == 1
    assert Look.objects.filter(inquiry=broken).count() == 1


def test_an_inquiry_that_is_marked_is_indexed_anew() -> None:
    inquiry = create_from()
    Worker(Stop()).turn()
    sealed = sealing.seal(DOCUMENT | {"email": "new@example.jp"}, sealing.inquiry_context(inquiry.reference))
    Inquiry.objects.filter(pk=inquiry.pk).update(sealed=sealed, indexed_at=None)
    Worker(Stop()).turn()
    assert list(find(EMAIL, "new@example.jp")) == [inquiry]
    assert not find(EMAIL, DOCUMENT["email"]).exists()


def test_hashes_of_an_envelope_that_was_replaced_meanwhile_are_not_kept() -> None:
    inquiry = create_from()
    Inquiry.objects.filter(pk=inquiry.pk).update(sealed=b"another")
    lookup.index(inquiry, DOCUMENT)
    assert not LookupHash.objects.exists()
    assert Inquiry.objects.get().indexed_at is None


def test_hashes_go_with_their_inquiry() -> None:
    create_from()
    Worker(Stop()).turn()
    Look.objects.all().delete()
    Inquiry.objects.all().delete()
    assert not LookupHash.objects.exists()


def test_a_hash_needs_the_private_key() -> None:
    """Who has the database and the public keys can't try numbers out."""
    create_from()
    Worker(Stop()).turn()
    name = sealing.newest_key()
    hidden = sealing.private_path(name).with_suffix(".hidden")
    sealing.private_path(name).rename(hidden)
    try:
        assert not find(EMAIL, DOCUMENT["email"]).exists()
        with pytest.raises(sealing.SealingError):
            sealing.lookup_key(name)
    finally:
        hidden.rename(sealing.private_path(name))


def test_the_visitors_side_makes_none(settings: LazySettings) -> None:
    settings.SITE_ROLE = "public"
    create_from()
    Worker(Stop()).turn()
    assert not LookupHash.objects.exists()


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"kind": "shoe_size"}, "inquiries_lookup_kind_valid"),
        ({}, "one_of_a_kind|inquiry_id, inquiries_lookuphash.kind"),
    ],
)
def test_the_database_refuses_what_must_not_be(changes: dict[str, str], constraint: str) -> None:
    row = {"inquiry": create_inquiry(), "kind": "email", "period": "2026-11-00000000", "digest": "0" * 64}
    LookupHash.objects.create(**row)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        LookupHash.objects.create(**row | changes)
