"""Daily totals of decisions, made from the ledger by the worker, so that no page ever counts the ledger itself.

A day is counted anew as a whole and its totals are replaced: counting twice changes nothing, and a decision that
reaches the database late is counted all the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from consent.ids import lowest_uuid_at
from consent.models import Decision, DecisionCount, PurposeCount, RollUp

LATE = timedelta(days=31)
"""How far back days are counted again on every new day, for decisions that came in late."""

SETTLED = timedelta(minutes=5)
"""How old the newest decision must be before no older one can still be on its way to the database."""

SLACK = timedelta(hours=1)
"""How far a record's number may lie from the time it states: both are taken from one clock, a moment apart."""

WHOLE = timedelta(days=3 * 365 - 5)
"""How long the ledger surely holds every decision; older days keep the totals they have ("How long" of the policy)."""

Key = tuple[str, str, str]
"""A language, a button, and the purposes agreed to as the ledger writes them."""


def roll_up() -> None:
    """Count anew the days that may have changed since the last time; done by the worker, cheap where none has."""
    now = timezone.now()
    state = RollUp.objects.filter(pk=1).first()
    newest = Decision.objects.order_by("-pk").first()
    if state and _is_up_to_date(state, newest, now):
        return
    for day in days_between(_first_day(state, timezone.localdate(now)), timezone.localdate(now)):
        recount(day)
    RollUp.objects.filter(pk=1).update(counted_at=now, newest=newest.pk if newest else None)


def recount(day: date) -> None:
    """Make one day's totals anew from the ledger; reads that day's decisions and no others."""
    start, end = _start_of(day), _start_of(day + timedelta(days=1))
    by_number = Decision.objects.filter(pk__gte=lowest_uuid_at(start - SLACK), pk__lt=lowest_uuid_at(end + SLACK))
    of_the_day = by_number.filter(made_at__gte=start, made_at__lt=end).order_by()
    with held():
        groups = of_the_day.values_list("language", "method", "agreed").annotate(decisions=Count("pk"))
        _replace(day, {(language, method, agreed): count for language, method, agreed, count in groups})


def rebuild() -> int:
    """Make the totals of every day that the ledger still holds in full anew; return how many days that were.

    Reads the whole ledger once. For repairs: the worker keeps the totals by itself.
    """
    today = timezone.localdate()
    found: dict[date, Counter[Key]] = {}
    rows = Decision.objects.order_by("pk").values_list("made_at", "language", "method", "agreed")
    for made_at, language, method, agreed in rows.iterator():
        found.setdefault(timezone.localdate(made_at), Counter())[language, method, agreed] += 1
    known = DecisionCount.objects.values_list("day", flat=True).distinct()
    days = sorted(day for day in found.keys() | set(known) if day > today - WHOLE)
    for day in days:
        with held():
            _replace(day, found.get(day, {}))
    for day in (today - timedelta(days=1), today):  # decisions came in meanwhile
        recount(day)
    return len(days)


@contextmanager
def held() -> Iterator[None]:
    """Hold the totals: one worker at a time replaces them, so that two at once leave the same as one."""
    with transaction.atomic():
        RollUp.objects.get_or_create(pk=1)
        RollUp.objects.select_for_update().get(pk=1)
        yield


def days_between(first: date, last: date) -> Iterable[date]:
    """Yield each day from `first` to `last`, both included."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _is_up_to_date(state: RollUp, newest: Decision | None, now: datetime) -> bool:
    """Return whether no decision was made since the last time, and none can still be on its way."""
    if state.counted_at is None or timezone.localdate(state.counted_at) != timezone.localdate(now):
        return False
    if newest is None:
        return state.newest is None
    return state.newest == newest.pk and state.counted_at - newest.made_at > SETTLED


def _first_day(state: RollUp | None, today: date) -> date:
    """Return the first day to count anew: the whole ledger's once, a month's on each new day, else yesterday."""
    if state is None or state.counted_at is None:
        oldest = Decision.objects.order_by("pk").first()
        return timezone.localdate(oldest.made_at) if oldest else today
    counted_on = timezone.localdate(state.counted_at)
    return today - timedelta(days=1) if counted_on == today else min(counted_on, today - LATE)


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _replace(day: date, found: Mapping[Key, int]) -> None:
    decisions: Counter[tuple[str, str]] = Counter()
    agreements: Counter[Key] = Counter()
    for (language, method, agreed), count in found.items():
        decisions[language, method] += count
        for purpose in filter(None, agreed.split(",")):
            agreements[language, method, purpose] += count
    DecisionCount.objects.filter(day=day).delete()
    PurposeCount.objects.filter(day=day).delete()
    DecisionCount.objects.bulk_create(
        DecisionCount(day=day, language=language, method=method, decisions=count)
        for (language, method), count in decisions.items()
    )
    PurposeCount.objects.bulk_create(
        PurposeCount(day=day, language=language, method=method, purpose=purpose, agreed=count)
        for (language, method, purpose), count in agreements.items()
    )
