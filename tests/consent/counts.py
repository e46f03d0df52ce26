"""Decisions and page views of days gone by, and what the site counts and publishes of them."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import time_machine

from consent import editions, statistics
from consent.models import Decision, Notice, PageCount
from tests.consent.tampering import lifted

JAPAN = ZoneInfo("Asia/Tokyo")
EVERYTHING = "usability,usage,advertising,sharing"


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), JAPAN)


def create_decision(at: datetime, method: str = "agree", agreed: str = EVERYTHING, language: str = "ja") -> Decision:
    """Record a decision as if it were made at a moment."""
    notice = Notice.objects.filter(language=language)[:1].get()
    given = {"notice": notice, "policy": notice.policy, "language": language, "method": method, "agreed": agreed}
    with time_machine.travel(at, tick=False):
        return Decision.objects.create(made_at=at, **given)


def create_decisions(day: date, count: int, *args: Any, **kwargs: Any) -> None:
    for number in range(count):
        create_decision(noon(day) + timedelta(seconds=number), *args, **kwargs)


def create_views(day: date, views: int, page: str = "home", language: str = "ja", device: str = "desktop") -> None:
    PageCount.objects.create(day=day, page=page, language=language, device=device, views=views)


def asking_since(day: date) -> None:
    """Let the site have asked since a day: from then on it publishes."""
    with lifted():
        Notice.objects.update(first_published_at=noon(day))


def work(at: datetime) -> None:
    """Do what the worker does, at a moment."""
    with time_machine.travel(at, tick=False):
        statistics.roll_up()
        editions.publish_due()
