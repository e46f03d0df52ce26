"""Where a page's script tells that the page was seen."""

from http import HTTPStatus

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consent import choice, seen
from consent.models import Device

LONGEST_PATH = 300


class ViewForm(forms.Form):
    """One view of one page. Each field counts only if it was sent once."""

    page = forms.CharField(strip=False, max_length=LONGEST_PATH)
    device = forms.ChoiceField(choices=Device.choices)

    def clean(self) -> None:
        if isinstance(self.data, QueryDict) and any(len(self.data.getlist(name)) > 1 for name in self.fields):
            raise forms.ValidationError("", code="repeated")


@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Count one view of a page, if the choice that this very request carries agrees to it.

    The answer is empty either way. Without agreement nothing of what was sent is looked at, and nothing is asked of
    the database.
    """
    held = choice.of_request(request)
    if not seen.agrees(held):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    form = ViewForm(request.POST)
    if not form.is_valid():
        problem = _("What was sent names no page or no kind of device, so nothing was counted.")
        return JsonResponse({"error": problem}, status=HTTPStatus.BAD_REQUEST)
    seen.count_view(held, form.cleaned_data["page"], Device(form.cleaned_data["device"]))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
