"""The sender's pages: form, check, done. Nothing typed stands anywhere but in these pages and, sealed, in the row."""

import json
import logging
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from consent.models import Controller
from consent.pages import public_page
from inquiries import intake, tokens
from inquiries.forms import InquiryForm
from inquiries.intake import Received
from inquiries.sealing import SealingError
from inquiries.spool import SpoolError
from inquiries.tokens import Token

logger = logging.getLogger(__name__)

SHOWN_AGAIN_FOR = timedelta(minutes=30)
"""How long whoever holds the token sees its reference number again."""


@require_http_methods(["GET", "HEAD", "POST"])
def fill_in(request: HttpRequest) -> HttpResponse:
    """Show the form: empty and the same for everybody, or filled in for who comes back to it from the check page."""
    if request.method == "POST":
        return _form_page(request, InquiryForm.to_go_on_with(request.POST), switch=_in_other_language("form"))
    return _empty_form(request)


@public_page
def _empty_form(request: HttpRequest) -> HttpResponse:
    return _form_page(request, InquiryForm())


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Show every value as it will be sent, with a one-time token; or the form with its errors."""
    form = InquiryForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, switch=_in_other_language("check"))
    return _check_page(request, form, _token_for(request, form))


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Let the inquiry in, once for each token, and show its reference number."""
    text = request.POST.get("token", "")
    token = tokens.read(text)
    form = InquiryForm(request.POST)
    try:
        received = _receive(form, token) if token else None
    except (DatabaseError, InterfaceError, SealingError, SpoolError):
        logger.exception("An inquiry could not be received")
        return _not_received(request, form, text)
    if received:
        return _done_page(request, received, text)
    if not form.is_valid():
        return _form_page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, switch=_in_other_language("check"))
    problem = _("Too much time has passed. Check what you entered and send it again. What you entered is still here.")
    return _check_page(request, form, tokens.mint(), problem, HTTPStatus.UNPROCESSABLE_ENTITY)


def _receive(form: InquiryForm, token: Token) -> Received | None:
    """Let in what was sent; a token that can let nothing in any more may have done so before."""
    if token.is_fresh and form.is_valid():
        return intake.receive(form.entry(), token, str(translation.get_language()))
    return intake.received_with(token)


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
    switch = _in_other_language("check")
    return _form_page(request, form, problem, HTTPStatus.SERVICE_UNAVAILABLE, switch=switch)


def _form_page(
    request: HttpRequest,
    form: InquiryForm,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    *,
    switch: str = "",
) -> HttpResponse:
    period = _("%(days)s days") % {"days": settings.INQUIRY_RETENTION_DAYS}
    context = {"form": form, "step": 1, "problem": problem, "retention_period": period, "switch": switch}
    return render(request, "inquiries/form.html", context, status=status)


def _check_page(
    request: HttpRequest, form: InquiryForm, token: str, problem: str = "", status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    switch = _in_other_language("check")  # also where it is shown in answer to "Send": switching sends nothing
    context = {"form": form, "step": 2, "problem": problem, "token": token, "switch": switch}
    return render(request, "inquiries/check.html", context, status=status)


def _done_page(request: HttpRequest, received: Received, token: str) -> HttpResponse:
    """Show the reference number. Where the inquiry waits in the spool, the page asks nothing of the database."""
    request.lacks_data = received.is_spooled  # type: ignore[attr-defined]  # read where every page's context is made
    context = {
        "received": received,
        "step": 3,
        "is_shown": timezone.now() <= received.received_at + SHOWN_AGAIN_FOR,
        "reply_time": "" if received.is_spooled else _reply_time(),
        "token": token,
        "switch": _in_other_language("done"),
    }
    return render(request, "inquiries/done.html", context)


def _reply_time() -> str:
    """Return OCCTO's usual reply time, or nothing: an inquiry that was received is never answered with an error."""
    try:
        return Controller.objects.get(pk=1).text("reply_time", str(translation.get_language()))
    except (DatabaseError, InterfaceError, ObjectDoesNotExist):
        logger.exception("OCCTO's reply time can't be read")
        return ""


def _in_other_language(page: str) -> str:
    """Return where the button that switches the language sends what was typed."""
    other = next(code for code, _name in settings.LANGUAGES if code != translation.get_language())
    with translation.override(other):
        return reverse(f"inquiries:{page}")
