"""What a sender reads on the status page: reference number and receipt code are judged, then their own copy is opened.

Nothing here needs a private key of OCCTO's, and no look is recorded: people may read what is their own.
"""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from inquiries import access, corrections
from inquiries.fields import PERSONAL
from inquiries.models import ClosedBecause, DataRequest, Inquiry, Message, MessageKind, RequestKind, State
from inquiries.sealing import Document, decision_context, inquiry_context, message_context, request_context


@dataclass(frozen=True)
class Part:
    """One part of the thread after the inquiry: words, or the fields that the sender corrected."""

    message: Message
    words: str = ""
    changes: Document = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request about personal data, with its words and the decision's."""

    request: DataRequest
    words: str
    decision: str


@dataclass(frozen=True)
class Visit:
    """What one sender may read, in the clear: keep it in memory only, and no longer than the page needs it."""

    inquiry: Inquiry
    code: str
    sent: Document
    """What was sent, as it was sent."""
    now: Document
    """The same with every correction, and how to reply."""
    thread: list[Part]
    asked: list[Asked]

    @property
    def state(self) -> State:
        """Where the inquiry stands, as its sender is told: whatever comes before staff take it up is new."""
        told = {State.OPEN, State.ANSWERED, State.CLOSED}
        return State(self.inquiry.state) if self.inquiry.state in told else State.NEW

    @property
    def is_withdrawn(self) -> bool:
        return self.inquiry.closed_because == ClosedBecause.WITHDRAWN

    @property
    def last_correction(self) -> int:
        """The primary key of the newest correction's message; 0 where there is none."""
        return max((part.message.pk for part in self.thread if part.changes), default=0)

    @property
    def erasure(self) -> DataRequest | None:
        """The request to erase this inquiry that is not yet decided."""
        wanted = (asked.request for asked in self.asked if asked.request.kind == RequestKind.ERASE)
        return next((request for request in wanted if not request.decided_at), None)


def visit(reference: str, code: str) -> Visit | None:
    """Return what a reference number and its receipt code open; None where they don't belong together.

    Takes the same time for an unknown number and a wrong code. Raises SealingError where a copy was altered.
    """
    key = access.key_of(code, reference)
    inquiry = Inquiry.objects.filter(reference=reference).first()
    if not access.fits(key, inquiry) or inquiry is None:
        return None
    document = access.open_with(key, bytes(inquiry.sender_copy or b""), inquiry_context(reference))
    sent = {name: document.get(name, "") for name in PERSONAL}
    thread = _thread(inquiry, key)
    now, _replaced = corrections.apply(sent, [(part.message.pk, part.changes) for part in thread])
    return Visit(inquiry, code, sent, now | {"reply_by": inquiry.reply_by}, thread, _asked(inquiry, key))


def _thread(inquiry: Inquiry, key: EllipticCurvePrivateKey) -> list[Part]:
    parts = []
    written = inquiry.messages.filter(sender_copy__isnull=False)
    for message in written.order_by("written_at", "pk"):
        document = access.open_with(key, bytes(message.sender_copy or b""), message_context(inquiry.reference))
        is_correction = message.kind == MessageKind.CORRECTION
        parts.append(Part(message, changes=document) if is_correction else Part(message, document["body"]))
    return parts


def _asked(inquiry: Inquiry, key: EllipticCurvePrivateKey) -> list[Asked]:
    requests = []
    for request in inquiry.requests.order_by("made_at", "pk"):
        words = access.open_with(key, bytes(request.sender_copy), request_context(inquiry.reference))["body"]
        copy = request.decision_copy
        decision = access.open_with(key, bytes(copy), decision_context(inquiry.reference))["body"] if copy else ""
        requests.append(Asked(request, words, decision))
    return requests
