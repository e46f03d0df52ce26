"""`manage.py keys`: every step says what becomes unreadable, counts it, and asks."""

import shutil
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone

from inquiries import keyring, sealing, spool
from inquiries.models import Inquiry, KeyDestruction, Message
from inquiries.sealing import SealingError, open_sealed
from tests.inquiries.mails import DOCUMENT, create_inquiry
from tests.inquiries.periods import create_thread, on
from tests.inquiries.test_spool import create_submission

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.KEYS_DIR = tmp_path / "keys"
    return sealing.key_folder()


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def answers(word: str) -> None:
        monkeypatch.setattr("builtins.input", lambda _prompt: word)

    return answers


def keys(*arguments: str) -> str:
    out = StringIO()
    call_command("keys", *arguments, stdout=out)
    return out.getvalue()


def names() -> list[str]:
    return [pair.name for pair in keyring.pairs()]


def test_the_list_says_what_each_key_is_needed_for_and_until_when(folder: Path) -> None:
    with on("2026-03-15"):
        create_thread()
        create_inquiry()
        spool.append(create_submission())
    with on("2026-04-15"):
        old, new = names()
        (folder / f"{new}.private.pem").unlink()
        assert keys("list").splitlines() == [
            f"{old}  public and private here",
            "  names it: 2 inquiries, 1 messages, 1 reasons of looks, 1 submissions in the spool",
            "  may be destroyed from 2027-05-31",
            f"{new}  public here; seals now",
            "  names it: nothing",
            "  may be destroyed from 2027-06-30",
        ]


def test_the_list_names_what_cannot_be_opened_here_and_what_was_destroyed() -> None:
    with on("2026-03-15"):
        create_inquiry()
        lost = names()[0]
        shutil.rmtree(sealing.key_folder())
    with on("2026-04-15"):
        create_inquiry()
    with on("2026-05-15"):
        gone = names()[0]
        keys("destroy", gone, "--yes")
        lines = keys("list").splitlines()
    assert f"{gone}  destroyed: 2026-05-15 12:00, by hand" in lines
    assert "  made unreadable: 1" in lines
    assert f"{lost}  its private key is not here; restore it from the keys' backup" in lines
    assert f"{gone}  its private key is not here" in lines


def test_without_any_key_the_list_is_empty() -> None:
    assert keys("list") == ""


def test_create_makes_the_pairs_of_the_months_to_come_each_of_which_seals_in_its_month() -> None:
    with on("2026-11-15"):
        said = keys("create", "--months", "3", "--yes")
        made = names()
        assert [name[:7] for name in made] == ["2026-11", "2026-12", "2027-01"]
        assert "This makes key pairs for 2026-12, 2027-01" in said
        assert "Nothing becomes unreadable." in said
        assert sealing.newest_key() == made[0]
        assert keys("create", "--months", "3") == "Each of these months has its key pair already.\n"
    with on("2026-12-01"):
        assert sealing.newest_key() == made[1]
    with on("2027-04-01"):
        assert names()[:3] == made


@pytest.mark.parametrize("months", ["0", "25", "-1"])
def test_create_refuses_a_number_that_is_none_of_months(months: str) -> None:
    with pytest.raises(CommandError, match="give a whole number from 1 to 24"):
        keys("create", "--months", months, "--yes")


def test_rotate_makes_the_key_that_seals_from_now_on_and_the_one_before_still_opens() -> None:
    with on("2026-11-15"):
        envelope = sealing.seal(DOCUMENT, "x")
        for _ in range(5):
            before = sealing.newest_key()
            assert "Nothing becomes unreadable." in keys("rotate", "--yes")
            assert sealing.newest_key() > before
            assert sealing.key_of(sealing.seal(DOCUMENT, "x")) == sealing.newest_key()
        assert open_sealed(envelope, "x") == DOCUMENT
        assert keyring.ensure_key(timezone.localdate()) is None


def test_the_last_name_of_a_month_is_told_with_the_cure(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "2026-11-ffffffff.public.pem").touch()
    with on("2026-11-15"), pytest.raises(CommandError, match="wait for the next month"):
        keys("rotate", "--yes")


def test_destroy_counts_what_becomes_unreadable_and_then_it_is(answer: Callable[[str], None]) -> None:
    with on("2026-11-15"):
        inquiry = create_thread()
        old = names()[0]
        keys("rotate", "--yes")
        answer(" YES ")
        said = keys("destroy", old)
        assert "It makes unreadable, for good: 1 inquiries, 1 messages, 1 reasons of looks." in said
        assert "Backups of the database that were sealed with it can't be read again." in said
        assert "A public machine that still seals with it loses what it takes in" in said
        assert old not in names()
        with pytest.raises(SealingError):
            open_sealed(bytes(inquiry.sealed), sealing.inquiry_context(inquiry.reference))
    gone = KeyDestruction.objects.get()
    assert (gone.name, gone.because, gone.made_unreadable) == (old, "decision", 3)


