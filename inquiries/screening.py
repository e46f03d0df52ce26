"""What becomes of an inquiry that is sent: let in, to quarantine, or to be sent again later; with a mail or not.

Nothing of this is seen by the sender, but a wait and the word that no mail will come: a machine learns nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from inquiries import limits
from inquiries.intake import OUTAGE, Entry
from inquiries.limits import DAY, HOUR, Event
from inquiries.suspicions import Suspicion, suspicions_of

MAILS = Event("mails", "", HOUR)


@dataclass(frozen=True)
class Verdict:
    """`wait` is minutes: where it is not 0, the inquiry is not let in yet."""

    suspicions: list[Suspicion]
    acknowledge: bool
    wait: int = 0


def screen(entry: Entry, *, visitor: str, age: timedelta, trap: str) -> Verdict:
    """Judge an inquiry that is about to be let in, and count it.

    `visitor` is a network as `limits.visitor_of` returns it, `age` that of the check page, `trap` what was entered
    where people see no field.
    """
    events = [
        Event("visitor", visitor, HOUR),
        Event("text", entry.document["message"], DAY),
        Event("address", entry.document["email"].lower(), DAY),
    ]
    # While the database is away nobody waits for it to count: what comes then is judged by its words alone.
    by_visitor, of_text, to_address = [0] * len(events) if OUTAGE.is_on else limits.count(events)
    is_known = by_visitor > 0
    if not visitor:
        by_visitor = 0
    if _is_over(by_visitor, settings.INQUIRIES_PER_HOUR):
        return Verdict([], acknowledge=False, wait=limits.minutes_left(HOUR))
    seen = {
        Suspicion.TRAP: bool(trap),
        Suspicion.FAST: age < timedelta(seconds=settings.INQUIRY_SECONDS),
        Suspicion.SAME: _is_over(of_text, settings.SAME_TEXTS),
        Suspicion.MANY: by_visitor > settings.INQUIRIES_PER_HOUR // 3 > 0,
    }
    suspicions = [*suspicions_of(entry.document), *(suspicion for suspicion, holds in seen.items() if holds)]
    is_flooded = _is_over(to_address, settings.MAILS_PER_ADDRESS)
    # Where nothing can be counted at present, that isn't tried a second time: the sender is waiting.
    acknowledge = not is_flooded and (not is_known or _is_mail_left(is_sent_now=not suspicions))
    return Verdict(suspicions, acknowledge)


def _is_mail_left(*, is_sent_now: bool) -> bool:
    """Return whether this hour has a mail left. What is held is sent later: it takes none, and is told the same."""
    limit: int = settings.MAILS_PER_HOUR
    if not limit:
        return True
    return limits.count([MAILS])[0] <= limit if is_sent_now else limits.times(MAILS) < limit


def _is_over(times: int, limit: int) -> bool:
    return times > limit > 0
