"""The sender's pages: form, check, done. Nothing typed stands anywhere but in these pages and, sealed, in the row."""

import json
import logging
from datetime import timedelta
from http import HTTPStatus

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from consent.pages import public_page
from inquiries import access, downloads, intake, pages, tokens
from inquiries.forms import InquiryForm
from inquiries.models import Inquiry
from inquiries.pages import in_other_language
from inquiries.sealing import SealingError
from inquiries.tokens import Token

logger = logging.getLogger(__name__)

SHOWN_AGAIN_FOR = timedelta(minutes=30)
"""How long whoever holds the token sees its reference number again."""


@require_http_methods(["GET", "HEAD", "POST"])
def fill_in(request: HttpRequest) -> HttpResponse:
    """Show the form: empty and the same for everybody, or filled in for who comes back to it from the check page."""
    if request.method == "POST":
        return _form_page(request, InquiryForm.to_go_on_with(request.POST), switch=in_other_language("form"))
    return _empty_form(request)


@public_page
def _empty_form(request: HttpRequest) -> HttpResponse:
    return _form_page(request, InquiryForm())


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Show every value as it will be sent, with a one-time token; or the form with its errors."""
    form = InquiryForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, switch=in_other_language("check"))
    return _check_page(request, form, _token_for(request, form))


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Let the inquiry in, once for each token, and show its reference number."""
    text = request.POST.get("token", "")
    token = tokens.read(text)
    form = InquiryForm(request.POST)
    try:
        inquiry = intake.received_with(token) if token else None
        if inquiry is None and token and token.is_fresh and form.is_valid():
            inquiry = intake.receive(form.entry(), token, str(translation.get_language()))
    except (DatabaseError, SealingError, ObjectDoesNotExist):
        logger.exception("An inquiry could not be received")
        return _not_received(request, form, text)
    if inquiry and token:
        return _done_page(request, inquiry, token, text)
    if not form.is_valid():
        return _form_page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, switch=in_other_language("check"))
    problem = _("Too much time has passed. Check what you entered and send it again. What you entered is still here.")
    return _check_page(request, form, tokens.mint(), problem, HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
def save_receipt(request: HttpRequest) -> HttpResponse:
    """Hand out reference number and receipt code as a file, as long as the done page shows them."""
    text = request.POST.get("token", "")
    token = tokens.read(text)
    inquiry = intake.received_with(token) if token else None
    if not inquiry or not token:
        raise Http404
    if not _is_shown(inquiry):
        return _done_page(request, inquiry, token, text)
    return downloads.receipt(inquiry.reference, inquiry.received_at, _code(inquiry, token))


def _token_for(request: HttpRequest, form: InquiryForm) -> str:
    """Return the check page's token. One comes back only where the language was switched: it may have been sent
    already, so it stays.
    """
    text = request.POST.get("token", "")
    token = tokens.read(text)
    if token and token.is_fresh:
        return text
    return tokens.mint(request.POST.get("press", ""), json.dumps([*form.carried()]))


def _not_received(request: HttpRequest, form: InquiryForm, token: str) -> HttpResponse:
    """Nothing was saved: everything is still there, with the same token, to be sent again."""
    problem = _("We could not receive your inquiry. It has not been saved. Try again later.")
    if form.is_valid():
        return _check_page(request, form, token, problem, HTTPStatus.SERVICE_UNAVAILABLE)
    switch = in_other_language("check")
    return _form_page(request, form, problem, HTTPStatus.SERVICE_UNAVAILABLE, switch=switch)


def _form_page(
    request: HttpRequest,
    form: InquiryForm,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    *,
    switch: str = "",
) -> HttpResponse:
    context = {
        "form": form,
        "step": 1,
        "problem": problem,
        "retention_period": pages.retention_period(),
        "switch": switch,
    }
    return render(request, "inquiries/form.html", context, status=status)


def _check_page(
    request: HttpRequest, form: InquiryForm, token: str, problem: str = "", status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    switch = in_other_language("check")  # also where it is shown in answer to "Send": switching sends nothing
    context = {"form": form, "step": 2, "problem": problem, "token": token, "switch": switch}
    return render(request, "inquiries/check.html", context, status=status)


def _done_page(request: HttpRequest, inquiry: Inquiry, token: Token, text: str) -> HttpResponse:
    code = _code(inquiry, token)
    context = {
        "inquiry": inquiry,
        "step": 3,
        "is_shown": _is_shown(inquiry),
        "code": code,
        "groups": code.split("-"),
        "reply_time": pages.reply_time(),
        "token": text,
        "switch": in_other_language("done"),
    }
    return render(request, "inquiries/done.html", context)


def _is_shown(inquiry: Inquiry) -> bool:
    return timezone.now() <= inquiry.received_at + SHOWN_AGAIN_FOR


def _code(inquiry: Inquiry, token: Token) -> str:
    """Return the receipt code; nothing for an inquiry from before there were any, which it would not open."""
    return access.receipt_code(token.secret) if inquiry.sender_key else ""
