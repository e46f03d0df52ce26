"""The end of a decision: after DECISION_LEDGER_YEARS its row is erased. Its entry in the log, a salted hash, stays.

A row is due when it and the tree head that covers it are that old: an entry without its record under a younger head is
thus one that was removed, and `verify_decisions` says so.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from consent.models import Decision, ErasurePermit, Receipt, TreeHead
from consent.proof import years_before

BATCH = 500


def forget_due() -> None:
    """Erase every decision that is past its time."""
    forget(timezone.now())


def forget(now: datetime) -> int:
    """Erase every decision that is past its time at `now`, oldest first, in batches of one transaction each.

    Returns how many were erased.
    """
    count, last = 0, -1
    while batch := list(due(now).filter(position__gt=last)[:BATCH]):
        count += _forget(batch, cutoff(now))
        last = batch[-1].position
    return count


def due(now: datetime) -> QuerySet[Receipt]:
    """Return the receipts of what is past its time, oldest first."""
    head = TreeHead.objects.filter(signed_at__lt=cutoff(now)).order_by("-signed_at", "-size").first()
    return Receipt.objects.filter(position__lt=head.size if head else 0).order_by("position")


def cutoff(now: datetime) -> datetime:
    """Return the time before which decisions are erased."""
    return years_before(now, settings.DECISION_LEDGER_YEARS)


@transaction.atomic
def _forget(batch: list[Receipt], before: datetime) -> int:
    """Erase records and their receipts. The database allows it only while the permit stands, in this transaction."""
    numbers = {receipt.pk for receipt in batch}
    permit = ErasurePermit.objects.create(pk=1)
    count, _by_model = Decision.objects.filter(pk__in=numbers, made_at__lt=before).delete()
    dated_later = Decision.objects.filter(pk__in=numbers).values_list("pk", flat=True)
    Receipt.objects.filter(pk__in=numbers.difference(dated_later)).delete()
    permit.delete()
    return count
