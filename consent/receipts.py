"""What a visitor can keep of a decision: a receipt in the fields of ISO/IEC TS 27560:2023, in the terms of the W3C
Data Privacy Vocabulary, without personal data.

A receipt is made of the record, its notice and what was known of OCCTO when it was signed, all of which stay as they
are: so it can be made again at any time, and the worker keeps its signature alone. Whoever changes what is in it
raises VERSION and keeps making receipts of earlier versions as they were signed.
"""

import json
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from consent.models import Controller, Decision, Issuer, Language, Method, Notice, Receipt, TreeHead
from consent.proof import Statement, canonical
from consent.statements import policy_numbers, record_of, signed_head
from consent.tree import BrokenLogError, LogTree

VERSION = 1

CONTEXT = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "dpv-27560": "https://w3id.org/dpv/schema/dpv-27560#",
    "loc": "https://w3id.org/dpv/loc#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}

PURPOSES = {
    "usability": "dpv:UserInterfacePersonalisation",
    "usage": "dpv:ServiceUsageAnalytics",
    "advertising": "dpv:PersonalisedAdvertising",
}
"""The broader purpose of each of ours in DPV; for another one, "sharing" among them, DPV has none."""


def receipt_of(record: bytes, notice: Notice, issuer: dict[str, Any]) -> Statement:
    """Return the receipt of a record: what is signed."""
    facts = json.loads(record)
    words = issuer["words"][facts["language"]]
    choices = f"{issuer['site']}{words['choices']}"
    return {
        "@context": CONTEXT,
        "@type": ["dpv:ConsentReceipt"],
        "dct:conformsTo": "dpv-27560:receipt-record",
        "dpv:hasIdentifier": facts["id"],
        "dpv:hasDataSubject": {"@type": ["dpv:DataSubject"], "dpv:hasIdentifier": facts["id"]},
        "dct:created": facts["made_at"],
        "dct:creator": "controller",
        "dct:language": facts["language"],
        "dpv:hasNotice": _notices(facts, notice, f"{issuer['site']}{words['versions']}{facts['policy']}/"),
        "dpv:hasProcess": [_common(issuer, words, choices) | {"dpv:hasProcess": _processes(facts, notice, choices)}],
        "dpv:hasEntity": {"controller": _controller(issuer, words)},
        "record": record.decode(),
    }


def _notices(facts: dict[str, Any], notice: Notice, policy: str) -> list[Statement]:
    return [
        {
            "@type": ["dpv:ConsentNotice"],
            "dpv:hasIdentifier": facts["notice"],
            "dct:hasVersion": notice.register,
            "dct:language": facts["language"],
        },
        {
            "@type": ["dpv:PrivacyNotice"],
            "dpv:hasIdentifier": str(facts["policy"]),
            "dpv:hasLocation": policy,
        },
    ]


def _common(issuer: dict[str, Any], words: dict[str, str], choices: str) -> Statement:
    """Return what is the same for every purpose. OCCTO's cookies hold no personal information (clause S6)."""
    duration = {"@type": "dpv:TemporalDuration", "rdf:value": f"P{issuer['valid_days']}D"}
    return {
        "@type": ["dpv:Process"],
        "dpv:hasLegalBasis": ["dpv:Consent"],
        "dpv:hasPersonalData": [],
        "dpv:hasDataController": ["controller"],
        "dpv:hasDataSource": ["dpv:DataSubjectDataSource"],
        "dpv:hasStorageCondition": [
            {"@type": ["dpv:StorageLocation"], "dpv:hasLocation": {"skos:prefLabel": words["stored"]}},
            {"@type": ["dpv:StorageDuration"], "dpv:hasDuration": duration},
        ],
        "dpv:hasRecipient": ["controller"],
        "dpv:hasJurisdiction": ["loc:JP"],
        "dpv:hasConsentControl": [
            {"@type": ["dpv:WithdrawConsent"], "dpv:isExercisedAt": choices, "skos:prefLabel": words["withdraw"]}
        ],
    }


