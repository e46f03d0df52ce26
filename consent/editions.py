"""What is published of each month: made once, when the month has settled, and never changed (clause S14).

Months share no number and nothing is added up over them, so what two editions differ by tells nothing. Whether there
is an edition depends on the day alone; so a month without any view is published as well.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Min, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent import inventory, statistics
from consent.models import DecisionCount, Device, Edition, Language, Notice, PageCount, PurposeCount
from consent.suppression import shown
from consent.tables import LANGUAGES, Named, NumberList, Rows, Table, words

SETTLES = timedelta(days=2)
"""How long after its end a month is published: by then its last decisions are counted."""

Source = Callable[[date, date], list[Table]]
"""Returns the tables of the days from the first to the last, both included."""


def views(first: date, last: date) -> list[Table]:
    """Return page views by language, by kind of device, and by page.

    Pages stand apart for each language where the languages' own numbers are published, else for both together.
    """
    counts = _views_by(first, last)
    languages = [Named(language, words(name)) for language, name in LANGUAGES.items()]
    devices = [Named(one.value, words(one.label)) for one in Device]
    pages = [Named(name, words(label)) for name, label in settings.COUNTED_PAGES.items()]
    every_view = Named("views", words(_("Views")))
    by_language = NumberList(every_view, [counts["language"][one.key] for one in languages])
    by_device = NumberList(every_view, [counts["device"][one.key] for one in devices])
    if None in shown(by_language.counts).counts:
        by_page = [NumberList(every_view, [counts["page"][page.key] for page in pages])]
    else:
        by_page = [NumberList(one, [counts[one.key][page.key] for page in pages]) for one in languages]
    whole = words(_("All views"))
    return [
        Table("languages", words(_("Page views by language")), words(_("Language")), whole, languages, [by_language]),
        Table("devices", words(_("Page views by kind of device")), words(_("Device")), whole, devices, [by_device]),
        Table("pages", words(_("Page views by page")), words(_("Page")), whole, pages, by_page),
    ]


def _views_by(first: date, last: date) -> dict[str, Counter[str]]:
    """Return views by language, device and page; and by page under each language's own name."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("language", "device", "page", *Language.values)}
    counted = PageCount.objects.filter(day__range=(first, last), page__in=settings.COUNTED_PAGES)
    for page, language, device, views in counted.values_list("page", "language", "device").annotate(Sum("views")):
        counts["language"][language] += views
        counts["device"][device] += views
        counts["page"][page] += views
        counts[language][page] += views
    return counts


def decisions(first: date, last: date) -> list[Table]:
    """Return, for each purpose that visitors are asked about, how many decisions agreed to it and how many did not."""
    days = (first, last)
    total = DecisionCount.objects.filter(day__range=days).aggregate(total=Sum("decisions"))["total"] or 0
    agreements = PurposeCount.objects.filter(day__range=days).order_by().values_list("purpose")
    agreed = dict(agreements.annotate(Sum("agreed")))
    answers = [
        Named("agreed", words(pgettext_lazy("statistics", "Agreed"))),
        Named("others", words(pgettext_lazy("statistics", "Did not agree"))),
    ]
    lists = []
    for purpose in inventory.purposes_asked():
        name = Named(purpose["purpose"], purpose["name"])
        yes = agreed.get(name.key, 0)
        lists.append(NumberList(name, [yes, total - yes]))
    if not lists:
        return []
    title, whole = words(_("Decisions about cookies by purpose")), words(_("All decisions"))
    return [Table("decisions", title, words(_("Purpose")), whole, answers, lists, Rows.LISTS)]


SOURCES: list[Source] = [views, decisions]
"""Where tables come from. Another app adds its own."""


def publish_due() -> None:
    """Publish every month that has settled and is not published yet; done by the worker."""
    for month in _due(timezone.localdate()):
        publish(month)


def publish(first: date) -> None:
    """Publish the month that begins on `first`, unless it is published: what is published stays as it is."""
    last = _next_month(first) - timedelta(days=1)
    for day in statistics.days_between(first, last):
        statistics.recount(day)
    with statistics.held():
        content = {"tables": [table.published() for source in SOURCES for table in source(first, last)]}
    edition = Edition(month=f"{first:%Y-%m}", published_at=timezone.now(), content=content)
    Edition.objects.bulk_create([edition], ignore_conflicts=True)


def _due(today: date) -> list[date]:
    """Return the first days of the months to publish: from the month in which the site began to ask."""
    began = Notice.objects.aggregate(began=Min("first_published_at"))["began"]
    if began is None:
        return []
    published = set(Edition.objects.values_list("month", flat=True))
    month, due = timezone.localdate(began).replace(day=1), []
    while _next_month(month) + SETTLES <= today:
        if f"{month:%Y-%m}" not in published:
            due.append(month)
        month = _next_month(month)
    return due


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
