"""What staff see of the daily totals: one month's decisions by day, by purpose and by language, with exact numbers.

Made from the totals alone, so it costs the same however many decisions there are. A rate is the share of a purpose in
the decisions that answered the question: a withdrawal takes an earlier answer back and is left out.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Min
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consent import charts, inventory
from consent.charts import Cell, Chart
from consent.models import DecisionCount, Method, PurposeCount
from consent.statistics import days_between
from consent.tables import LANGUAGES

Lines = list[tuple[str, list[str]]]
"""The lines of a table: a name and what stands beside it."""


@dataclass
class Tally:
    """Decisions of some days in some languages, by button, and the agreements among them, by purpose."""

    methods: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        self.methods.update(other.methods)
        self.agreed.update(other.agreed)

    @property
    def decisions(self) -> int:
        return self.methods.total()

    def rate(self, purpose: str) -> int | None:
        """Return how many per cent of the answers agreed to a purpose, or None where there was no answer."""
        answers = self.decisions - self.methods[Method.WITHDRAW]
        return round(100 * self.agreed[purpose] / answers) if answers else None

    def in_words(self, purpose: str) -> str:
        rate = self.rate(purpose)
        return "–" if rate is None else f"{self.agreed[purpose]:,} ({rate}%)"


def months() -> list[str]:
    """Return every month that may hold decisions, such as "2026-10", the newest first."""
    today = timezone.localdate()
    first = DecisionCount.objects.aggregate(first=Min("day"))["first"] or today
    return sorted({f"{day:%Y-%m}" for day in days_between(min(first, today), today)}, reverse=True)


def of_month(month: str, language: str, only: str) -> dict[str, Any]:
    """Return a month's tables and charts in a language, made of the decisions in every language or `only` in one."""
    first = date.fromisoformat(f"{month}-01")
    last = min((first + timedelta(days=31)).replace(day=1) - timedelta(days=1), timezone.localdate())
    tallies = _tallies(first, last)
    purposes = _names(tallies.values(), language)
    asked = [only] if only else LANGUAGES
    days = {day: _together(tallies.get((day, one)) for one in asked) for day in days_between(first, last)}
    return {
        "has_decisions": any(tally.decisions for tally in days.values()),
        "columns": [_("All decisions"), *(method.label for method in Method), *purposes.values()],
        "days": _by_day(days, purposes),
        "languages": list(LANGUAGES.values()),
        "purposes": _by_purpose(tallies, purposes),
        "charts": _charts(list(days.values()), purposes),
    }


def _tallies(first: date, last: date) -> dict[tuple[date, str], Tally]:
    found: dict[tuple[date, str], Tally] = {}
    days = (first, last)
    for count in DecisionCount.objects.filter(day__range=days):
        found.setdefault((count.day, count.language), Tally()).methods[count.method] += count.decisions
    for agreement in PurposeCount.objects.filter(day__range=days):
        found.setdefault((agreement.day, agreement.language), Tally()).agreed[agreement.purpose] += agreement.agreed
    return found


def _together(tallies: Iterable[Tally | None]) -> Tally:
    whole = Tally()
    for tally in tallies:
        if tally:
            whole.add(tally)
    return whole


def _names(tallies: Iterable[Tally], language: str) -> dict[str, str]:
    """Return the names of the purposes that are asked about now, then of those agreed to that are not any more."""
    names = {purpose["purpose"]: purpose["name"][language] for purpose in inventory.purposes_asked()}
    for purpose in sorted(_together(tallies).agreed):
        names.setdefault(purpose, purpose)
    return names


def _by_day(days: dict[date, Tally], purposes: dict[str, str]) -> Lines:
    """Return a line for each day, the newest first, after one for all of them."""
    form = pgettext("date format", "j F Y")
    named = [(_("Whole month"), _together(days.values()))]
    named += [(format_date(day, form), tally) for day, tally in reversed(days.items())]
    return [
        (
            name,
            [
                f"{tally.decisions:,}",
                *(f"{tally.methods[method]:,}" for method in Method.values),
                *(tally.in_words(purpose) for purpose in purposes),
            ],
        )
        for name, tally in named
    ]


def _by_purpose(tallies: dict[tuple[date, str], Tally], purposes: dict[str, str]) -> Lines:
    """Return a line for each purpose, after one for all decisions: for each language, and for all of them."""
    columns = [_together(tally for (_day, language), tally in tallies.items() if language == one) for one in LANGUAGES]
    columns.append(_together(tallies.values()))
    everything = (_("All decisions"), [f"{tally.decisions:,}" for tally in columns])
    return [
        everything,
        *((name, [tally.in_words(purpose) for tally in columns]) for purpose, name in purposes.items()),
    ]


def _charts(days: list[Tally], purposes: dict[str, str]) -> list[Chart]:
    decisions = [Cell(tally.decisions) for tally in days]
    drawn = [charts.upright(_("All decisions"), decisions, 31, charts.most_of(decisions))]
    for purpose, name in purposes.items():
        rates = [Cell(tally.rate(purpose)) for tally in days]
        drawn.append(charts.upright(_("%(purpose)s (%%)") % {"purpose": name}, rates, 31, 100))
    return drawn
