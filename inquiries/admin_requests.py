"""The desk: deciding on a request about personal data."""

import logging
from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from inquiries import checks, requests
from inquiries.admin_views import about, can_answer, can_view, member, to_detail
from inquiries.inputs import Words, many_lines
from inquiries.models import DataRequest, RequestKind, RequestState
from inquiries.sealing import SealingError

logger = logging.getLogger(__name__)


class DecisionForm(forms.Form):
    """What was decided, and the words for the person who asked."""

    words = Words(
        requests.MAX_LENGTH,
        label=_("Words for the sender"),
        help_text=_(
            "The sender reads them on the status page. A refusal needs its reason. They are kept sealed. "
            "Write an answer too, if it should also arrive by e-mail."
        ),
        prepare=checks.with_plain_newlines,
        required=False,
        widget=many_lines(6),
        error_messages={"too_long": _("%(field)s must be %(max)s characters or fewer. It has %(count)s.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@can_view
@can_answer
def decide(request: HttpRequest, pk: int, asked: int) -> HttpResponse:
    """Show a request that is open, and take the decision on it."""
    wanted = get_object_or_404(DataRequest.objects.select_related("inquiry"), pk=asked, inquiry=pk)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        state = RequestState.DONE if request.POST.get("decision") == "done" else RequestState.REFUSED
        try:
            requests.decide(wanted, state, form.cleaned_data["words"], member(request))
        except ValueError:
            form.add_error("words", _("Enter the reason, because you refuse the request"))
        except requests.DecidedAlreadyError:
            form.add_error(None, _("Somebody decided on this request in the meantime. Nothing was changed."))
        except SealingError:
            logger.exception("A decision on %s could not be sealed", wanted.inquiry.reference)
            form.add_error(None, _("Your decision could not be saved. Try again later."))
        else:
            messages.success(request, _("The decision is saved. The sender can read it on the status page."))
            return to_detail(pk)
    context = {
        **about(request, wanted.inquiry),
        "title": wanted.get_kind_display(),
        "wanted": wanted,
        "form": form,
        "may_be_done": wanted.kind != RequestKind.ERASE,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "staff/request.html", context, status=status)
