"""What a sender takes home: the receipt, and everything about an inquiry, for machines and to read.

Made for the one request and kept nowhere. Neither copy holds the receipt code.
"""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from inquiries.sender import Asked, Part, Visit
from inquiries.status_pages import erased_on, facts


def receipt(reference: str, received_at: datetime, code: str) -> HttpResponse:
    """Return reference number and receipt code as a text file; its lines end as every editor knows them.

    `code` is empty for an inquiry from before there were any.
    """
    context = {
        "reference": reference,
        "received_at": received_at,
        "code": code,
        "status_url": settings.SITE_URL + reverse("inquiries:status"),
    }
    text = render_to_string("inquiries/receipt.txt", context).strip("\n") + "\n"
    data = "\ufeff" + text.replace("\n", "\r\n")  # the mark tells old editors that it is UTF-8
    return _file(data, "text/plain; charset=utf-8", reference, "txt")


def as_json(visit: Visit) -> HttpResponse:
    """Return everything that is kept of an inquiry and that its sender may read, as JSON."""
    inquiry = visit.inquiry
    erased = erased_on(visit)
    everything = {
        "reference": inquiry.reference,
        "received_at": _time(inquiry.received_at),
        "category": inquiry.category,
        "language": inquiry.language,
        "channel": inquiry.channel,
        "policy_version": inquiry.policy_version,
        "state": visit.state,
        "is_withdrawn": visit.is_withdrawn,
        "closed_at": _time(inquiry.closed_at),
        "erased_on": erased.isoformat() if erased else None,
        "publish_name": inquiry.publish_name,
        "publish_name_changed_at": _time(inquiry.publish_name_changed_at),
        "sent": visit.sent,
        "now": visit.now,
        "thread": [_part(part) for part in visit.thread],
        "requests": [_asked(asked) for asked in visit.asked],
    }
    data = json.dumps(everything, ensure_ascii=False, indent=2) + "\n"
    return _file(data, "application/json", inquiry.reference, "json")


def as_page(visit: Visit) -> HttpResponse:
    """Return everything as one HTML file that needs nothing else: to read, to print, to keep."""
    context = {**facts(visit), "language": translation.get_language(), "saved_at": timezone.now()}
    page = render_to_string("inquiries/copy.html", context)
    return _file(page, "text/html; charset=utf-8", visit.inquiry.reference, "html")


def _part(part: Part) -> dict[str, Any]:
    message = part.message
    body = {"changes": part.changes} if part.changes else {"words": part.words}
    return {"from": "OCCTO" if message.author_id else "sender", "written_at": _time(message.written_at), **body}


def _asked(asked: Asked) -> dict[str, Any]:
    request = asked.request
    return {
        "kind": request.kind,
        "details": asked.words,
        "state": request.state,
        "made_at": _time(request.made_at),
        "due_on": request.due_on.isoformat(),
        "decided_at": _time(request.decided_at),
        "decision": asked.decision,
    }


def _time(at: datetime | None) -> str | None:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else None


def _file(data: str, kind: str, reference: str, ending: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="OCCTO-{reference}.{ending}"'
    return response
