"""The desk: one inquiry's page, opening it for a purpose, answering it, and moving it along.

An opened inquiry stands only in the answer to the POST that opened it: nowhere in a URL, a session or a cache.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from inquiries import checks, holds, outbox, quarantine, replies, retention, reveal, states, suspicions
from inquiries.admin_thread import FIELD_LABELS, field_labels, readable
from inquiries.fields import THREAD
from inquiries.inputs import Words, many_lines
from inquiries.models import STAFF_PURPOSES, Delivery, Direction, Inquiry, Look, LookPurpose, OutboxItem, State
from inquiries.sealing import SealingError

logger = logging.getLogger(__name__)

LOOKS_SHOWN = 100

can_view = permission_required("inquiries.view_inquiry", raise_exception=True)
can_open = permission_required("inquiries.open_inquiry", raise_exception=True)
can_answer = permission_required("inquiries.answer_inquiry", raise_exception=True)


class OpenForm(forms.Form):
    """Why personal data is opened (clause S5): a purpose from the closed list, and which fields."""

    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=[(purpose.value, purpose.label) for purpose in STAFF_PURPOSES],
        initial=LookPurpose.ANSWER,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Select the purpose"),
            "invalid_choice": _("Select a purpose from the list"),
        },
    )
    reason = Words(
        500,
        label=_("Reason"),
        help_text=_("Required unless you open the inquiry to answer it. It is kept sealed."),
        prepare=checks.with_plain_newlines,
        required=False,
        widget=many_lines(2),
        error_messages={"too_long": _("Reason must be %(max)s characters or fewer. It has %(count)s.")},
    )
    fields_opened = forms.MultipleChoiceField(
        label=_("Fields"),
        choices=list(FIELD_LABELS.items()),
        initial=list(FIELD_LABELS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Select at least one field")},
    )

    def clean_fields_opened(self) -> list[str]:
        """Return each field once and in one order, however they were sent: so they stand in the log."""
        chosen = self.cleaned_data["fields_opened"]
        return [name for name in FIELD_LABELS if name in chosen]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        needs_reason = data.get("purpose", LookPurpose.ANSWER) != LookPurpose.ANSWER
        if needs_reason and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Enter the reason, because you are not opening the inquiry to answer it"))
        return data


class AnswerForm(forms.Form):
    body = Words(
        replies.MAX_LENGTH,
        label=_("Answer"),
        prepare=checks.with_plain_newlines,
        widget=many_lines(12),
        error_messages={
            "required": _("Enter your answer"),
            "too_long": _("Answer must be %(max)s characters or fewer. It has %(count)s."),
        },
    )
    after = forms.IntegerField(min_value=0, max_value=100_000, widget=forms.HiddenInput)


@require_safe
@can_view
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what may be seen without opening: facts, who looked, what was mailed."""
    return _page(request, get_object_or_404(Inquiry, pk=pk))


