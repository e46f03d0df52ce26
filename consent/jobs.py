"""What the worker does for consent, and how often. The worker itself is the inquiries' (`manage.py work`)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from consent import editions, publication, statistics
from consent.retention import forget_due
from consent.seal import seal_new


@dataclass(frozen=True)
class Job:
    """Something that is done again and again, beside the site; cheap where nothing is due, safe to run twice."""

    run: Callable[[], object]
    every: timedelta


JOBS: list[Job] = [
    Job(publication.take_up_policy, every=timedelta(minutes=1)),
    Job(statistics.roll_up, every=timedelta(minutes=1)),
    Job(editions.publish_due, every=timedelta(hours=1)),
    Job(seal_new, every=timedelta(seconds=5)),
    Job(forget_due, every=timedelta(hours=1)),
]
