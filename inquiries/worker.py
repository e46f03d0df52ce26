"""What runs beside the site: sends the mail that is due, makes each month's key, brings in the spool, ends old keys.

Safe to stop, to kill and to run twice. Its logs hold Message-IDs and reference numbers at most. On a machine of the
visitors' side (SITE_ROLE=public) it brings in that machine's spool and does nothing else: it has no key to open with.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from types import TracebackType

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from consent.jobs import JOBS, Job
from consent.models import Controller
from inquiries import arrivals, delivery, emails, indexing, keyring, limits, outbox, retention_run, retirement, sealing
from inquiries.fields import THREAD
from inquiries.models import Inquiry, Kind, LookPurpose, OutboxItem, WorkerBeat
from inquiries.outbox import Problem
from inquiries.reveal import open_inquiry

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
BEAT_SECONDS = 10.0
LONGEST_TURN_SECONDS = 900.0
"""A turn on one mail that takes longer is stuck: the worker no longer shows itself alive."""

SETTLE_SECONDS = 30.0
"""How long the outcome of a try is kept in mind while the database is away."""

ALWAYS = timedelta()

JOBS_OF_THE_PUBLIC_SIDE = [
    Job(arrivals.bring_in_the_spool, every=ALWAYS),
    Job(arrivals.mind_the_key, every=timedelta(hours=12)),
    Job(limits.forget, every=timedelta(minutes=10)),
]
OWN_JOBS = [
    Job(arrivals.bring_in_the_spool, every=ALWAYS),
    Job(indexing.index_new, every=ALWAYS),
    Job(limits.forget, every=timedelta(minutes=10)),
    Job(retention_run.run_in_worker, every=timedelta(hours=1)),
    Job(retirement.retire_past_keys, every=timedelta(hours=1)),
]

AWAY = (OperationalError, InterfaceError)
"""What is raised while the database is down, or before it was prepared."""


class Stop:
    """The wish to stop, which a signal may bring at any moment: SimpleQueue alone is safe inside a signal handler."""

    def __init__(self) -> None:
        self.is_wished = False
        self._calls: queue.SimpleQueue[None] = queue.SimpleQueue()

    def wish(self, *_signal: object) -> None:
        self.is_wished = True
        self._calls.put(None)

    def wait(self, seconds: float) -> bool:
        """Wait, but no longer than until the wish; return whether there is one."""
        if not self.is_wished:
            with suppress(queue.Empty):
                self._calls.get(timeout=seconds)
        return self.is_wished


class Worker:
    """The loop: one turn a second, each job on its own and when it is due, until there is a wish to stop."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop
        self.turned_at = time.monotonic()
        self._failing: dict[str, type[Exception]] = {}
        self._due_at: dict[Job, float] = {}

    def run(self) -> None:
        """Work until the wish to stop comes; the mail in hand is finished first."""
        with Pulse(self):
            while True:
                self.turn()
                close_old_connections()
                if self.stop.wait(PAUSE_SECONDS):
                    return

    def turn(self) -> bool:
        """Do once whatever is due; return whether every job went well."""
        due: list[Callable[[], object]] = []
        jobs = JOBS_OF_THE_PUBLIC_SIDE
        if settings.SITE_ROLE != "public":
            jobs, due = [*OWN_JOBS, *JOBS], [make_key_of_the_month, self.deliver]
        due += [job.run for job in jobs if self._is_due(job)]
        went_well = [self._do(job) for job in due]
        return all(went_well)

    def _is_due(self, job: Job) -> bool:
        """Return whether a job's time has come, and note when it comes again; the first turn does every job."""
        now = time.monotonic()
        if now < self._due_at.get(job, now):
            return False
        self._due_at[job] = now + job.every.total_seconds()
        return True

    def deliver(self) -> None:
        """Send the mails that are due, one after the other."""
        outbox.recover()
        while not self.stop.is_wished:
            self.turned_at = time.monotonic()
            item = outbox.claim()
            if item is None:
                return
            _try(item)

    def _do(self, job: Callable[[], object]) -> bool:
        """Do a job; say once that it fails and once that it works again, however often it is tried in between."""
        name = job.__name__
        self.turned_at = time.monotonic()
        try:
            job()
        except AWAY as error:
            if self._is_new(name, error):
                logger.warning("The database can't be reached or is not prepared; waiting for it")
            return False
        except Exception as error:  # a failing job must not stop the others
            if self._is_new(name, error):
                logger.exception("The job %s failed; it is tried again", name)
            return False
        if self._failing.pop(name, None):
            logger.info("The job %s works again", name)
        return True

    def _is_new(self, name: str, error: Exception) -> bool:
        known = self._failing.get(name)
        self._failing[name] = type(error)
        return known is not type(error)


