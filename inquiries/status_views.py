"""The sender's own page: opened by POST with reference number and receipt code, and by nothing that stays anywhere.

Each page of an opened inquiry carries both in hidden inputs: no URL, cookie, session or cache holds them.
"""

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from inquiries import checks, downloads, followups, guesses, sender, tokens
from inquiries.fields import CORRECTABLE
from inquiries.models import Inquiry, RequestKind
from inquiries.sealing import SealingError
from inquiries.sender import Visit
from inquiries.status_forms import CodeForm, CorrectionForm, MessageForm, RequestForm, StatusForm
from inquiries.status_pages import Text, entry_page, form_page, opened_page

logger = logging.getLogger(__name__)

NOT_FOUND = _(
    "No inquiry was found with this reference number and receipt code. Check both. If you have only just sent it, "
    "try again in a few minutes."
)
TOO_MANY_CODES = _(
    "Wrong reference numbers or receipt codes were entered too often. Check both before you try again. "
    "The right ones always open the inquiry."
)
FAILED = _("This did not work just now. Try again later. What you typed is still here, and nothing is done twice.")
NOT_SENT_YET = _("This has not been sent yet. Check what you entered and send it again.")

REFUSALS: dict[type[Exception], tuple[Text, HTTPStatus]] = {
    followups.TooManyError: (
        _("A lot was sent for this inquiry today. This was not sent. Try again tomorrow."),
        HTTPStatus.TOO_MANY_REQUESTS,
    ),
    followups.WithdrawnError: (
        _("This inquiry was withdrawn. This was not sent. You can send a new inquiry."),
        HTTPStatus.CONFLICT,
    ),
    followups.CorrectedMeanwhileError: (
        _("Details were corrected after you opened this page. Check what you entered and save it again."),
        HTTPStatus.CONFLICT,
    ),
}

PageOfVisit = Callable[[HttpRequest, Visit], HttpResponse]


def for_sender(goes_on_at: str) -> Callable[[PageOfVisit], Callable[[HttpRequest], HttpResponse]]:
    """Let in who brings a reference number with its receipt code; ask everybody else for them.

    `goes_on_at` is the page that is shown once they are right: what was typed is handed on to it.
    """

    def decorate(view: PageOfVisit) -> Callable[[HttpRequest], HttpResponse]:
        @wraps(view)
        def wrapper(request: HttpRequest) -> HttpResponse:
            form = CodeForm(request.POST)
            if not form.is_valid():
                return entry_page(request, form, goes_on_at=goes_on_at, status=HTTPStatus.UNPROCESSABLE_ENTITY)
            try:
                visit = sender.visit(**form.cleaned_data)
                if visit:
                    return view(request, visit)
            except Inquiry.DoesNotExist:  # erased while the page was open
                logger.info("An inquiry was erased while its sender had it open")
            except (DatabaseError, InterfaceError, SealingError):
                logger.exception("The status page could not do what was asked")
                return entry_page(
                    request, form, goes_on_at=goes_on_at, problem=FAILED, status=HTTPStatus.SERVICE_UNAVAILABLE
                )
            return _not_found(request, form, goes_on_at)

        return require_POST(wrapper)

    return decorate


@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """Ask for reference number and receipt code, or show what they open."""
    return _opened(request) if request.method == "POST" else entry_page(request, CodeForm())


@for_sender("status")
def _opened(request: HttpRequest, visit: Visit) -> HttpResponse:
    return opened_page(request, visit, form=MessageForm.to_go_on_with(request.POST))


