"""What a visitor keeps: the record in words and as a receipt that anybody can check, at any later time."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core import serializers
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from consent import keys, receipts, retention
from consent.models import Decision, Issuer, Leaf, Notice, Receipt, SignedText, TreeHead
from consent.proof import canonical, receipt_findings
from tests.consent.decisions import create_decision, create_sealed
from tests.consent.tampering import lifted
from tests.consent.visitors import ALL, PREFIXES, decision_of, press

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_keys")]

UNKNOWN = "01a20bb6-fa25-7511-9928-59c6784dbd28"


def save(decision: Decision, prefix: str = "/en") -> dict[str, Any]:
    """Save a record as a browser does."""
    answer = Client().get(f"{prefix}/privacy/choices/records/{decision.pk}.json")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


def problems(saved: dict[str, Any]) -> list[str]:
    return list(receipt_findings(saved, keys.public_keys()))


def main_of(client: Client, decision: Decision, prefix: str = "/en") -> str:
    page = client.get(f"{prefix}/privacy/choices/records/{decision.pk}/").text
    return page[page.index("<main") : page.index("</main>")]


# In words


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_signature_is_pending_and_then_there(client: Client, prefix: str) -> None:
    decision = decision_of(press(client, "agree", prefix))
    page = main_of(client, decision, prefix)
    assert ("Signature pending</span>" if prefix else "署名待ち</span>") in page
    create_sealed(1)
    page = main_of(client, decision, prefix)
    assert (">Signed</span>" if prefix else ">署名済み</span>") in page
    assert ("Entry 0 of the log" if prefix else "ログの登録番号：0") in page
    assert Receipt.objects.get(pk=decision.pk).key in page
    assert f'href="{prefix}/privacy/choices/log/"' in page


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_record_is_offered_to_save(client: Client, prefix: str) -> None:
    decision = decision_of(press(client, "agree", prefix))
    address = f"{prefix}/privacy/choices/records/{decision.pk}.json"
    page = main_of(client, decision, prefix)
    assert f'href="{address}" download="choice-{decision.pk}.json">' in page
    assert ("Save this record</a>" if prefix else "この記録を保存する</a>") in page
    assert client.get(address).headers["Content-Type"] == "application/json"


def test_the_record_says_until_when_it_is_kept(client: Client, settings: LazySettings) -> None:
    """Three years, as "How long" of the policy promises."""
    assert settings.DECISION_LEDGER_YEARS == 3
    decision = decision_of(press(client, "agree", "/en"))
    last = decision.kept_until
    assert last.year == timezone.localdate().year + 3
    assert f"<dt>Kept until</dt><dd>{last.day} {last:%B %Y}</dd>" in main_of(client, decision)


# As a receipt


@pytest.mark.parametrize("number", [UNKNOWN, UNKNOWN.replace("-", ""), "1", "x"])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_record_that_is_none_is_not_found(client: Client, prefix: str, number: str) -> None:
    answer = client.get(f"{prefix}/privacy/choices/records/{number}.json")
    assert answer.status_code == 404
    assert ("Page not found" if prefix else "ページが見つかりません") in answer.text


def test_a_receipt_is_kept_by_no_cache_and_only_read(client: Client) -> None:
    address = f"/privacy/choices/records/{create_decision().pk}.json"
    assert client.get(address).headers["Cache-Control"] == "no-store"
    assert client.post(address).status_code == 405


def test_a_receipt_has_the_fields_of_the_standard(client: Client) -> None:
    """ISO/IEC TS 27560:2023, in the terms of the W3C Data Privacy Vocabulary."""
    decision = decision_of(press(client, "choose", "/en", purpose=["usage"]))
    receipt = save(decision)["receipt"]
    made_at = receipt["dct:created"]
    assert made_at == decision.made_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert receipt["@type"] == ["dpv:ConsentReceipt"]
    assert receipt["dct:conformsTo"] == "dpv-27560:receipt-record"
    assert receipt["dpv:hasIdentifier"] == receipt["dpv:hasDataSubject"]["dpv:hasIdentifier"] == str(decision.pk)
    assert receipt["dct:language"] == "en"
    notice, policy = receipt["dpv:hasNotice"]
    assert (notice["dpv:hasIdentifier"], notice["dct:hasVersion"]) == (decision.notice_id, decision.notice.register)
    assert policy["dpv:hasLocation"] == "http://localhost:8000/en/privacy/versions/1/"
    (common,) = receipt["dpv:hasProcess"]
    assert common["dpv:hasLegalBasis"] == ["dpv:Consent"]
    assert common["dpv:hasPersonalData"] == []
    assert common["dpv:hasJurisdiction"] == ["loc:JP"]
    assert common["dpv:hasDataController"] == common["dpv:hasRecipient"] == ["controller"]
    assert common["dpv:hasStorageCondition"][1]["dpv:hasDuration"]["rdf:value"] == "P182D"
    (withdrawal,) = common["dpv:hasConsentControl"]
    assert withdrawal["@type"] == ["dpv:WithdrawConsent"]
    assert withdrawal["dpv:isExercisedAt"] == "http://localhost:8000/en/privacy/choices/"
    assert [process["dct:identifier"] for process in common["dpv:hasProcess"]] == ALL
    for process in common["dpv:hasProcess"]:
        (status,) = process["dpv:hasConsentStatus"]
        assert status["dpv:isIndicatedAtTime"] == made_at
    assert receipt["dpv:hasEntity"]["controller"]["dpv:hasName"].startswith("Organization for Cross-regional")


@pytest.mark.parametrize(
    ("button", "switches", "states"),
    [
        ("agree", [], ["Given", "Given", "Given", "Given"]),
        ("refuse", [], ["Refused", "Refused", "Refused", "Refused"]),
        ("choose", ["usage"], ["Refused", "Given", "Refused", "Refused"]),
        ("withdraw", [], ["Withdrawn", "Withdrawn", "Withdrawn", "Withdrawn"]),
    ],
)
def test_a_receipt_says_what_was_decided_purpose_by_purpose(
    client: Client, button: str, switches: list[str], states: list[str]
) -> None:
    receipt = save(decision_of(press(client, button, purpose=switches)), "")["receipt"]
    processes = receipt["dpv:hasProcess"][0]["dpv:hasProcess"]
    found = [process["dpv:hasConsentStatus"][0]["@type"] for process in processes]
    assert found == [[f"dpv:Consent{state}", "dpv:ExplicitlyExpressedConsent"] for state in states]


def test_a_receipt_carries_the_words_shown(client: Client) -> None:
    saved = save(decision_of(press(client, "agree")))
    assert hashlib.sha256(canonical(saved["words"])).hexdigest() == json.loads(saved["receipt"]["record"])["notice"]
    assert saved["words"]["heading"] == "本サイトでのCookieの使用"


def test_a_receipt_holds_nothing_of_the_visitor(client: Client) -> None:
    answer = press(client, "agree", headers={"user-agent": "Telltale/1.0", "x-forwarded-for": "203.0.113.9"})
    kept = json.dumps(save(decision_of(answer)))
    assert "Telltale" not in kept
    assert "203.0.113.9" not in kept


def test_a_receipt_is_not_signed_at_once_and_says_so() -> None:
    decision = create_decision()
    saved = save(decision)
    assert (saved["signature"], saved["log"]) == (None, None)
    assert problems(saved) == ["The record is not signed yet: save it again a minute after the decision."]
    create_sealed(1)
    assert save(decision)["receipt"] == saved["receipt"]
    assert problems(save(decision)) == []


def test_a_receipt_leads_to_the_newest_head() -> None:
    decisions = create_sealed(300)
    create_sealed(5)
    for decision in (decisions[0], decisions[255], decisions[299]):
        saved = save(decision)
        assert saved["log"]["head"]["size"] == 305
        assert problems(saved) == []


def test_a_receipt_asks_the_database_little(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    decision = create_sealed(300)[0]
    with django_assert_max_num_queries(8):
        save(decision)


def every_text(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [found for key in value for found in every_text(value[key], (*path, key))]
    if isinstance(value, list):
        return [found for place, each in enumerate(value) for found in every_text(each, (*path, place))]
    return [path] if value and path[0] != "how" else []


def test_a_receipt_that_is_altered_anywhere_is_found_out() -> None:
    saved = save(create_sealed(3)[1])
    paths = every_text(saved)
    assert len(paths) > 80
    for path in paths:
        altered = json.loads(json.dumps(saved))
        *way, last = path
        place = altered
        for step in way:
            place = place[step]
        place[last] = place[last] + 1 if isinstance(place[last], int) else flipped(place[last])
        try:
            assert problems(altered), path
        except (KeyError, TypeError, ValueError):
            continue  # it is no saved record any more, which the program says too


def flipped(text: str) -> str:
    return ("0" if text[0] != "0" else "1") + text[1:]


def test_receipts_stay_as_they_were_signed() -> None:
    """Receipts are made again when they are asked for: a change of what is in one takes a new VERSION."""
    facts = {"agreed": ["usage"], "gpc": False, "id": UNKNOWN, "language": "en", "method": "choose", "policy": 1}
    facts |= {"made_at": "2026-11-24T03:12:00.000000Z", "notice": "0" * 64, "salt": "00" * 16}
    words = {
        name: f"the {name}"
        for name in ("name", "address", "contact", "stored", "withdraw", "choices", "requests", "versions")
    }
    site = {"site": "https://www.example.jp", "telephone": "03-0000-0000", "email": "", "valid_days": 182}
    purposes = [{"purpose": purpose, "name": "Name", "text": "Text"} for purpose in ALL]
    notice = Notice(register="0" * 12, words={"purposes": purposes})
    receipt = receipts.receipt_of(canonical(facts), notice, site | {"words": {"en": words}})
    digest = hashlib.sha256(canonical(receipt)).hexdigest()
    assert (receipts.VERSION, digest) == (1, "c5d18602cc8e387c52575013e0567830d644cec7ae0ed474f370b1af24d380af")


# A receipt saved earlier


def test_a_receipt_outlives_new_sealing() -> None:
    saved = save(create_sealed(2)[0])
    for _turn in range(3):
        create_sealed(2)
    assert problems(saved) == []


def test_a_receipt_outlives_its_record() -> None:
    with time_machine.travel(timezone.now() - timedelta(days=4 * 365)):
        decision = create_sealed(3)[1]
        saved = save(decision)
    assert retention.forget(timezone.now()) == 3
    create_sealed(2)
    assert problems(saved) == []
    assert Client().get(f"/privacy/choices/records/{decision.pk}.json").status_code == 404
    assert (
        bytes(Leaf.objects.get(position=1).hash)
        == hashlib.sha256(b"\0" + saved["receipt"]["record"].encode()).digest()
    )


def test_a_receipt_outlives_a_restored_backup() -> None:
    decision = create_sealed(3)[1]
    saved = save(decision)
    models = (Notice, Decision, Issuer, Receipt, Leaf, TreeHead, SignedText)
    backup = serializers.serialize("python", [row for model in models for row in model._default_manager.all()])
    with lifted():
        for model in reversed(models):
            model._default_manager.all().delete()
    for row in serializers.deserialize("python", backup):
        row.save()
    assert problems(saved) == []
    assert save(decision) == saved
    create_sealed(2)
    assert save(decision)["log"]["head"]["size"] == 5
    assert problems(save(decision)) == []
    call_command("verify_decisions")
