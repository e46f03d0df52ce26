"""`manage.py verify_decisions` names what somebody altered, added or removed who owns the database."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from consent import audit, inventory, keys, retention, seal
from consent.models import (
    Decision,
    ErasurePermit,
    Issuer,
    Leaf,
    Node,
    Notice,
    PolicyVersion,
    Receipt,
    SignedText,
    TreeHead,
    Unsealed,
    VerificationRun,
)
from tests.consent.decisions import create_decision, create_decisions, create_sealed
from tests.consent.tampering import lifted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_keys")]

LONG_AGO = timedelta(days=4 * 365)


def findings() -> list[str]:
    found: list[str] = []
    audit.verify(found.append)
    return found


def verify(*arguments: str) -> str:
    """Run the command, which must fail; return what it says."""
    with pytest.raises(CommandError) as refusal:
        call_command("verify_decisions", *arguments)
    assert refusal.value.returncode == 1
    return str(refusal.value)


def sql(statement: str, *values: Any) -> None:
    """Write past everything: with the guards off, and past Django."""
    with lifted(), connection.cursor() as cursor:
        cursor.execute(statement, values)


# In order


def test_a_ledger_in_order_says_so_and_the_run_is_stored(capsys: pytest.CaptureFixture[str]) -> None:
    create_sealed(300)
    create_decision()  # not sealed yet, and too young for that to be wrong
    call_command("verify_decisions")
    said = capsys.readouterr().out
    assert re.fullmatch(r"Checked 300 entries and 300 records in [0-9.]+ seconds: all in order\.\n", said)
    run = VerificationRun.objects.get()
    assert (run.entries, run.records, run.findings, run.first_finding) == (300, 300, 0, "")
    assert run.started_at <= run.finished_at


def test_an_empty_ledger_is_in_order() -> None:
    seal.seal_new()
    assert findings() == []


def test_what_is_sealed_in_between_is_left_to_the_next_time() -> None:
    create_sealed(3)
    check = audit.Check()
    create_sealed(3)
    assert list(check.findings()) == []
    assert check.log.size == 3


# Altered


def altered_fields(number: uuid.UUID) -> list[dict[str, Any]]:
    return [
        {"agreed": "usagf"},
        {"agreed": "usage,"},
        {"agreed": ""},
        {"gpc": True},
        {"language": "ja"},
        {"method": "agree"},
        {"made_at": Decision.objects.get(pk=number).made_at + timedelta(microseconds=1)},
        {"salt": bytes(16)},
        {"notice": inventory.notice_in_force("ja")},
        {"policy": PolicyVersion.objects.create(number=2, text_ja="方針", text_en="Policy")},
    ]


def test_one_byte_of_any_field_is_named_with_its_record() -> None:
    decision = create_sealed(5)[2]
    kept = Decision.objects.values().get(pk=decision.pk)
    for change in altered_fields(decision.pk):
        with lifted():
            Decision.objects.filter(pk=decision.pk).update(**change)
        assert findings()[0].startswith(f"Record {decision.pk} (entry 2) was altered after it was sealed on "), change
        with lifted():
            Decision.objects.filter(pk=decision.pk).update(**kept)
    PolicyVersion.objects.filter(number=2).delete()
    assert findings() == []


def test_the_command_names_the_first_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    decisions = create_sealed(5)
    sql("UPDATE consent_decision SET agreed = 'sharing' WHERE id = %s", key(decisions[1]))
    sql("UPDATE consent_decision SET agreed = 'sharing' WHERE id = %s", key(decisions[4]))
    said = verify()
    first = f"Record {decisions[1].pk} (entry 1) was altered after it was sealed on "
    assert f"not in order (2 findings in 5 entries and 5 records). First: {first}" in said
    assert capsys.readouterr().out.count("was altered") == 2
    run = VerificationRun.objects.get()
    assert run.findings == 2
    assert run.first_finding.startswith(first)


def test_many_findings_are_counted_and_not_all_shown(capsys: pytest.CaptureFixture[str]) -> None:
    create_sealed(30)
    sql("UPDATE consent_decision SET agreed = 'sharing'")
    assert "30 findings" in verify()
    assert "… and 10 more" in capsys.readouterr().out


def key(decision: Decision) -> Any:
    return decision.pk if connection.vendor == "postgresql" else decision.pk.hex


def test_a_row_that_is_no_record_any_more_is_named() -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL keeps the types of what is in it")
    decisions = create_sealed(4)
    sql("UPDATE consent_decision SET made_at = 'x' || substr(made_at, 2) WHERE id = %s", key(decisions[1]))
    sql("UPDATE consent_decision SET agreed = CAST(x'ff' AS TEXT) WHERE id = %s", key(decisions[3]))
    found = findings()
    assert [sentence.partition(" was")[0] for sentence in found[:2]] == [
        f"Record {decisions[place].pk} (entry {place})" for place in (1, 3)
    ]


def test_a_record_under_another_number_is_both_missed_and_found() -> None:
    decision = create_sealed(3)[1]
    other = uuid.UUID(int=decision.pk.int ^ 1)
    sql("UPDATE consent_decision SET id = %s WHERE id = %s", key(Decision(pk=other)), key(decision))
    Unsealed.objects.all().delete()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        found = findings()
    assert found[0].startswith(f"Record {decision.pk} (entry 1) was removed")
    assert found[1].startswith(f"Record {other} was added in the past, past the log")


WORDS = {"purposes": [], "policy": 1}


def entry(position: int) -> Any:
    return Leaf.objects.filter(position=position)


def receipt(position: int) -> Any:
    return Receipt.objects.filter(position=position)


ALTERED: list[tuple[str, Callable[[], Any], str]] = [
    ("a notice's words", lambda: Notice.objects.update(words=WORDS), "The notice .* was altered: its words"),
    ("a notice's register", lambda: Notice.objects.update(register="0" * 12), "The notice .* was altered after"),
    ("the policy", lambda: PolicyVersion.objects.update(text_ja="別"), "The policy 1 was altered after it was signed"),
    ("the policy's kind", lambda: PolicyVersion.objects.update(is_official=True), "The policy 1 was altered after"),
    ("a signed text", lambda: SignedText.objects.update(digest="0" * 64), "The policy 1 carries no signature"),
    ("a lost signature", lambda: SignedText.objects.all().delete(), "The policy 1 is not signed"),
    ("an entry", lambda: entry(3).update(hash=bytes(32)), r"Record .* \(entry 3\) was altered"),
    ("a head's root", lambda: TreeHead.objects.update(root=bytes(32)), "The tree head of 300 entries is not signed"),
    ("a head's time", lambda: TreeHead.objects.update(signed_at=timezone.now()), "The tree head of 300 .* not signed"),
    ("a head's key", lambda: TreeHead.objects.update(key="0" * 16), "The tree head of 300 entries is not signed"),
    ("a receipt", lambda: receipt(7).update(signature=bytes(64)), r"\(entry 7\): the signature on its receipt"),
    ("a receipt's version", lambda: receipt(7).update(version=2), "unknown version 2"),
    (
        "OCCTO's details",
        lambda: Issuer.objects.update(content={"site": "x", "valid_days": 1}),
        "details .* were altered",
    ),
    ("a stored node", lambda: Node.objects.update(hash=bytes(32)), "The node 0 of level 8 was altered"),
    ("a lost node", lambda: Node.objects.all().delete(), "The node 0 of level 8 was altered"),
]


@pytest.mark.parametrize(("what", "alter", "sentence"), ALTERED, ids=[what for what, _alter, _sentence in ALTERED])
def test_what_the_records_rest_on_is_checked_too(what: str, alter: Callable[[], Any], sentence: str) -> None:
    create_sealed(300)
    with lifted():
        alter()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert re.search(sentence, findings()[0]), findings()[0]


def test_an_altered_entry_of_an_erased_record_is_found() -> None:
    with time_machine.travel(timezone.now() - LONG_AGO):
        create_sealed(3)
    create_sealed(2)
    retention.forget(timezone.now())
    with lifted():
        Leaf.objects.filter(position=1).update(hash=bytes(32))
    assert findings()[0].startswith("An entry before 3 was altered: the tree head signed on ")


# Added


def test_a_row_added_past_the_log_is_named() -> None:
    create_sealed(3)
    with lifted():
        forged = create_decision(made_at=timezone.now() - timedelta(days=100))
    Unsealed.objects.all().delete()  # as if it had come with the guards off
    (found,) = findings()
    assert found.startswith(f"Record {forged.pk} was added in the past, past the log: it says ")


def test_a_row_added_with_a_past_date_is_named_though_it_was_sealed() -> None:
    create_sealed(3)
    forged = create_decision(made_at=timezone.now() - timedelta(days=100))
    seal.seal_new()
    assert findings()[0].startswith(f"Record {forged.pk} (entry 3) was added in the past: it says ")


def test_a_row_of_the_future_is_named() -> None:
    early = create_decision(made_at=timezone.now() + timedelta(days=100))
    seal.seal_new()
    assert findings()[0].startswith(f"Record {early.pk} (entry 0) says ")
    assert "but was sealed before that" in findings()[0]


def test_a_row_with_a_receipt_made_up_for_it_is_named() -> None:
    create_sealed(3)
    with lifted():
        forged = create_decision(made_at=timezone.now() - timedelta(days=100))
        Unsealed.objects.all().delete()
        receipt = Receipt.objects.get(position=1)
        receipt.pk, receipt.position = forged.pk, 1_000
        receipt.save(force_insert=True)
    Unsealed.objects.all().delete()
    assert findings()[0] == f"Record {forged.pk} was added in the past: its entry 1000 is not in the log."


def test_an_entry_added_at_the_end_is_named() -> None:
    create_sealed(3)
    Leaf.objects.create(position=3, hash=bytes(32))
    assert findings()[0] == "The entries 3 to 3 were added past the newest tree head."


def test_a_worker_that_stands_still_is_noticed() -> None:
    decision = create_decision(made_at=timezone.now() - timedelta(minutes=11))
    (found,) = findings()
    assert found.startswith(f"Record {decision.pk} waits to be sealed")
    assert found.endswith("Is the worker running?")


# Removed


def test_a_removed_row_is_named() -> None:
    decision = create_sealed(5)[2]
    sql("DELETE FROM consent_decision WHERE id = %s", key(decision))
    assert verify().endswith("and is kept for 3 years.")
    assert findings()[0].startswith(f"Record {decision.pk} (entry 2) was removed: it was sealed on ")


def test_a_row_removed_with_its_receipt_is_named_by_its_entry() -> None:
    decision = create_sealed(5)[2]
    with lifted():
        Decision.objects.filter(pk=decision.pk).delete()
        Receipt.objects.filter(pk=decision.pk).delete()
    assert findings()[0].startswith("Record of unknown number (entry 2) was removed: it was sealed on ")


def test_a_row_removed_with_all_that_is_known_of_it_is_named_by_the_gap() -> None:
    decision = create_sealed(5)[2]
    with lifted():
        for model in (Decision, Receipt):
            model._default_manager.filter(pk=decision.pk).delete()
        Leaf.objects.filter(position=2).delete()
    assert findings()[0] == "The entries 2 to 2 of the log were removed."


def test_a_row_removed_before_it_was_sealed_is_named() -> None:
    decision = create_decision()
    sql("DELETE FROM consent_decision WHERE id = %s", key(decision))
    assert findings() == [f"Record {decision.pk} was removed before it was sealed."]


def cut_off_the_end() -> None:
    """Remove the newest decision and everything that tells of it in the database."""
    with lifted():
        receipt = Receipt.objects.order_by("-position")[0]
        Decision.objects.filter(pk=receipt.pk).delete()
        receipt.delete()
        Leaf.objects.filter(position=receipt.position).delete()
        TreeHead.objects.filter(size=receipt.position + 1).delete()


def test_an_end_that_was_cut_off_is_named_by_the_head_beside_the_keys() -> None:
    create_sealed(3)
    create_sealed(1)
    cut_off_the_end()
    assert findings()[0].startswith("The entries 3 to 3 were removed at the end of the log, or an older copy")


def test_an_end_that_was_cut_off_is_named_by_a_head_kept_elsewhere(
    own_keys: Path, tmp_path: Path, client: Any
) -> None:
    create_sealed(3)
    create_sealed(1)
    kept = tmp_path / "log.json"
    kept.write_text(client.get("/privacy/choices/log.json").text)
    call_command("verify_decisions", "--head", str(kept))
    cut_off_the_end()
    next(own_keys.glob("head-*.json")).unlink()
    call_command("verify_decisions")
    assert "The entries 3 to 3 were removed at the end of the log" in verify("--head", str(kept))


@pytest.mark.parametrize("text", ["", "{}", "[]", "\xff", '{"size": 1}'])
def test_a_file_that_is_no_head_is_told_with_the_cure(tmp_path: Path, text: str) -> None:
    (tmp_path / "head.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(CommandError, match="holds no tree head; save one from"):
        call_command("verify_decisions", "--head", str(tmp_path / "head.json"))


def test_a_log_that_was_begun_anew_is_named(own_keys: Path) -> None:
    create_sealed(2)
    with lifted():
        for model in (Leaf, Receipt, TreeHead):
            model._default_manager.all().delete()
        Decision.objects.update(agreed="sharing")
    seal.seal_new()
    found = findings()
    assert len(found) == 1
    assert "knows a log of 2 entries" in found[0]
    assert f"take the file {min(own_keys.glob('head-*.json')).name[:4]}" in found[0]


def test_a_restored_older_copy_is_said_until_the_kept_head_is_taken_away(own_keys: Path) -> None:
    create_sealed(3)
    create_sealed(1)
    cut_off_the_end()
    create_sealed(2)
    assert "The log does not begin with the 4 entries of the head kept from" in verify()
    next(own_keys.glob("head-*.json")).unlink()
    create_sealed(1)
    assert findings() == []
    assert keys.kept_heads()[0]["size"] == 6


def test_what_was_erased_on_its_day_is_in_order() -> None:
    with time_machine.travel(timezone.now() - LONG_AGO):
        create_sealed(3)
    create_sealed(2)
    assert retention.forget(timezone.now()) == 3
    assert findings() == []
    run = VerificationRun.objects.get()
    assert (run.entries, run.records) == (5, 2)


def test_what_was_removed_is_not_taken_for_what_was_erased() -> None:
    """The tree head over it is too young; and a younger date on an old row helps nobody: the row would be altered."""
    with time_machine.travel(timezone.now() - timedelta(days=3 * 365 - 10)):
        decision = create_sealed(1)[0]
    with lifted():
        Decision.objects.filter(pk=decision.pk).delete()
        Receipt.objects.filter(pk=decision.pk).delete()
    assert findings()[0].startswith("Record of unknown number (entry 0) was removed")


# Around it


def test_a_missing_guard_is_named() -> None:
    with connection.cursor() as cursor:
        on = " ON consent_decision" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER consent_decision_no_delete{on}")
    (found,) = findings()
    assert found.startswith("Guards are missing or were altered: consent_decision_no_delete. Look into it, ")


def test_a_permit_that_was_left_standing_is_named() -> None:
    ErasurePermit.objects.create(pk=1)
    assert findings() == ["The permit to erase decisions was left standing in consent_erasurepermit; take it away."]


def test_a_lost_key_is_named(own_keys: Path) -> None:
    create_sealed(1)
    for path in own_keys.glob("*.pem"):
        path.unlink()
    assert any("is not signed by a known key" in sentence for sentence in findings())


def test_a_key_that_cannot_be_read_stops_it_with_the_cure(own_keys: Path) -> None:
    create_decisions(1)
    seal.seal_new()
    next(own_keys.glob("*.public.pem")).write_text("no key")
    assert "restore it from the keys' backup" in verify()
    assert not VerificationRun.objects.exists()


def test_a_kept_head_that_cannot_be_read_stops_it_with_the_cure(own_keys: Path) -> None:
    create_sealed(1)
    next(own_keys.glob("head-*.json")).write_text(json.dumps([]))
    assert "restore it from the keys' backup" in verify()
