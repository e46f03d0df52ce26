"""What the worker does for consent, and how often. The worker itself is the inquiries' (`manage.py work`)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from consent import publication


@dataclass(frozen=True)
class Job:
    """Something that is done again and again, beside the site; cheap where nothing is due, safe to run twice."""

    run: Callable[[], None]
    every: timedelta


def take_up_policy() -> None:
    """Put a policy version in force on its day, and ask about it."""
    publication.take_up_policy()


JOBS: list[Job] = [Job(take_up_policy, every=timedelta(minutes=1))]
