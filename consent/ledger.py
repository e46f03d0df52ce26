"""The only writer of decisions."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db import IntegrityError
from django.utils import timezone

from consent.inserts import insert
from consent.inventory import GPC_REFUSES
from consent.models import Decision, Method, Notice

HASH = re.compile(r"[0-9a-f]{64}")


class UnknownNoticeError(ValueError):
    """No notice with these words was ever published."""


class UnknownPurposeError(ValueError):
    """A purpose was agreed to that the notice does not name."""


@dataclass(frozen=True)
class Shown:
    """What a decision needs to know of the notice that was shown. It never changes, as the notice is its hash."""

    asked: tuple[str, ...]
    policy_id: int
    language: str
    register: str


def decide(method: Method, chosen: Collection[str], notice_hash: str, *, gpc: bool) -> Decision:
    """Record one press of one button, and return the decision (clause S2).

    `chosen` counts only where the visitor chose purpose by purpose. Any notice ever published is accepted and recorded
    as the one that was shown. One INSERT, which is a transaction by itself, and one SELECT for a notice that this
    process meets for the first time.

    Raises UnknownNoticeError or UnknownPurposeError, and then nothing is recorded.
    """
    shown = notice_shown(notice_hash)
    unknown = set(chosen) - set(shown.asked)
    if unknown:
        raise UnknownPurposeError(f"The notice {notice_hash} does not name {len(unknown)} of the purposes")
    decision = Decision(
        made_at=timezone.now(),
        notice_id=notice_hash,
        policy_id=shown.policy_id,
        language=shown.language,
        method=method,
        agreed=",".join(_agreed(method, chosen, shown.asked, gpc=gpc)),
        gpc=gpc,
    )
    try:
        insert(decision)
    except IntegrityError:
        forget_notices()  # another database under this process, as after a restore
        notice_shown(notice_hash)
        raise
    return decision


def notice_shown(notice_hash: str) -> Shown:
    """Return what must be known of a notice. Raises UnknownNoticeError where none like it was ever published."""
    if not HASH.fullmatch(notice_hash):
        raise UnknownNoticeError("This is not the hash of a notice")
    try:
        return _shown(notice_hash)
    except Notice.DoesNotExist:
        raise UnknownNoticeError("No such notice was ever published") from None


def forget_notices() -> None:
    """Ask the database again for every notice: it may be another database."""
    _shown.cache_clear()


@lru_cache(maxsize=64)
def _shown(notice_hash: str) -> Shown:
    notice = Notice.objects.get(pk=notice_hash)
    return Shown(tuple(notice.asked), notice.policy_id, notice.language, notice.register)


def _agreed(method: Method, chosen: Collection[str], asked: Sequence[str], *, gpc: bool) -> list[str]:
    """Return the purposes agreed to, in the order of the notice.

    Where the browser sends its signal, "Agree" leaves out what the signal refuses (decision 9 of the policy).
    """
    if method == Method.AGREE:
        return [purpose for purpose in asked if not (gpc and purpose in GPC_REFUSES)]
    if method == Method.CHOOSE:
        return [purpose for purpose in asked if purpose in chosen]
    return []
