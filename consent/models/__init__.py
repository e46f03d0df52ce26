"""What a visitor was shown, and what the visitor decided (clauses S1, S2, S6 and S7 of the policy)."""

from consent.models.controller import Controller
from consent.models.decision import Decision, Method
from consent.models.language import Language
from consent.models.log import (
    STORED_LEVELS,
    ErasurePermit,
    Issuer,
    Leaf,
    Node,
    Receipt,
    SignedText,
    TreeHead,
    Unsealed,
    VerificationRun,
)
from consent.models.notice import Notice
from consent.models.policy import PolicyVersion, PolicyVersionQuerySet
from consent.models.purpose import Purpose

__all__ = [
    "STORED_LEVELS",
    "Controller",
    "Decision",
    "ErasurePermit",
    "Issuer",
    "Language",
    "Leaf",
    "Method",
    "Node",
    "Notice",
    "PolicyVersion",
    "PolicyVersionQuerySet",
    "Purpose",
    "Receipt",
    "SignedText",
    "TreeHead",
    "Unsealed",
    "VerificationRun",
]
