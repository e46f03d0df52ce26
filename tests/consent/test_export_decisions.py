"""An archive for an auditor: it is checked anywhere, by the script inside it, and with the public key alone."""

import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from consent import retention, seal
from consent.models import Decision, Receipt
from tests.consent.decisions import create_decision, create_decisions, create_sealed
from tests.consent.tampering import lifted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_keys")]

FILES = ["heads.jsonl", "leaves.jsonl", "notices.jsonl", "policies.jsonl", "records.jsonl", "unsealed.jsonl"]


def check(*arguments: Path | str) -> tuple[int, str]:
    """Run the script apart from this project, as an auditor does; return its exit code and what it says."""
    command = [sys.executable, "-I", *map(str, arguments)]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, env={"PATH": "/usr/bin"})
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def export(folder: Path) -> Path:
    call_command("export_decisions", str(folder / "decisions.zip"))
    return folder / "decisions.zip"


def unpacked(folder: Path) -> Path:
    with zipfile.ZipFile(export(folder)) as archive:
        archive.extractall(folder / "archive")
    return folder / "archive"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    create_sealed(5)
    return unpacked(tmp_path)


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(bytes(data))


def test_an_archive_is_checked_packed_and_unpacked(archive: Path) -> None:
    assert {path.name for path in archive.iterdir()} == {*FILES, "keys", "manifest.json", "verify.py"}
    code, said = check(archive / "verify.py")
    assert (code, said.splitlines()[-1]) == (0, "All in order.")
    assert "5 entries, 5 records, 2 notices" in said
    assert check(archive / "verify.py", archive.parent / "decisions.zip")[0] == 0


def test_the_public_key_alone_is_enough(archive: Path, client: Client) -> None:
    key = archive.parent / "key.pem"
    key.write_bytes(client.get("/privacy/choices/log/key.pem").content)
    assert check(archive / "verify.py", "--key", key)[0] == 0


def test_an_archive_with_a_key_made_up_for_it_is_refused(archive: Path, own_keys: Path) -> None:
    trusted = archive.parent / "trusted.pem"
    trusted.write_bytes(next((archive / "keys").iterdir()).read_bytes())
    next(own_keys.glob("*.private.pem")).unlink()
    create_sealed(1)
    (archive.parent / "decisions.zip").unlink()
    other = export(archive.parent)
    assert check(archive / "verify.py", other)[0] == 0
    code, said = check(archive / "verify.py", other, "--key", trusted)
    assert (code, "manifest.json was altered, or it is signed by an unknown key." in said) == (1, True)


@pytest.mark.parametrize("name", [*FILES[:5], "manifest.json", "verify.py", "key"])
def test_one_byte_altered_anywhere_fails(archive: Path, name: str) -> None:
    program = archive.parent / "verify.py"
    program.write_bytes((archive / "verify.py").read_bytes())
    path = next((archive / "keys").iterdir()) if name == "key" else archive / name
    whole = path.read_bytes()
    for place in range(0, len(whole), max(len(whole) // 4, 1)):
        flip(path, place)
        code, said = check(program, archive)
        assert (code, said.splitlines()[-1].partition(":")[0]) == (1, "Not in order"), f"{name} at {place}"
        path.write_bytes(whole)


def test_a_record_altered_in_the_database_is_named_by_the_archive(tmp_path: Path) -> None:
    decision = create_sealed(5)[3]
    with lifted():
        Decision.objects.filter(pk=decision.pk).update(agreed="sharing")
    code, said = check(unpacked(tmp_path) / "verify.py")
    assert (code, f"Record {decision.pk} (entry 3) was altered after it was sealed" in said) == (1, True)


def test_a_record_removed_from_the_database_is_named_by_the_archive(tmp_path: Path) -> None:
    decision = create_sealed(5)[3]
    with lifted():
        Decision.objects.filter(pk=decision.pk).delete()
    code, said = check(unpacked(tmp_path) / "verify.py")
    assert (code, f"Record {decision.pk} (entry 3) was removed" in said) == (1, True)


def test_a_record_added_past_the_log_is_named_by_the_archive(tmp_path: Path) -> None:
    create_sealed(2)
    forged = create_decision(made_at=timezone.now() - timedelta(days=9))
    young = create_decision()
    code, said = check(unpacked(tmp_path) / "verify.py")
    assert (code, f"Record {forged.pk} of " in said, str(young.pk) in said) == (1, True, False)


def test_a_line_taken_out_of_the_archive_is_named(archive: Path) -> None:
    lines = (archive / "records.jsonl").read_bytes().splitlines(keepends=True)
    (archive / "records.jsonl").write_bytes(b"".join(lines[:2] + lines[3:]))
    code, said = check(archive / "verify.py")
    number = json.loads(json.loads(lines[2])["record"])["id"]
    assert (code, f"Record {number} (entry 2) was removed" in said) == (1, True)


def test_an_archive_goes_on_where_records_were_erased(tmp_path: Path) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=4 * 365)):
        create_sealed(3)
    create_sealed(2)
    retention.forget(timezone.now())
    code, said = check(unpacked(tmp_path) / "verify.py")
    assert (code, "5 entries, 2 records" in said) == (0, True)