@require_POST
@can_view
@can_open
def open_inquiry(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the look, then show the fields and the thread, as they were asked for."""
    inquiry = get_object_or_404(Inquiry, pk=pk)
    form = OpenForm(request.POST)
    if not form.is_valid():
        return _page(request, inquiry, open_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    purpose = LookPurpose(form.cleaned_data["purpose"])
    fields = form.cleaned_data["fields_opened"]
    try:
        opened = reveal.open_inquiry(inquiry, purpose, fields, by=member(request), reason=form.cleaned_data["reason"])
    except SealingError:
        logger.exception("Inquiry %s could not be opened", inquiry.reference)
        messages.error(request, _("This inquiry could not be opened: its key is missing, or it was altered."))
        return to_detail(pk)
    answer_form = None
    if purpose == LookPurpose.ANSWER:
        states.take_up(inquiry)
        if THREAD in fields:
            states.note_that_staff_read(inquiry)
        answer_form = AnswerForm(initial={"after": inquiry.messages.filter(direction=Direction.OUT).count()})
    return _page(request, inquiry, opened=readable(inquiry, opened), answer_form=answer_form)


@require_POST
@can_view
@can_answer
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an answer and put it into the outbox; what was typed is never lost."""
    inquiry = get_object_or_404(Inquiry, pk=pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            replies.answer(inquiry, form.cleaned_data["body"], member(request), after=form.cleaned_data["after"])
        except replies.AnsweredMeanwhileError:
            form.add_error(None, _("Another answer was written after you opened this inquiry. Yours was not sent."))
        except states.MoveError:
            form.add_error(None, _("This inquiry is not open. Your answer was not sent."))
        except SealingError:
            logger.exception("The answer to %s could not be sealed", inquiry.reference)
            form.add_error(None, _("Your answer could not be saved. It was not sent. Try again later."))
        else:
            messages.success(request, _("Your answer is on its way."))
            return to_detail(pk)
    context = {"title": _("Answer not sent"), "form": form, **about(request, inquiry)}
    return render(request, "staff/answer.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
@can_view
@can_answer
def close(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, states.close)


@require_POST
@can_view
@can_answer
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, states.reopen)


@require_POST
@can_view
@can_answer
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Take what looked like spam for a true inquiry."""
    return _move(request, pk, quarantine.release)


@require_POST
@can_view
@can_answer
def confirm_spam(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, quarantine.confirm)


@require_POST
@can_view
@can_answer
def send_again(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Send a mail once more of which nobody knows whether it went out."""
    return _settle(request, pk, item, outbox.send_again)


@require_POST
@can_view
@can_answer
def mark_sent(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Note that a mail of which nobody knew did go out."""
    return _settle(request, pk, item, outbox.mark_sent)


def _settle(request: HttpRequest, pk: int, item: int, decide: Callable[[OutboxItem], None]) -> HttpResponse:
    inquiry = get_object_or_404(Inquiry, pk=pk)
    try:
        decide(get_object_or_404(OutboxItem, pk=item, inquiry=inquiry))
    except ValueError:
        messages.error(request, _("This mail is neither uncertain nor failed any more. Nothing was changed."))
    return to_detail(pk)


def _move(request: HttpRequest, pk: int, move: Callable[[Inquiry], None]) -> HttpResponse:
    try:
        move(get_object_or_404(Inquiry, pk=pk))
    except states.MoveError:
        messages.error(request, _("The state was not changed: it does not allow this, or somebody changed it."))
    return to_detail(pk)


def _page(
    request: HttpRequest,
    inquiry: Inquiry,
    *,
    open_form: OpenForm | None = None,
    opened: dict[str, Any] | None = None,
    answer_form: AnswerForm | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        **about(request, inquiry),
        "open_form": open_form or OpenForm(),
        "opened": opened,
        "answer_form": answer_form if states.may_move(inquiry, State.ANSWERED) else None,
        "looks": [(look, field_labels(look.fields)) for look in _looks(inquiry)],
        "requests": inquiry.requests.select_related("decided_by").order_by("made_at"),
        "mails": [(mail, outbox.describe(mail.problem)) for mail in inquiry.outbox.order_by("created_at")],
        "unsettled": [Delivery.UNCERTAIN, Delivery.FAILED],
        "may_close": states.may_move(inquiry, State.CLOSED),
        "may_reopen": inquiry.state == State.CLOSED,
        "may_release": states.may_move(inquiry, State.NEW),
        "may_be_spam": states.may_move(inquiry, State.SPAM),
        "suspicions": suspicions.describe(inquiry.suspicions),
        "hold": holds.last_of(inquiry),
        "erased_on": retention.erased_on(inquiry),
    }
    return render(request, "staff/inquiry.html", context, status=status)


def about(request: HttpRequest, inquiry: Inquiry) -> dict[str, Any]:
    """Return what every page about an inquiry shows; other languages lead to its first page, never to a POST."""
    language = next(code for code in ("en", "ja") if code != translation.get_language())
    with translation.override(language):
        other_address = _address(inquiry.pk)
    return {
        "title": inquiry.reference,
        **admin.site.each_context(request),
        "opts": Inquiry._meta,
        "inquiry": inquiry,
        "other_address": other_address,
    }


def _looks(inquiry: Inquiry) -> QuerySet[Look]:
    return inquiry.looks.select_related("by").order_by("-at")[:LOOKS_SHOWN]


def member(request: HttpRequest) -> User:
    """Return who of staff asks."""
    if not isinstance(request.user, User):
        raise TypeError("The admin lets nobody in who isn't signed in.")
    return request.user


def _address(pk: int) -> str:
    return reverse("admin:inquiries_inquiry_change", args=[pk])


def to_detail(pk: int) -> HttpResponse:
    """Lead to an inquiry's page, closed as everybody finds it."""
    return redirect(_address(pk))
