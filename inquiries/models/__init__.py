"""An inquiry, what was written after it, what its sender asks for, who looked at it and why, and the work it causes.

No column here holds personal data in the clear: everything a person typed is one sealed document (clauses S4, S5
and S15). What stands beside it is what staff need to see without opening it.
"""

from inquiries.models.drill import RestoreDrill
from inquiries.models.hold import Hold, HoldQuerySet
from inquiries.models.inquiry import ENDED, Category, Channel, ClosedBecause, Inquiry, Language, ReplyBy, State
from inquiries.models.key import Because, KeyDestruction
from inquiries.models.look import STAFF_PURPOSES, SYSTEM_PURPOSES, Look, LookPurpose
from inquiries.models.lookup import LookupHash, LookupKind
from inquiries.models.message import Direction, Message, MessageKind
from inquiries.models.outbox import Delivery, Kind, OutboxItem
from inquiries.models.request import DataRequest, RequestKind, RequestState
from inquiries.models.retention import ErasedInquiry, ErasureReason, RetentionRun
from inquiries.models.tally import Tally
from inquiries.models.worker import WorkerBeat

__all__ = [
    "ENDED",
    "STAFF_PURPOSES",
    "SYSTEM_PURPOSES",
    "Because",
    "Category",
    "Channel",
    "ClosedBecause",
    "DataRequest",
    "Delivery",
    "Direction",
    "ErasedInquiry",
    "ErasureReason",
    "Hold",
    "HoldQuerySet",
    "Inquiry",
    "KeyDestruction",
    "Kind",
    "Language",
    "Look",
    "LookPurpose",
    "LookupHash",
    "LookupKind",
    "Message",
    "MessageKind",
    "OutboxItem",
    "ReplyBy",
    "RequestKind",
    "RequestState",
    "RestoreDrill",
    "RetentionRun",
    "State",
    "Tally",
    "WorkerBeat",
]
