"""What a visitor was shown, and what the visitor decided (clauses S1, S2, S6 and S7 of the policy)."""

from consent.models.controller import Controller
from consent.models.counts import DecisionCount, Device, PageCount, PurposeCount, RollUp
from consent.models.decision import Decision, Method
from consent.models.edition import Edition
from consent.models.language import Language, both, in_active
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
from consent.models.recipient import Recipient, Role
from consent.models.register import RegisterVersion
from consent.models.stored import CookieFacts, StorageKey, StorageKind
from consent.models.tag import Tag, TagKind

__all__ = [
    "STORED_LEVELS",
    "Controller",
    "CookieFacts",
    "Decision",
    "DecisionCount",
    "Device",
    "Edition",
    "ErasurePermit",
    "Issuer",
    "Language",
    "Leaf",
    "Method",
    "Node",
    "Notice",
    "PageCount",
    "PolicyVersion",
    "PolicyVersionQuerySet",
    "Purpose",
    "PurposeCount",
    "Receipt",
    "Recipient",
    "RegisterVersion",
    "Role",
    "RollUp",
    "SignedText",
    "StorageKey",
    "StorageKind",
    "Tag",
    "TagKind",
    "TreeHead",
    "Unsealed",
    "VerificationRun",
    "both",
    "in_active",
]
