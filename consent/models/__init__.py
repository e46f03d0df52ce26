"""What a visitor was shown, and what the visitor decided (clauses S1, S2, S6 and S7 of the policy)."""

from consent.models.controller import Controller
from consent.models.decision import Decision, Method
from consent.models.language import Language
from consent.models.notice import Notice
from consent.models.policy import PolicyVersion, PolicyVersionQuerySet
from consent.models.purpose import Purpose

__all__ = [
    "Controller",
    "Decision",
    "Language",
    "Method",
    "Notice",
    "PolicyVersion",
    "PolicyVersionQuerySet",
    "Purpose",
]
