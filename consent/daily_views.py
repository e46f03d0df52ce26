"""Staff's page of decisions by day."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from consent import daily
from consent.figures import month_name
from consent.models import RollUp
from consent.tables import LANGUAGES


def _months() -> list[tuple[str, str]]:
    return [(month, month_name(month)) for month in daily.months()]


class PeriodForm(forms.Form):
    """Which month, and the decisions of which language."""

    month = forms.ChoiceField(
        label=_("Month"), choices=_months, error_messages={"invalid_choice": _("Select a month from the list")}
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("All languages")), *LANGUAGES.items()],
        error_messages={"invalid_choice": _("Select a language from the list")},
    )


@require_safe
def show_month(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show one month's decisions by day; `context` is what the staff pages share."""
    newest = daily.months()[0]
    form = PeriodForm({"month": newest} | request.GET.dict())
    is_valid = form.is_valid()
    month = form.cleaned_data["month"] if is_valid else newest
    only = form.cleaned_data["language"] if is_valid else ""
    context |= {
        "title": _("Decisions by day"),
        "form": form,
        "month_name": month_name(month),
        "state": RollUp.objects.filter(pk=1).first(),
        "figures": daily.of_month(month, translation.get_language(), only),
    }
    status = HTTPStatus.OK if is_valid else HTTPStatus.BAD_REQUEST
    return render(request, "staff/decisions_by_day.html", context, status=status)