def _processes(facts: dict[str, Any], notice: Notice, choices: str) -> list[Statement]:
    return [
        {
            "@type": ["dpv:Process"],
            "dct:identifier": purpose["purpose"],
            "dpv:hasPurpose": [
                {
                    "@type": ["dpv:Purpose"],
                    "skos:broader": PURPOSES.get(purpose["purpose"], "dpv:Purpose"),
                    "skos:prefLabel": purpose["name"],
                    "skos:definition": purpose["text"],
                }
            ],
            "dpv:hasProcessing": ["dpv:Share" if purpose["purpose"] == "sharing" else "dpv:Use"],
            "dpv:hasConsentStatus": [
                {
                    "@type": [_status(facts, purpose["purpose"]), "dpv:ExplicitlyExpressedConsent"],
                    "dpv:isIndicatedAtTime": facts["made_at"],
                    "dpv:isExercisedAt": choices,
                }
            ],
        }
        for purpose in notice.words["purposes"]
    ]


def _status(facts: dict[str, Any], purpose: str) -> str:
    if purpose in facts["agreed"]:
        return "dpv:ConsentGiven"
    return "dpv:ConsentWithdrawn" if facts["method"] == Method.WITHDRAW else "dpv:ConsentRefused"


def _controller(issuer: dict[str, Any], words: dict[str, str]) -> Statement:
    known = [f"{issuer['site']}{words['requests']}", words["contact"], issuer["telephone"], issuer["email"]]
    return {
        "@type": ["dpv:Organisation", "dpv:DataController"],
        "dpv:hasName": words["name"],
        "dpv:hasAddress": words["address"],
        "dpv:hasContact": [contact for contact in known if contact],
    }


def issuer_now() -> Issuer:
    """Return what a receipt says of OCCTO if it is signed now; not stored yet where it is new."""
    details = Controller.objects.get(pk=1)
    content = {
        "site": settings.SITE_URL,
        "telephone": details.telephone,
        "email": details.email,
        "valid_days": settings.DECISION_DAYS,
        "words": {language: _words(language, details) for language in Language.values},
    }
    return Issuer(hash=sha256(canonical(content)).hexdigest(), content=content)


def _words(language: str, details: Controller) -> dict[str, str]:
    with translation.override(language):
        address = gettext("6-2-15 Toyosu, Koto-ku, Tokyo 135-0061, Japan")
        return {
            "name": gettext("Organization for Cross-regional Coordination of Transmission Operators, JAPAN"),
            "address": address if details.facts_confirmed else gettext("To be supplied by OCCTO"),
            "contact": details.text("privacy_contact", language),
            "stored": gettext("The visitor's browser"),
            "withdraw": gettext('Open "Cookie settings" at the foot of any page and select "Withdraw consent".'),
            "choices": reverse("consent:choices"),
            "requests": reverse("data_requests"),
            "versions": reverse("consent:version", args=[0]).removesuffix("0/"),
        }


def saved(decision: Decision) -> Statement:
    """Return what a visitor saves: the receipt, the words shown, and the signature and the proof once they are there.

    `decision` comes with its notice.
    """
    signed = Receipt.objects.filter(pk=decision.pk).select_related("issuer").first()
    issuer = signed.issuer if signed else issuer_now()
    record = record_of(decision, policy_numbers()[decision.policy_id])
    return {
        "receipt": receipt_of(record, decision.notice, issuer.content),
        "words": decision.notice.words,
        "signature": {"key": signed.key, "value": signed.signature_in_hex} if signed else None,
        "log": _proof(signed) if signed else None,
        "how": f"{settings.SITE_URL}{reverse('consent:log')}",
    }


def _proof(signed: Receipt) -> Statement | None:
    """Return the proof that a record is in the log, by the newest tree head; None where the log is broken."""
    head = TreeHead.objects.order_by("-size")[:1].get()
    try:
        path = LogTree(head.size).audit_path(signed.position)
    except BrokenLogError:
        return None
    return {"position": signed.position, "path": [hash_.hex() for hash_ in path], "head": signed_head(head)}