def test_destroy_seals_again_first_where_it_is_told_so(answer: Callable[[str], None]) -> None:
    with on("2026-11-15"):
        inquiry = create_thread()
        old = names()[0]
        keys("rotate", "--yes")
        assert "First, what names it is sealed again" in keys("destroy", old, "--seal-again", "--yes")
        inquiry.refresh_from_db()
        assert open_sealed(bytes(inquiry.sealed), sealing.inquiry_context(inquiry.reference)) == DOCUMENT
        assert sealing.key_of(bytes(Message.objects.get().sealed)) == sealing.newest_key()
    assert KeyDestruction.objects.get().made_unreadable == 0


def test_destroy_keeps_a_key_whose_documents_could_not_all_be_sealed_again() -> None:
    with on("2026-11-15"):
        inquiry = create_inquiry()
        Inquiry.objects.filter(pk=inquiry.pk).update(sealed=bytes(inquiry.sealed)[:-1])
        old = names()[0]
        keys("rotate", "--yes")
        with pytest.raises(CommandError, match=r"\(1 inquiries left\); the key was not destroyed"):
            keys("destroy", old, "--seal-again", "--yes")
        assert old in names()
    assert not KeyDestruction.objects.exists()


@pytest.mark.parametrize("word", ["", "no", "y", "yes please"])
def test_any_answer_but_yes_changes_nothing(word: str, answer: Callable[[str], None]) -> None:
    answer(word)
    with on("2026-11-15"):
        keys("rotate", "--yes")
        before = names()
        for step in (["rotate"], ["create", "--months", "2"], ["destroy", before[0]]):
            with pytest.raises(CommandError, match="Nothing was changed"):
                keys(*step)
        assert names() == before


def test_where_nobody_can_answer_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with on("2026-11-15"), pytest.raises(CommandError, match="add --yes"):
        keys("rotate")


def test_the_key_that_seals_now_is_not_destroyed() -> None:
    with on("2026-11-15"):
        with pytest.raises(CommandError, match="make a newer one first"):
            keys("destroy", names()[0], "--yes")
        assert len(names()) == 1


@pytest.mark.parametrize("name", ["2020-01-00000000", "../secret_key", ""])
def test_a_key_that_is_not_here_is_not_destroyed(name: str) -> None:
    with on("2026-11-15"), pytest.raises(CommandError, match="There is no key"):
        keys("destroy", name, "--yes")


def test_the_public_keys_are_copied_out_alone_and_each_once(tmp_path: Path, folder: Path) -> None:
    target = tmp_path / "out"
    with on("2025-01-15"):
        past = names()[0]
    with on("2026-11-15"):
        keys("create", "--months", "2", "--yes")
        present = names()[1:]
        assert keys("export-public", str(target)) == f"Copied to {target}: {', '.join(present)}\n"
        assert "nothing, as all were there" in keys("export-public", str(target))
    assert sorted(path.name for path in target.iterdir()) == [f"{name}.public.pem" for name in present]
    assert past in names()
    assert all(b"PRIVATE" not in path.read_bytes() for path in target.iterdir())


def test_a_folder_that_cannot_be_written_is_told_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with on("2026-11-15"), pytest.raises(CommandError, match="let this user write there"):
        keys("export-public", str(tmp_path / "file/out"))


@pytest.mark.parametrize("step", [["create"], ["rotate"], ["destroy", "2026-11-00000000"]])
def test_a_machine_of_the_public_side_makes_and_destroys_no_key(settings: Any, step: list[str]) -> None:
    settings.SITE_ROLE = "public"
    with pytest.raises(CommandError, match="on the staff machine"):
        keys(*step, "--yes")


# What a machine seals with


def test_a_machine_of_the_public_side_seals_with_an_old_key_but_not_with_one_that_may_be_gone(
    settings: LazySettings,
) -> None:
    with on("2026-03-31"):
        settings.SITE_ROLE = "public"
        assert keyring.is_in_order()
    keyring_of_march = names()
    for day, is_fresh in (("2026-04-07", True), ("2026-04-08", False), ("2027-05-30", False)):
        with on_with_old_keys(day):
            assert sealing.seal({"name": "Taro"}, "x")
            assert keyring.is_in_order() == is_fresh
    with (
        on_with_old_keys("2027-05-31"),
        pytest.raises(SealingError, match="may have been destroyed; copy the public keys anew"),
    ):
        sealing.seal({"name": "Taro"}, "x")
    assert names() == keyring_of_march


def on_with_old_keys(day: str) -> Any:
    import time_machine

    return time_machine.travel(f"{day}T12:00+09:00", tick=False)


def test_a_staff_machine_without_its_private_key_is_not_in_order(settings: LazySettings, folder: Path) -> None:
    with on("2026-11-15"):
        (folder / f"{names()[0]}.private.pem").unlink()
        for role, is_in_order in (("all", False), ("staff", False), ("public", True)):
            settings.SITE_ROLE = role
            assert keyring.is_in_order() == is_in_order


def test_a_clock_before_every_key_still_seals() -> None:
    first = keyring.make_key(date(2026, 11, 1))
    keyring.make_key(date(2026, 12, 1))
    with on_with_old_keys("2026-01-01"):
        assert sealing.key_of(sealing.seal({"name": "Taro"}, "x")) == first