def test_an_earlier_head_is_held_against_the_archive(archive: Path, client: Client) -> None:
    head = archive.parent / "log.json"
    head.write_text(client.get("/privacy/choices/log.json").text)
    create_sealed(3)
    grown = export(archive)
    assert check(archive / "verify.py", grown, "--head", head)[0] == 0
    head.write_text(json.dumps(json.loads(head.read_text()) | {"root": "0" * 64}))
    code, said = check(archive / "verify.py", grown, "--head", head)
    assert (code, "The log does not begin with the 5 entries of the head kept from" in said) == (1, True)


def test_an_empty_ledger_has_an_archive_too(tmp_path: Path) -> None:
    seal.seal_new()
    assert check(unpacked(tmp_path) / "verify.py")[0] == 0


# Saved records


@pytest.fixture
def folder(tmp_path: Path, client: Client) -> Path:
    """What a visitor saves: a record, the key and the program, each from its page."""
    decision = create_sealed(3)[1]
    for name, address in {
        "record.json": f"records/{decision.pk}.json",
        "key.pem": "log/key.pem",
        "verify.py": "log/verify.py",
    }.items():
        (tmp_path / name).write_bytes(client.get(f"/privacy/choices/{address}").content)
    return tmp_path


def test_a_saved_record_is_checked_by_the_published_program(folder: Path) -> None:
    assert check(folder / "verify.py", folder / "record.json", "--key", folder / "key.pem") == (0, "All in order.\n")


def test_a_saved_record_that_was_altered_is_found_out(folder: Path) -> None:
    text = (folder / "record.json").read_text()
    (folder / "record.json").write_text(text.replace("dpv:ConsentRefused", "dpv:ConsentGiven", 1))
    code, said = check(folder / "verify.py", folder / "record.json", "--key", folder / "key.pem")
    assert (code, "The receipt was altered, or it is signed by an unknown key." in said) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["record.json"], "name the public key of the site's log page: --key key.pem"),
        (["record.json", "--key", "record.json"], "can't be read to its end"),
        (["nothing.zip"], "can't be read to its end"),
        (["key.pem"], "can't be read to its end"),
        (["words.json", "--key", "key.pem"], "can't be read to its end"),
    ],
)
def test_what_is_no_record_is_told_in_a_sentence(folder: Path, arguments: list[str], sentence: str) -> None:
    (folder / "words.json").write_text('{"receipt": []}')
    code, said = check(folder / "verify.py", *[folder / each if "." in each else each for each in arguments])
    assert (code, sentence in said) == (1, True), said


# The command


def test_an_archive_is_for_one_reader_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create_sealed(2)
    path = export(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert f"Wrote 2 entries to {path}." in capsys.readouterr().out
    with pytest.raises(CommandError, match="exists already; name another file"):
        export(tmp_path)
    with pytest.raises(CommandError, match=r"can't be written .*; name another file"):
        call_command("export_decisions", str(tmp_path / "nowhere/decisions.zip"))


def test_an_archive_that_fails_leaves_nothing(tmp_path: Path, own_keys: Path) -> None:
    create_sealed(2)
    next(own_keys.glob("*.private.pem")).write_text("no key")
    with pytest.raises(CommandError, match="restore it from the keys' backup"):
        export(tmp_path)
    assert list(tmp_path.glob("*zip*")) == []


def test_what_is_sealed_while_the_archive_is_written_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from consent import archive as module

    create_sealed(3)
    write = module._write

    def write_and_grow(*args: object) -> str:
        create_decisions(1)
        seal.seal_new()
        return write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_write", write_and_grow)
    path = export(tmp_path)
    assert Receipt.objects.count() > 3
    with zipfile.ZipFile(path) as packed:
        packed.extractall(tmp_path / "archive")
    code, said = check(tmp_path / "archive/verify.py")
    assert (code, "3 entries, 3 records" in said) == (0, True), said
