"""An inquiry, what was answered, who looked at it and why, and the work it causes.

No column here holds personal data in the clear: everything a person typed is one sealed document (clauses S4, S5
and S15). What stands beside it is what staff need to see without opening it.
"""

from inquiries.models.drill import RestoreDrill
from inquiries.models.hold import Hold, HoldQuerySet
from inquiries.models.inquiry import Category, Channel, Inquiry, Language, ReplyBy, State
from inquiries.models.look import STAFF_PURPOSES, SYSTEM_PURPOSES, Look, LookPurpose
from inquiries.models.message import Direction, Message
from inquiries.models.outbox import Delivery, Kind, OutboxItem
from inquiries.models.retention import ErasedInquiry, ErasureReason, RetentionRun
from inquiries.models.worker import WorkerBeat

__all__ = [
    "STAFF_PURPOSES",
    "SYSTEM_PURPOSES",
    "Category",
    "Channel",
    "Delivery",
    "Direction",
    "ErasedInquiry",
    "ErasureReason",
    "Hold",
    "HoldQuerySet",
    "Inquiry",
    "Kind",
    "Language",
    "Look",
    "LookPurpose",
    "Message",
    "OutboxItem",
    "ReplyBy",
    "RestoreDrill",
    "RetentionRun",
    "State",
    "WorkerBeat",
]
