"""Mail to be sent, written in the same transaction as its cause, claimed by one worker, tried until it is through.

A row is held by its state and its `due_at`: every change is a conditional update on what was read, and counts only if
it changed one row. While a mail is being sent, `due_at` is the end of the lease: past that, its worker has died.
"""

import logging
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inquiries.models import Delivery, Inquiry, Kind, Message, OutboxItem, State

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""How long a worker may take until it hands a mail over; past that another one may claim it."""

HAND_OVER = timedelta(minutes=6)
"""How long handing over may take: longer than `delivery.ANSWER_SECONDS`."""

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)
TRIES = 20
"""The 20th try comes 48 hours and 15 minutes after the first (RFC 5321, section 4.5.4.1 asks for days)."""


class Problem(models.TextChoices):
    """Why the last try failed, as it stands in `OutboxItem.problem`, before a space and the server's code."""

    KEY = "key", _("The inquiry cannot be opened: its key is missing, or it was altered")
    ADDRESS = "address", _("No mail can be sent to this address")
    FILES = "files", _("The outgoing folder cannot be written to")
    CONNECTION = "connection", _("The mail server cannot be reached")
    TLS = "tls", _("There is no secure connection to the mail server")
    SIGN_IN = "sign-in", _("The mail server refuses the user name or the password")
    SENDER = "sender", _("The mail server refuses the sender's address")
    LATER = "later", _("The mail server asks to try again later")
    REFUSED = "refused", _("The mail server refuses the mail")
    BROKEN_OFF = "broken-off", _("The worker stopped before the mail was handed over")
    HANDING_OVER = "handing-over", _("The mail is being handed over")
    UNCERTAIN = "uncertain", _("The try broke off while the mail was being handed over")
    RESTORED = "restored", _("This site was restored from a backup; the mail may have been sent after it was made")
    ERROR = "error", _("There is an error in this site's program; the log names it")


WAITING_FOR_STAFF = {Problem.KEY}
"""Never given up: the mail goes out once staff have put the cause right."""


class Lost(Exception):  # noqa: N818 (a state of affairs, nobody's error)
    """The claim is no longer this worker's: its lease ran out and another one took the mail."""


def write_acknowledgement(inquiry: Inquiry) -> OutboxItem:
    """Put the acknowledgement of an inquiry into the outbox. Call it in the inquiry's own transaction.

    That of an inquiry in quarantine is held: a machine may have entered somebody else's address.
    """
    delivery = Delivery.HELD if inquiry.state == State.QUARANTINE else Delivery.WAITING
    return _write(inquiry, Kind.ACKNOWLEDGEMENT, None, delivery)


def write_answer(inquiry: Inquiry, message: Message) -> OutboxItem:
    """Put an answer into the outbox. Call it in the message's own transaction."""
    return _write(inquiry, Kind.ANSWER, message)


def release(inquiry: Inquiry) -> None:
    """Send what was held while the inquiry was in quarantine. Call it in the transaction that releases it."""
    inquiry.outbox.filter(delivery=Delivery.HELD).update(delivery=Delivery.WAITING, due_at=timezone.now())


def write_notice(inquiry: Inquiry, correction: Message) -> OutboxItem:
    """Put the notice of a changed address, to the address that `correction` replaced, into the outbox.

    Call it in the correction's own transaction.
    """
    return _write(inquiry, Kind.MOVED, correction)


def claim() -> OutboxItem | None:
    """Take the mail that is due longest, for this worker alone; None where none is due."""
    while True:
        now = timezone.now()
        item = _due(Delivery.WAITING, now).select_related("inquiry").first()
        if item is None:
            return None
        if _move(item, delivery=Delivery.SENDING, due_at=now + LEASE, attempts=item.attempts + 1, problem=""):
            return item


def hand_over(item: OutboxItem) -> None:
    """Note that the mail goes to the server from now on: if the try breaks off, it may have gone out.

    Raises Lost where another worker has the mail by now: then it must not be sent.
    """
    if not _move(item, due_at=timezone.now() + HAND_OVER, problem=Problem.HANDING_OVER):
        raise Lost


def finish(item: OutboxItem) -> bool:
    """Note that a claimed mail was sent; return whether the claim still held."""
    return _move(item, delivery=Delivery.SENT, done_at=timezone.now(), problem="")


