"""Error pages in the page's language: clear, without a trace, and standing even when the database is down."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

PAGES: dict[str, tuple[Promise, Promise]] = {
    "400": (_("We could not read your request"), _("Go back to the page before this one and try again.")),
    "403": (_("You cannot view this page"), _("Go back to the home page and try again.")),
    "404": (
        _("Page not found"),
        _("If you typed the web address, check that it is correct. The page may have been moved or removed."),
    ),
    "405": (
        _("This page cannot be opened this way"),
        _("It is part of a form. Start again from the first page of the form."),
    ),
    "413": (
        _("What you sent is too large"),
        _("Nothing was received. Go back to the page before this one, shorten the text and send it again."),
    ),
    "500": (
        _("There is a problem with this website"),
        _("Try again later. If you were sending an inquiry and no reference number was shown, it was not received."),
    ),
    "503": (_("This website is not available"), _("Try again later.")),
    "decision": (
        _("Your choice could not be saved"),
        _("Nothing was recorded in this browser, so what applied before still applies. Try again later."),
    ),
    "csrf": (
        _("We could not confirm your request"),
        _("Too much time may have passed. Go back to the page before this one and try again. Nothing was sent."),
    ),
}


def error_page(request: HttpRequest, status: HTTPStatus, words: str = "") -> HttpResponse:
    """Return the page for an error status, in the language of the request's path."""
    title, text = PAGES[words or str(status.value)]
    context: dict[str, object] = {"title": title, "text": text, "status": status.value, "gates": [], "embeds": []}
    response = render(request, "errors/page.html", context, status=status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "60"
    return response


def fault(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """Return the page for a fault of ours. To a decision it says what that means: the browser got no cookie for it."""
    place = request.resolver_match.view_name if request.resolver_match else ""
    is_decision = place == "consent:choices" and request.method == "POST"
    return error_page(request, status, "decision" if is_decision else "")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    return fault(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN, "csrf")


class ErrorPagesMiddleware:
    """Gives a wrong method its page, and a database that can't be reached its 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            page = error_page(request, HTTPStatus.METHOD_NOT_ALLOWED)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            logger.error("The database can't be reached", exc_info=exception)
            return fault(request, HTTPStatus.SERVICE_UNAVAILABLE)
        return None
