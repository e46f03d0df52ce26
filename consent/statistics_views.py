"""The public statistics: by month, of one month, and as files (clause S14)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.translation import gettext as _

from consent import downloads, figures
from consent.models import Edition
from consent.pages import public_page
from consent.suppression import THRESHOLD

ENTRIES = "pages"
"""The one table of the newest month that stands on the first page too: it has too many columns to stand by month."""


@public_page
def show_all(request: HttpRequest) -> HttpResponse:
    """Show what was published of the last twelve months, and the way to every month."""
    language = translation.get_language()
    editions = list(Edition.objects.order_by("-month"))
    shown = editions[: figures.MONTHS]
    context = {
        "editions": [{"month": edition.month, "name": figures.month_name(edition.month)} for edition in editions],
        "newest": editions[0] if editions else None,
        "period": _period(shown),
        "by_month": figures.by_month(shown, language),
        "of_month": figures.of_month(editions[0], language, ENTRIES) if editions else [],
        "threshold": THRESHOLD,
    }
    return render(request, "statistics/all.html", context)


@public_page
def show_month(request: HttpRequest, month: str) -> HttpResponse:
    """Show everything published of one month."""
    edition = get_object_or_404(Edition, month=month)
    context = {
        "edition": edition,
        "name": figures.month_name(edition.month),
        "of_month": figures.of_month(edition, translation.get_language()),
        "threshold": THRESHOLD,
    }
    return render(request, "statistics/month.html", context)


@public_page
def as_csv(request: HttpRequest) -> HttpResponse:
    text = downloads.as_csv(list(Edition.objects.order_by("month")), translation.get_language())
    return _file(HttpResponse(text, content_type="text/csv; charset=utf-8"), "csv")


@public_page
def as_json(request: HttpRequest) -> HttpResponse:
    data = downloads.as_data(list(Edition.objects.order_by("month")))
    return _file(JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1}), "json")


def _file(response: HttpResponse, ending: str) -> HttpResponse:
    response.headers["Content-Disposition"] = f'attachment; filename="occto-statistics.{ending}"'
    return response


def _period(editions: list[Edition]) -> str:
    """Return the months from the oldest to the newest in words."""
    if len(editions) < 2:
        return "".join(figures.month_name(edition.month) for edition in editions)
    ends = {"first": figures.month_name(editions[-1].month), "last": figures.month_name(editions[0].month)}
    return _("%(first)s to %(last)s") % ends
