"""The desk's page on which an inquiry is kept past its term, and the button that ends that (clause S5)."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from inquiries import checks, holds
from inquiries.inputs import Words, many_lines
from inquiries.models import Inquiry
from inquiries.sealing import SealingError

can_view = permission_required("inquiries.view_inquiry", raise_exception=True)
can_hold = permission_required("inquiries.place_hold", raise_exception=True)


class HoldForm(forms.Form):
    """Why an inquiry is kept, and until when: both are needed, so that nothing is kept for ever or for nothing."""

    reason = Words(
        500,
        label=_("Reason"),
        help_text=_("It is kept sealed, and erased with the inquiry."),
        prepare=checks.with_plain_newlines,
        widget=many_lines(3),
        error_messages={
            "required": _("Enter the reason for keeping it"),
            "too_long": _("Reason must be %(max)s characters or fewer. It has %(count)s."),
        },
    )
    until = forms.DateField(
        label=_("Kept until"),
        help_text=_("The last day on which nobody can erase it. Example: 2027-03-31"),
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("Enter the last day"),
            "invalid": _("Enter the last day as a date, like 2027-03-31"),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["until"].widget.attrs |= {"min": today.isoformat(), "max": (today + holds.LONGEST).isoformat()}

    def clean_until(self) -> Any:
        until, today = self.cleaned_data["until"], timezone.localdate()
        if until < today:
            raise forms.ValidationError(_("The last day must be today or later"), code="past")
        if until > today + holds.LONGEST:
            raise forms.ValidationError(
                _("The last day must be within three years. You can set it again later."), code="too_far"
            )
        return until


@require_http_methods(["GET", "HEAD", "POST"])
@can_view
@can_hold
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep an inquiry until a day, in place of a hold it has already."""
    inquiry = get_object_or_404(Inquiry, pk=pk)
    if request.method != "POST":
        return _page(request, inquiry, HoldForm())
    form = HoldForm(request.POST)
    if not form.is_valid():
        return _page(request, inquiry, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        holds.place(inquiry, form.cleaned_data["reason"], form.cleaned_data["until"], _member(request))
    except holds.HoldError:
        form.add_error(None, _("The inquiry was erased meanwhile. Nothing was changed."))
    except SealingError:
        form.add_error(None, _("The reason could not be sealed. Nothing was changed. Try again later."))
    else:
        messages.success(request, _("This inquiry is kept. Nobody can erase it until that day has passed."))
        return redirect("admin:inquiries_inquiry_change", pk)
    return _page(request, inquiry, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
@can_view
@can_hold
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """End the hold of an inquiry now; past its term, it is erased within the hour."""
    inquiry = get_object_or_404(Inquiry, pk=pk)
    try:
        holds.release(inquiry, _member(request))
    except holds.HoldError:
        messages.error(request, _("This inquiry is no longer kept. Nothing was changed."))
    else:
        messages.success(request, _("This inquiry is no longer kept past its time."))
    return redirect("admin:inquiries_inquiry_change", pk)


def _page(request: HttpRequest, inquiry: Inquiry, form: HoldForm, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    context = {
        "title": _("Keep from being erased"),
        **admin.site.each_context(request),
        "opts": Inquiry._meta,
        "inquiry": inquiry,
        "hold": holds.last_of(inquiry),
        "form": form,
    }
    return render(request, "staff/hold.html", context, status=status)


def _member(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("The admin lets nobody in who isn't signed in.")
    return request.user