@for_sender("status")
def send_message(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Take a message to what was sent before."""
    form = MessageForm(request.POST)
    token = tokens.read(request.POST.get("token", ""))
    if not form.is_valid():
        return opened_page(request, visit, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if token is None:
        problem = NOT_SENT_YET
        return opened_page(request, visit, form=form, problem=problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        followups.write(visit, form.cleaned_data["body"], token)
    except (followups.TooManyError, followups.WithdrawnError) as error:
        words, code = REFUSALS[type(error)]
        return opened_page(request, visit, form=form, problem=words, status=code)
    return _done(request, visit, _("Your message has been sent."))


@for_sender("status_correct")
def correct(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show the details as they hold now, to be corrected; or what was typed so far."""
    if any(name in request.POST for name in CORRECTABLE):
        return _correction_page(request, visit, CorrectionForm.to_go_on_with(request.POST))
    known = visit.now | {"telephone": checks.telephone_as_read(visit.now["telephone"])}
    return _correction_page(request, visit, CorrectionForm(initial=known), after=visit.last_correction)


@for_sender("status_correct")
def save_correction(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Note the corrected details."""
    form = CorrectionForm(request.POST)
    token = tokens.read(request.POST.get("token", ""))
    if not form.is_valid():
        return _correction_page(request, visit, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if token is None:
        return _correction_page(request, visit, form, NOT_SENT_YET, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        changed = followups.correct(visit, form.details(), token, after=_number(request.POST.get("after", "")))
    except tuple(REFUSALS) as error:
        words, code = REFUSALS[type(error)]
        return _correction_page(request, visit, form, words, code, after=visit.last_correction)
    return _done(request, visit, _("Your details have been corrected.") if changed else _("Nothing was changed."))


@for_sender("status_request")
def make_request(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show the form of a request about personal data, with what was typed so far."""
    return form_page(request, visit, "request", RequestForm.to_go_on_with(request.POST))


@for_sender("status_request")
def send_request(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Take a request about personal data (APPI, Articles 32 to 35)."""
    form = RequestForm(request.POST)
    token = tokens.read(request.POST.get("token", ""))
    if not form.is_valid():
        return form_page(request, visit, "request", form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if token is None:
        unsent = HTTPStatus.UNPROCESSABLE_ENTITY
        return form_page(request, visit, "request", form, problem=NOT_SENT_YET, status=unsent)
    try:
        followups.ask(visit, RequestKind(form.cleaned_data["kind"]), form.cleaned_data["details"], token)
    except followups.TooManyError as error:
        words, code = REFUSALS[type(error)]
        return form_page(request, visit, "request", form, problem=words, status=code)
    return _done(request, visit, _("Your request has been received."))


@for_sender("status")
def publish_name(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make or withdraw the tick that lets the sender's name be published (clause S11)."""
    agreed = request.POST.get("publish_name") == "on"
    followups.publish_name(visit, agreed=agreed)
    words = _("You agreed to your name being published.") if agreed else _("Your name will not be published.")
    return _done(request, visit, words)


@for_sender("status_withdraw")
def ask_to_withdraw(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Say what withdrawing means, before it is done."""
    return form_page(request, visit, "withdraw")


@for_sender("status_withdraw")
def withdraw(request: HttpRequest, visit: Visit) -> HttpResponse:
    """End the inquiry."""
    followups.withdraw(visit)
    return _done(request, visit, _("Your inquiry has been withdrawn."))


@for_sender("status_erase")
def ask_to_erase(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Say what erasing means, before it is asked for."""
    return form_page(request, visit, "erase")


@for_sender("status_erase")
def erase(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Take the request to erase the inquiry."""
    token = tokens.read(request.POST.get("token", ""))
    if token is None:
        return form_page(request, visit, "erase", problem=NOT_SENT_YET, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    followups.ask(visit, RequestKind.ERASE, "", token)
    return _done(request, visit, _("We have received your request to erase this inquiry."))


@for_sender("status")
def save_json(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Hand out everything as a file for machines."""
    return downloads.as_json(visit)


@for_sender("status")
def save_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Hand out everything as a file to read and print."""
    return downloads.as_page(visit)


def _correction_page(
    request: HttpRequest,
    visit: Visit,
    form: StatusForm,
    problem: Text = "",
    status: int = HTTPStatus.OK,
    *,
    after: int | None = None,
) -> HttpResponse:
    """Return the form of corrections. `after` is the last correction that its sender has seen; as the page said."""
    seen = _number(request.POST.get("after", "")) if after is None else after
    return form_page(request, visit, "correct", form, problem=problem, status=status, after=seen)


def _done(request: HttpRequest, visit: Visit, words: Text) -> HttpResponse:
    """Show the inquiry as it is now, and what was done."""
    now = sender.visit(visit.inquiry.reference, visit.code)
    if now is None:
        raise Inquiry.DoesNotExist
    return opened_page(request, now, done=words)


def _not_found(request: HttpRequest, form: CodeForm, goes_on_at: str) -> HttpResponse:
    """One sentence for a wrong number and for a wrong code: neither tells that the other was right."""
    if guesses.are_too_many(request):
        too_many = HTTPStatus.TOO_MANY_REQUESTS
        return entry_page(request, form, goes_on_at=goes_on_at, problem=TOO_MANY_CODES, status=too_many)
    not_found = HTTPStatus.UNPROCESSABLE_ENTITY
    return entry_page(request, form, goes_on_at=goes_on_at, problem=NOT_FOUND, status=not_found)


def _number(text: str) -> int:
    """Return a primary key as the page carried it; one that no row has where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else -1