class Pulse:
    """Shows the worker alive from a thread of its own, also while a mail server takes its time."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name="pulse", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join(timeout=1)

    def _beat_on(self) -> None:
        while True:
            if time.monotonic() - self._worker.turned_at < LONGEST_TURN_SECONDS:
                try:
                    beat()
                except Exception:  # noqa: BLE001 (the jobs log why; the pulse must come back by itself)
                    logger.debug("No beat")
            close_old_connections()
            if self._end.wait(BEAT_SECONDS):
                return


def beat() -> None:
    """Write down that the worker is alive now. One of the public side does not: it would hide that staff's is not."""
    if settings.SITE_ROLE == "public":
        return
    now = WorkerBeat(pk=1, seen_at=timezone.now())
    WorkerBeat.objects.bulk_create([now], update_conflicts=True, unique_fields=["id"], update_fields=["seen_at"])


def make_key_of_the_month() -> None:
    """Make this month's key pair on the month's first turn."""
    name = keyring.ensure_key(timezone.localdate())
    if name:
        logger.info("Made the key %s", name)


def _try(item: OutboxItem) -> None:
    """Try to send one claimed mail and note how it went."""
    outcome = _outcome(item)
    end = time.monotonic() + SETTLE_SECONDS
    while True:
        try:
            held = outcome()
            break
        except AWAY:
            if time.monotonic() > end:
                raise
            close_old_connections()
            time.sleep(PAUSE_SECONDS)
    if not held:
        logger.warning("Another worker has taken over %s", item.mail_id)


def _outcome(item: OutboxItem) -> Callable[[], bool]:
    """Try to send a mail; return what to note in the outbox."""
    try:
        with delivery.open_way() as send:
            send(_compose(item), lambda: outbox.hand_over(item))
    except AWAY:
        raise
    except Exception as error:  # noqa: BLE001 (one mail's trouble must not hold up the others; it is logged)
        return _after_failure(item, error)
    logger.info("Sent %s", item.mail_id)
    return lambda: outbox.finish(item)


def _after_failure(item: OutboxItem, error: Exception) -> Callable[[], bool]:
    """Return what to note in the outbox after a try that failed."""
    if isinstance(error, outbox.Lost):
        return lambda: False
    problem = _problem(error)
    trace = error if problem == Problem.ERROR else None
    logger.warning("Could not send %s: %s", item.mail_id, problem, exc_info=trace)
    if isinstance(error, delivery.Uncertain) or (trace and item.problem == Problem.HANDING_OVER):
        return lambda: outbox.doubt(item)
    if isinstance(error, delivery.Refused | emails.UnusableAddressError):
        return lambda: outbox.give_up(item, problem)
    return lambda: outbox.put_off(item, problem)


def _problem(error: Exception) -> str:
    if isinstance(error, delivery.DeliveryError):
        return error.problem
    if isinstance(error, emails.UnusableAddressError):
        return Problem.ADDRESS
    return Problem.KEY if isinstance(error, sealing.SealingError) else Problem.ERROR


def _compose(item: OutboxItem) -> EmailMessage:
    """Open what the mail needs, recorded as the worker's own look, and return the mail."""
    inquiry = item.inquiry
    if item.kind == Kind.ACKNOWLEDGEMENT:
        address = open_inquiry(inquiry, LookPurpose.ACKNOWLEDGE, ["email"]).document["email"]
        return emails.acknowledgement(
            inquiry, address, mail_id=item.mail_id, written_at=item.created_at, reply_time=_reply_time(inquiry)
        )
    if item.kind == Kind.MOVED:
        replaced = open_inquiry(inquiry, LookPurpose.SEND, ["email"]).replaced[item.message_id or 0]
        return emails.notice_of_changed_address(
            inquiry, replaced["email"], mail_id=item.mail_id, written_at=item.created_at
        )
    opened = open_inquiry(inquiry, LookPurpose.SEND, ["email", THREAD])
    return emails.answer(
        inquiry,
        opened.document["email"],
        opened.messages[item.message_id or 0],
        mail_id=item.mail_id,
        written_at=item.created_at,
        in_reply_to=_acknowledgement_id(inquiry),
    )


def _reply_time(inquiry: Inquiry) -> str:
    controller = Controller.objects.filter(pk=1).first()
    return controller.text("reply_time", inquiry.language) if controller else ""


def _acknowledgement_id(inquiry: Inquiry) -> str:
    return inquiry.outbox.filter(kind=Kind.ACKNOWLEDGEMENT).values_list("mail_id", flat=True).first() or ""
