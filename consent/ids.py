"""Identifiers that sort by time: a random index costs several times the log per row."""

import secrets
import time
import uuid
from datetime import datetime


def time_ordered_uuid() -> uuid.UUID:
    """Return a UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


def lowest_uuid_at(moment: datetime) -> uuid.UUID:
    """Return what no identifier made at `moment` or later stands before; none made earlier stands after it."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)
