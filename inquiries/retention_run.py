"""The retention job: brings to its end what is past its time, in batches, and writes down what it did.

Safe to stop, to kill and to run twice: each inquiry ends in a transaction of its own.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inquiries import outgoing, requests, retention, states
from inquiries.erasures import LedgerError
from inquiries.models import ErasureReason, Hold, Inquiry, Look, RetentionRun

logger = logging.getLogger(__name__)

BATCH = 100
LOOKS_BATCH = 1000

WORKER_SECONDS = 10.0
"""How long the worker stays with it: mails wait meanwhile. What is left is done in the next run."""


class RetentionError(Exception):
    """Something could not be brought to its end; the run that was written down says what."""


@dataclass(frozen=True)
class Step:
    """One kind of thing that comes to its end.

    `due` counts what is past its time at a time. `end` ends it and yields how much, little by little.
    """

    name: str
    label: Promise
    due: Callable[[datetime], int]
    end: Callable[[datetime], Iterator[int]]


def run_in_worker() -> None:
    """Do what is due, for a few seconds at most. Raises RetentionError as `run` does."""
    run(seconds=WORKER_SECONDS)


def run(*, seconds: float = float("inf")) -> RetentionRun:
    """Do what is due, write down what came of it, and return that.

    Raises RetentionError afterwards where something was in the way; what says that the database is away comes at once.
    """
    now, last_moment = timezone.now(), time.monotonic() + seconds
    counts, problem = {}, ""
    for step in STEPS:
        counts[step.name], trouble = _do(step, now, last_moment)
        problem = problem or trouble
    fold_log()
    overdue = retention.erased_by(now).count()
    done = RetentionRun.objects.create(at=now, counts=counts, overdue=overdue, problem=problem)
    if problem:
        raise RetentionError(str(RetentionRun.Problem(problem).label))
    return done


def _do(step: Step, now: datetime, last_moment: float) -> tuple[int, str]:
    """Do a step until its end or the last moment; return how much came to its end, and what stopped it."""
    done, problem = 0, ""
    try:
        for ended in step.end(now):
            done += ended
            if time.monotonic() > last_moment:
                break
    except (OperationalError, InterfaceError):
        raise
    except LedgerError as error:
        logger.error("%s", error)  # noqa: TRY400 (the message names the file and the cure)
        problem = RetentionRun.Problem.LEDGER
    except OSError:
        logger.exception("Files of mails can't be removed")
        problem = RetentionRun.Problem.FILES
    except Exception:  # one step's trouble must not hold up the others
        logger.exception("The retention step %s failed", step.name)
        problem = RetentionRun.Problem.ERROR
    return done, problem


def _one_by_one(
    due: Callable[[datetime], QuerySet[Inquiry]], end_one: Callable[[int, datetime], bool], now: datetime
) -> Iterator[int]:
    last = 0
    while batch := list(due(now).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        for last in batch:
            yield int(end_one(last, now))


def _close(pk: int, now: datetime) -> bool:
    """Close an answered inquiry, unless somebody wrote meanwhile; return whether it was closed."""
    with transaction.atomic():
        inquiry = retention.closed_by(now).select_for_update(of=("self",)).filter(pk=pk).first()
        if inquiry:
            states.close(inquiry)
        return inquiry is not None


def _asked_to_erase(_now: datetime) -> QuerySet[Inquiry]:
    """Return the inquiries whose senders asked for their erasure, but for those on hold: there staff decide."""
    held = Hold.objects.in_force(timezone.localdate()).values("inquiry")
    return requests.to_erase().exclude(pk__in=held)


def _erase_as_asked(pk: int, now: datetime) -> bool:
    """Erase an inquiry whose sender asked for it, unless it was put on hold meanwhile; return whether it went."""
    with transaction.atomic():
        inquiry = _asked_to_erase(now).select_for_update(of=("self",)).filter(pk=pk).first()
        if inquiry:
            retention.erase(inquiry, ErasureReason.REQUEST)
        return inquiry is not None


def _end_looks(now: datetime) -> Iterator[int]:
    while batch := list(retention.looks_ended_by(now).values_list("pk", flat=True)[:LOOKS_BATCH]):
        Look.objects.filter(pk__in=batch).delete()
        yield len(batch)


def _remove_files(now: datetime) -> Iterator[int]:
    for path in outgoing.written_before(outgoing.end_of_files(now)):
        path.unlink(missing_ok=True)
        yield 1


def fold_log() -> None:
    """Let SQLite fold its log into the database and empty it: old pages stand there, with what was just erased."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


STEPS = [
    Step(
        "again",
        _("Erased again after a restore"),
        lambda _now: len(retention.erased_before()),
        lambda _now: retention.erase_again(),
    ),
    Step(
        "closed",
        _("Closed after their last answer"),
        lambda now: retention.closed_by(now).count(),
        partial(_one_by_one, retention.closed_by, _close),
    ),
    Step(
        "asked",
        _("Erased because their senders asked for it"),
        lambda now: _asked_to_erase(now).count(),
        partial(_one_by_one, _asked_to_erase, _erase_as_asked),
    ),
    Step(
        "erased",
        _("Inquiries erased"),
        lambda now: retention.erased_by(now).count(),
        partial(_one_by_one, retention.erased_by, retention.erase_if_due),
    ),
    Step("looks", _("Looks taken out of the log"), lambda now: retention.looks_ended_by(now).count(), _end_looks),
    Step(
        "files",
        _("Files of mails removed"),
        lambda now: len(outgoing.written_before(outgoing.end_of_files(now))),
        _remove_files,
    ),
]
