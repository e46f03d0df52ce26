"""What the desk shows of an opened inquiry: its fields with their corrections, its thread, what is asked for."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from inquiries.fields import CORRECTABLE, HOLDS, PERSONAL, REASON, THREAD
from inquiries.forms import InquiryForm
from inquiries.models import Inquiry, Message
from inquiries.reveal import Opened

Text = str | Promise

FIELD_LABELS: dict[str, Text] = {
    **{name: InquiryForm.base_fields[name].label or "" for name in PERSONAL},
    THREAD: _("Messages, answers and requests"),
    HOLDS: _("Reasons for keeping it"),
}

OTHER_LABELS: dict[str, Text] = {"answers": _("Earlier answers"), REASON: _("Reason")}
"""Of what looks from before name (a log is not rewritten), and of what the worker alone opens."""


@dataclass(frozen=True)
class Field:
    """A field as it holds now, and what the sender has replaced in it, oldest first."""

    label: Text
    value: str
    former: list[str]


@dataclass(frozen=True)
class Part:
    """A message of the thread with its words, or the names of the fields that it corrected."""

    message: Message
    words: str
    corrected: str


def field_labels(names: str) -> str:
    """Return the labels of fields named in a look, in the page's language."""
    labels = OTHER_LABELS | FIELD_LABELS
    return _listed([labels.get(name, name) for name in names.split(",")])


def readable(inquiry: Inquiry, opened: Opened) -> dict[str, Any]:
    """Return what was opened with its labels, and the thread with who wrote it and when."""
    written = inquiry.messages.select_related("author").order_by("written_at", "pk")
    requests = {request.pk: request for request in inquiry.requests.order_by("made_at", "pk")}
    return {
        "fields": [Field(FIELD_LABELS[name], value, _former(opened, name)) for name, value in opened.document.items()],
        "thread": [
            Part(message, opened.messages.get(message.pk, ""), _corrected(opened, message.pk))
            for message in written
            if message.pk in opened.messages or message.pk in opened.corrected
        ],
        "holds": [
            (hold, opened.holds[hold.pk])
            for hold in inquiry.holds.select_related("by").order_by("set_at")
            if hold.pk in opened.holds
        ],
        "asked": [(requests[pk], *words) for pk, words in opened.requests.items() if pk in requests],
    }


def _former(opened: Opened, name: str) -> list[str]:
    return [replaced[name] for replaced in opened.replaced.values() if name in replaced]


def _corrected(opened: Opened, pk: int) -> str:
    """Return the labels of the fields that a correction changed; what they hold may not have been asked for."""
    names = opened.corrected.get(pk, [])
    return _listed([InquiryForm.base_fields[name].label or "" for name in CORRECTABLE if name in names])


def _listed(labels: list[Text]) -> str:
    return pgettext("between fields", ", ").join(str(label) for label in labels)
