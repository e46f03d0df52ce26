"""The sender's pages: form, check, done. Nothing typed stands anywhere but in these pages and, sealed, in the row."""

import json
import logging
from dataclasses import asdict
from datetime import timedelta
from http import HTTPStatus

from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from consent.pages import public_page
from inquiries import access, downloads, intake, limits, pages, postal, screening, tokens
from inquiries.form_pages import form_page
from inquiries.forms import InquiryForm
from inquiries.intake import Received
from inquiries.pages import in_other_language
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
        return form_page(request, InquiryForm.to_go_on_with(request.POST), switch=in_other_language("form"))
    return _empty_form(request)


@public_page
def _empty_form(request: HttpRequest) -> HttpResponse:
    return form_page(request, InquiryForm())


@require_POST
def look_up(request: HttpRequest) -> HttpResponse:
    """Enter the address of a postal code into the form, in place for the script, or offer the towns that share it.

    By POST, as a postal code in an address would be personal data in it.
    """
    form = InquiryForm.to_go_on_with(request.POST)
    try:
        found = postal.look_up(*(request.POST.get(name, "") for name in ("postal_code", "address", "town")))
    except ValueError:
        return _no_postal_code(request, form)
    if _wants_json(request):
        return JsonResponse(asdict(found))
    return form_page(request, form, found=found, switch=in_other_language("form"))


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Show every value as it will be sent, with a one-time token; or the form with its errors."""
    form = InquiryForm(request.POST)
    if not form.is_valid():
        return form_page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, switch=in_other_language("check"))
    return _check_page(request, form, _token_for(request, form))


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Let the inquiry in, once for each token, and show its reference number."""
    text = request.POST.get("token", "")
    token = tokens.read(text)
    form = InquiryForm(request.POST)
    try:
        is_new = bool(token and token.is_fresh and form.is_valid())
        received = intake.received_with(token, is_received_next=is_new) if token else None
        if received is None and token and is_new:
            entry = form.entry()
            verdict = screening.screen(entry, visitor=limits.visitor_of(request), age=token.age, trap=form.trap)
            if verdict.wait:
                return _too_many(request, form, text, verdict.wait)
            received = intake.receive(
                entry,
                token,
                str(translation.get_language()),
                suspicions=verdict.suspicions,
                acknowledge=verdict.acknowledge,
            )
    except (DatabaseError, InterfaceError, SealingError, SpoolError):
        logger.exception("An inquiry could not be received")
        return _not_received(request, form, text)
    if received and token:
        return _done_page(request, received, token, text)
    if not form.is_valid():
        return form_page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, switch=in_other_language("check"))
    problem = _("Too much time has passed. Check what you entered and send it again. What you entered is still here.")
    return _check_page(request, form, tokens.mint(), problem, HTTPStatus.UNPROCESSABLE_ENTITY)


def _no_postal_code(request: HttpRequest, form: InquiryForm) -> HttpResponse:
    problem = str(form.fields["postal_code"].error_messages["format"])
    if _wants_json(request):
        return JsonResponse({"problem": problem}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    form.errors["postal_code"] = form.error_class([problem])
    return form_page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, switch=in_other_language("form"))


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


@require_POST
def save_receipt(request: HttpRequest) -> HttpResponse:
    """Hand out reference number and receipt code as a file, as long as the done page shows them."""
    text = request.POST.get("token", "")
    token = tokens.read(text)
    received = intake.received_with(token) if token else None
    if not received or not token:
        raise Http404
    if not _is_shown(received):
        return _done_page(request, received, token, text)
    return downloads.receipt(received.reference, received.received_at, _code(received, token))


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
    return form_page(request, form, problem, HTTPStatus.SERVICE_UNAVAILABLE, switch=switch)


def _too_many(request: HttpRequest, form: InquiryForm, token: str, minutes: int) -> HttpResponse:
    """Nothing was saved: everything is still there, with the same token, to be sent again later."""
    problem = _(
        "Too many inquiries were sent in a short time. Try again after %(minutes)s minutes. "
        "What you entered is still here."
    ) % {"minutes": minutes}
    response = _check_page(request, form, token, problem, HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(minutes * 60)
    return response


def _check_page(
    request: HttpRequest, form: InquiryForm, token: str, problem: str = "", status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    switch = in_other_language("check")  # also where it is shown in answer to "Send": switching sends nothing
    context = {"form": form, "step": 2, "problem": problem, "token": token, "switch": switch}
    return render(request, "inquiries/check.html", context, status=status)


def _done_page(request: HttpRequest, received: Received, token: Token, text: str) -> HttpResponse:
    """Show the reference number. Where the inquiry waits in the spool, the page asks nothing of the database."""
    request.lacks_data = received.is_spooled  # type: ignore[attr-defined]  # read where every page's context is made
    code = _code(received, token)
    context = {
        "received": received,
        "step": 3,
        "is_shown": _is_shown(received),
        "code": code,
        "groups": code.split("-"),
        "reply_time": "" if received.is_spooled else pages.reply_time(),
        "token": text,
        "switch": in_other_language("done"),
    }
    return render(request, "inquiries/done.html", context)


def _is_shown(received: Received) -> bool:
    return timezone.now() <= received.received_at + SHOWN_AGAIN_FOR


def _code(received: Received, token: Token) -> str:
    """Return the receipt code; nothing for an inquiry from before there were any, which it would not open."""
    return access.receipt_code(token.secret) if received.has_code else ""
