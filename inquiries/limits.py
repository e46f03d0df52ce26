"""How often something came lately: counted exactly, and without knowing who it was.

A count is kept under a keyed hash (HMAC-SHA256). The key is made on a day's first use and destroyed after the day
(policy: 1 day), and then no row can be traced to anybody, not even by whoever knows whom to look for. A count covers
a span that begins with the hour or the day, so that up to twice a limit gets through around its end.

What can't be counted (the database is down, the disk full) is let through: an inquiry matters more than a limit.
"""

import hmac
import ipaddress
import logging
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.utils import timezone

from inquiries.models import Tally
from inquiries.patience import hasty_transaction

logger = logging.getLogger(__name__)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Event:
    """Something that is counted within each span: the kind of thing, and which one (an address, a text)."""

    kind: str
    which: str
    span: timedelta


def count(events: Sequence[Event]) -> list[int]:
    """Count each event once more and return how often each came within its span; 0 where that can't be known."""
    now = timezone.localtime()
    try:
        key = day_key(now.date())
        rows = [(_digest(key, event, now), _end(event.span, now)) for event in events]
        times = _add(rows)
    except (DatabaseError, OSError):
        logger.exception("What came could not be counted; it is let through")
        return [0 for _event in events]
    return [times[digest] for digest, _ends_at in rows]


def times(event: Event) -> int:
    """Return how often something came within the present span, without counting it; 0 where that can't be known."""
    now = timezone.localtime()
    try:
        digest = _digest(day_key(now.date()), event, now)
        return Tally.objects.filter(pk=digest).values_list("times", flat=True).first() or 0
    except (DatabaseError, OSError):
        return 0


def minutes_left(span: timedelta) -> int:
    """Return in how many minutes the present span ends, 1 at least."""
    now = timezone.localtime()
    return max(1, -((now - _end(span, now)) // timedelta(minutes=1)))


def forget() -> None:
    """Destroy the keys of days that are over, and drop the counts of spans that are over: a job of the worker."""
    _destroy_keys(timezone.localdate())
    Tally.objects.filter(ends_at__lt=timezone.now()).delete()


def visitor_of(request: HttpRequest) -> str:
    """Return the network that a request came from: an IPv4 address, or an IPv6 network of 64 bits.

    Behind a trusted proxy that is what the proxy wrote into X-Forwarded-For, and nobody else's word. Empty where it
    can't be known. Held in memory only, and no longer than it takes to count.
    """
    address = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if proxies:
        passed_on = request.headers.get("X-Forwarded-For", "").split(",")
        address = passed_on[-proxies].strip() if len(passed_on) >= proxies else ""
    try:
        visitor = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(visitor, ipaddress.IPv6Address):
        visitor = visitor.ipv4_mapped or visitor
    return str(ipaddress.ip_network((visitor, 64 if visitor.version == 6 else 32), strict=False))


def day_key(day: date) -> bytes:
    """Return the key of a day, the same for every process; make it on the day's first use. Raises OSError."""
    path = key_folder() / f"{day}.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        _make_key(path)
        _destroy_keys(day)
        return path.read_bytes()


def key_folder() -> Path:
    """Return the folder of the day's key: no backup may keep it."""
    folder: Path = settings.KEYS_DIR / "limits"
    return folder


def _make_key(path: Path) -> None:
    """Make a key that appears whole or not at all, once, whoever else makes it at the same time."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{secrets.token_hex(8)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
        with suppress(FileExistsError):
            path.hardlink_to(unfinished)
    finally:
        unfinished.unlink()


def _destroy_keys(today: date) -> None:
    """Overwrite and remove every key but today's."""
    for path in key_folder().glob("*"):
        if path.stem != str(today):
            with suppress(FileNotFoundError):  # another process was first
                with path.open("r+b") as file:
                    file.write(bytes(32))
                    file.flush()
                    os.fsync(file.fileno())
                path.unlink()


def _digest(key: bytes, event: Event, now: datetime) -> str:
    name = f"{event.kind}\n{_end(event.span, now).isoformat()}\n{event.which}"
    return hmac.digest(key, name.encode("utf-8", "replace"), "sha256").hex()


def _end(span: timedelta, now: datetime) -> datetime:
    """Return when the hour or the day ends that `now` is in, in Japan."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + ((now - midnight) // span + 1) * span


def _add(rows: Sequence[tuple[str, datetime]]) -> dict[str, int]:
    """Add one to each count, in one statement that is exact however many do it at the same time.

    In the order of the digests, so that two never wait for each other.
    """
    adapt = connection.ops.adapt_datetimefield_value
    values = [value for digest, ends_at in sorted(set(rows)) for value in (digest, adapt(ends_at))]
    places = ", ".join(["(%s, 1, %s)"] * (len(values) // 2))
    with hasty_transaction(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL synchronous_commit TO OFF")  # a count may be lost with the power; nobody waits
        cursor.execute(
            f"INSERT INTO {Tally._meta.db_table} (digest, times, ends_at) VALUES {places} "  # noqa: S608 (no text)
            f"ON CONFLICT (digest) DO UPDATE SET times = {Tally._meta.db_table}.times + 1 RETURNING digest, times",
            values,
        )
        return dict(cursor.fetchall())
