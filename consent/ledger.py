"""The only writer of decisions."""

import re
from collections.abc import Collection

from django.utils import timezone

from consent.inventory import GPC_REFUSES
from consent.models import Decision, Method, Notice

HASH = re.compile(r"[0-9a-f]{64}")


class UnknownNoticeError(ValueError):
    """No notice with these words was ever published."""


class UnknownPurposeError(ValueError):
    """A purpose was agreed to that the notice does not name."""


def decide(method: Method, chosen: Collection[str], notice_hash: str, *, gpc: bool) -> Decision:
    """Record one press of one button, and return the decision (clause S2).

    `chosen` counts only where the visitor chose purpose by purpose. Any notice ever published is accepted and recorded
    as the one that was shown. One SELECT and one INSERT, which is a transaction by itself.

    Raises UnknownNoticeError or UnknownPurposeError, and then nothing is recorded.
    """
    notice = _notice(notice_hash)
    unknown = set(chosen) - set(notice.asked)
    if unknown:
        raise UnknownPurposeError(f"The notice {notice} does not name {len(unknown)} of the purposes")
    return Decision.objects.create(
        made_at=timezone.now(),
        notice=notice,
        policy_id=notice.policy_id,
        language=notice.language,
        method=method,
        agreed=",".join(_agreed(method, chosen, notice.asked, gpc=gpc)),
        gpc=gpc,
    )


def _notice(notice_hash: str) -> Notice:
    if not HASH.fullmatch(notice_hash):
        raise UnknownNoticeError("This is not the hash of a notice")
    try:
        return Notice.objects.get(pk=notice_hash)
    except Notice.DoesNotExist:
        raise UnknownNoticeError("No such notice was ever published") from None


def _agreed(method: Method, chosen: Collection[str], asked: list[str], *, gpc: bool) -> list[str]:
    """Return the purposes agreed to, in the order of the notice.

    Where the browser sends its signal, "Agree" leaves out what the signal refuses (decision 9 of the policy).
    """
    if method == Method.AGREE:
        return [purpose for purpose in asked if not (gpc and purpose in GPC_REFUSES)]
    if method == Method.CHOOSE:
        return [purpose for purpose in asked if purpose in chosen]
    return []
