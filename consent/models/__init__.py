"""What a visitor was shown, and what the visitor decided (clauses S1, S2, S6 and S7 of the policy)."""

from consent.models.controller import Controller
from consent.models.decision import Decision, Method
from consent.models.language import Language, both, in_active
from consent.models.notice import Notice
from consent.models.policy import PolicyVersion, PolicyVersionQuerySet
from consent.models.purpose import Purpose
from consent.models.recipient import Recipient, Role
from consent.models.register import RegisterVersion
from consent.models.stored import CookieFacts, StorageKey, StorageKind
from consent.models.tag import Tag, TagKind

__all__ = [
    "Controller",
    "CookieFacts",
    "Decision",
    "Language",
    "Method",
    "Notice",
    "PolicyVersion",
    "PolicyVersionQuerySet",
    "Purpose",
    "Recipient",
    "RegisterVersion",
    "Role",
    "StorageKey",
    "StorageKind",
    "Tag",
    "TagKind",
    "both",
    "in_active",
]
