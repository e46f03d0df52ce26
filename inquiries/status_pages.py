"""The status page as it is shown: the way in, the opened inquiry, and the pages that ask before something is done."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise

from inquiries import checks, pages, retention, tokens
from inquiries.fields import FIELDS
from inquiries.forms import InquiryForm
from inquiries.models import ReplyBy, State
from inquiries.sealing import Document
from inquiries.sender import Visit
from inquiries.status_forms import CARRIED, CodeForm, MessageForm, StatusForm

Text = str | Promise


def entry_page(
    request: HttpRequest,
    form: CodeForm,
    *,
    goes_on_at: str = "status",
    problem: Text = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Return the page that asks for reference number and code; what was typed elsewhere waits in it."""
    context = {
        "form": form,
        "problem": problem,
        "goes_on_at": reverse(f"inquiries:{goes_on_at}"),
        "carried": _typed(request, CARRIED),
        "switch": pages.in_other_language(goes_on_at) if request.method == "POST" else "",
    }
    return render(request, "inquiries/status_entry.html", context, status=status)


def opened_page(
    request: HttpRequest,
    visit: Visit,
    *,
    form: StatusForm | None = None,
    done: Text = "",
    problem: Text = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Return the opened inquiry: where it stands, what was written, and what its sender can do."""
    context = {
        **_about(request, visit, "status", is_done=bool(done)),
        **facts(visit),
        "form": form or MessageForm(),
        "done": done,
        "problem": problem,
        "is_open": visit.state != State.CLOSED,
    }
    return render(request, "inquiries/status.html", context, status=status)


def form_page(
    request: HttpRequest,
    visit: Visit,
    page: str,
    form: StatusForm | None = None,
    *,
    problem: Text = "",
    status: int = HTTPStatus.OK,
    **context: Any,
) -> HttpResponse:
    """Return a page beside the opened inquiry, `status_<page>`: a form to fill in, or a question before it is done."""
    context |= {
        **_about(request, visit, f"status_{page}"),
        **facts(visit),
        "form": form,
        "problem": problem,
        "carried": _typed(request, MessageForm.base_fields),
    }
    return render(request, f"inquiries/status_{page}.html", context, status=status)


def facts(visit: Visit) -> dict[str, Any]:
    """Return what the page and the saved copy tell of an inquiry."""
    return {
        "visit": visit,
        "inquiry": visit.inquiry,
        "reply_time": pages.reply_time(),
        "retention_period": pages.retention_period(),
        "erased_on": erased_on(visit),
        "sent": _rows(visit.sent),
        "thread": [(part, _rows(part.changes)) for part in visit.thread],
    }


def erased_on(visit: Visit) -> date | None:
    """Return the day on which an inquiry is erased; None while its sender sees it open."""
    return retention.erased_on(visit.inquiry) if visit.state == State.CLOSED else None


def _about(request: HttpRequest, visit: Visit, page: str, *, is_done: bool = False) -> dict[str, Any]:
    """Return what every page of an opened inquiry carries in its hidden inputs, as no cookie may hold it.

    The token stays until something was done with it, so that what is sent again from another page is still once.
    """
    token = request.POST.get("token", "")
    return {
        "reference": visit.inquiry.reference,
        "code": visit.code,
        "token": token if tokens.read(token) and not is_done else tokens.mint(),
        "switch": pages.in_other_language(page),
    }


def _typed(request: HttpRequest, names: Sequence[str] | dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, request.POST[name]) for name in names if request.POST.get(name)]


def _rows(document: Document) -> list[tuple[Text, str]]:
    """Return the fields of a document with their labels, in the order of the form, in words."""
    names = (field.name for field in FIELDS if field.name in document)
    return [(InquiryForm.base_fields[name].label or "", _in_words(name, document[name])) for name in names]


def _in_words(name: str, value: str) -> str:
    if name == "telephone":
        return checks.telephone_as_read(value)
    return str(ReplyBy(value).label) if name == "reply_by" else value