def put_off(item: OutboxItem, problem: str, *, waited: timedelta = timedelta()) -> bool:
    """Let a claimed mail wait for its next try, or give it up after the last; return whether the claim still held.

    `waited` is how much of the wait is over already.
    """
    if item.attempts >= TRIES and problem not in WAITING_FOR_STAFF:
        return give_up(item, problem)
    wait = max(wait_after(item.attempts) - waited, timedelta())
    return _move(item, delivery=Delivery.WAITING, due_at=timezone.now() + wait, problem=problem)


def give_up(item: OutboxItem, problem: str) -> bool:
    """Note that a claimed mail can't be sent; return whether the claim still held."""
    return _move(item, delivery=Delivery.FAILED, problem=problem)


def doubt(item: OutboxItem) -> bool:
    """Note that a mail may or may not have gone out; return whether the claim still held.

    An answer waits for staff; the others are sent again with the same Message-ID: a second one does no harm.
    """
    if item.kind != Kind.ANSWER:
        return put_off(item, Problem.UNCERTAIN)
    return _move(item, delivery=Delivery.UNCERTAIN, problem=Problem.UNCERTAIN)


def recover() -> None:
    """Free the mails of workers that died in mid-try."""
    for item in _due(Delivery.SENDING, timezone.now())[:100]:
        logger.warning("A worker stopped while it tried to send %s", item.mail_id)
        if item.problem == Problem.HANDING_OVER:
            doubt(item)
        else:
            put_off(item, Problem.BROKEN_OFF, waited=LEASE)


def doubt_all() -> int:
    """Leave to staff every answer that waits, after a restore: it may have gone out since; return how many.

    The others are sent again with the same Message-ID.
    """
    open_answers = OutboxItem.objects.filter(kind=Kind.ANSWER, delivery__in=[Delivery.WAITING, Delivery.SENDING])
    return open_answers.update(delivery=Delivery.UNCERTAIN, problem=Problem.RESTORED)


def send_again(item: OutboxItem) -> None:
    """Send an uncertain or failed mail again, as staff decided. Raises ValueError where it is in another state."""
    again = {"delivery": Delivery.WAITING, "due_at": timezone.now(), "attempts": 0, "problem": ""}
    if item.delivery not in {Delivery.UNCERTAIN, Delivery.FAILED} or not _move(item, **again):
        raise ValueError("Only a mail that is uncertain or failed can be sent again; reload the page.")


def mark_sent(item: OutboxItem) -> None:
    """Take an uncertain mail for sent, as staff decided. Raises ValueError where it is in another state."""
    if item.delivery != Delivery.UNCERTAIN or not finish(item):
        raise ValueError("Only a mail that is uncertain can be marked as sent; reload the page.")


def wait_after(tries: int) -> timedelta:
    """Return how long to wait after so many tries: 1, 2, 4, … minutes, 4 hours at most."""
    return min(FIRST_WAIT * (1 << min(max(tries, 1), 10) - 1), LONGEST_WAIT)


def describe(problem: str) -> str:
    """Return the words for `OutboxItem.problem` in the active language, with the server's code where there is one."""
    name, _space, code = problem.partition(" ")
    words = str(Problem(name).label) if name in Problem else name
    return f"{words} ({code})" if code else words


def site_domain() -> str:
    """Return the site's host name as mail writes it: in ASCII."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    return "localhost" if ":" in host else host.encode("idna").decode()  # an IPv6 address is this machine's


def _write(inquiry: Inquiry, kind: Kind, message: Message | None, delivery: Delivery = Delivery.WAITING) -> OutboxItem:
    now = timezone.now()
    # Not email.utils.make_msgid: it gives away the process number.
    mail_id = f"<{secrets.token_hex(16)}@{site_domain()[-80:].lstrip('.-')}>"
    return OutboxItem.objects.create(
        inquiry=inquiry, kind=kind, message=message, mail_id=mail_id, delivery=delivery, due_at=now, created_at=now
    )


def _due(delivery: Delivery, now: datetime) -> models.QuerySet[OutboxItem]:
    # What is sent has its time: that it has none lets the database use its index of open mails.
    due = OutboxItem.objects.filter(delivery=delivery, due_at__lte=now, done_at__isnull=True)
    return due.order_by("due_at", "pk")


def _move(item: OutboxItem, **changes: object) -> bool:
    """Change a row if it still stands as `item` read it; return whether it did."""
    held = OutboxItem.objects.filter(pk=item.pk, delivery=item.delivery, due_at=item.due_at)
    if held.update(**changes) != 1:
        return False
    for name, value in changes.items():
        setattr(item, name, value)
    return True
