"""The form's page: empty, filled in, with its errors, or with what a postal code led to."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from inquiries.forms import LIMITS, InquiryForm
from inquiries.pages import retention_period
from inquiries.postal import Found


def form_page(
    request: HttpRequest,
    form: InquiryForm,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    *,
    found: Found | None = None,
    switch: str = "",
) -> HttpResponse:
    """Return the form's page. `switch` is where the button that switches the language sends what was typed."""
    if found:
        _fill_in_address(form, found)
    context = {
        "form": form,
        "step": 1,
        "problem": problem,
        "found": found,
        "retention_period": retention_period(),
        "counter": counter_words(LIMITS["message"]),
        "switch": switch,
    }
    return render(request, "inquiries/form.html", context, status=status)


def counter_words(limit: int) -> dict[str, str | int]:
    """Return the sentences of the counter of characters; the script puts the number in the place of {count}."""
    place = {"count": "{count}", "max": limit}
    return {
        "limit": limit,
        "count": _("%(count)s of %(max)s characters") % place,
        "over": _("%(count)s characters too many") % place,
        "over_by_one": _("1 character too many"),
    }


def _fill_in_address(form: InquiryForm, found: Found) -> None:
    """Show the address found; the focus goes to it, and with it what is read out, unless there are towns to choose."""
    form.initial["address"] = found.address
    if not found.towns:
        attributes = form.fields["address"].widget.attrs
        attributes |= {"autofocus": True, "aria-describedby": "postal-answer id_address_helptext"}
