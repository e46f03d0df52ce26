"""The end of a key: what still names it is sealed again under the present one, then its files are destroyed.

From then on no old backup of the database can be read that was sealed with it. The worker does this when the period is
past every retention; staff do it by hand where a key may have got out.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from inquiries import keyring, reveal, sealing, spool
from inquiries.models import Because, Inquiry, KeyDestruction, LookupHash
from inquiries.sealed_columns import COLUMNS, SealedColumn
from inquiries.sealing import SealingError

logger = logging.getLogger(__name__)

AT_ONCE = 1000
"""How many documents are sealed again before mail has its turn again."""

_unopenable: set[tuple[str, int]] = set()
"""What could not be opened since this process began: tried again by the next one, not with every turn."""


def retire_past_keys() -> None:
    """End the keys that are past every retention. Safe to kill anywhere: the next turn goes on."""
    finish_destructions()
    present = sealing.newest_key()
    for name in keyring.private_names():
        if name != present and sealing.is_past(name) and seal_again(name, AT_ONCE):
            destroy(name, Because.TIME)


def documents_naming(name: str) -> Counter[str]:
    """Return how many documents open with a key and nothing else, by what they are; the spool's are this machine's."""
    counts = Counter({column.label: column.naming(name).count() for column in COLUMNS})
    counts["submissions in the spool"] = sum(sealing.key_of(s.sealed) == name for s in spool.submissions_waiting())
    return +counts


def documents_without_key() -> dict[str, Counter[str]]:
    """Return how many documents name a key whose private part is not on this machine, by key and by what they are."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    here = keyring.private_names()
    for column in COLUMNS:
        for name, count in column.names().items():
            if name not in here:
                counts[name][column.label] += count
    return dict(sorted(counts.items()))


def seal_again(name: str, limit: int | None = None) -> bool:
    """Seal again, under the present key, the documents that name a key; return whether none names it now.

    Stops after `limit` documents, where there is one. Raises SealingError where there is no present key.
    """
    tried = 0
    for column in COLUMNS:
        for row in _rows_naming(column, name):
            if tried == limit:
                return False
            tried += _seal_one_again(column, row)
    return not documents_naming(name)


def destroy(name: str, because: Because) -> None:
    """Destroy a key's files, and the look-up hashes made under it; keep when and why.

    Raises ValueError where it is the key that seals now, and OSError where a file can't be removed.
    """
    if name == sealing.newest_key():
        raise ValueError(f"{name} is the key that seals now; make a newer one first: manage.py keys rotate")
    KeyDestruction.objects.update_or_create(
        name=name,
        defaults={
            "because": because,
            "decided_at": timezone.now(),
            "destroyed_at": None,
            "made_unreadable": documents_naming(name).total(),
        },
    )
    _finish(name)


def finish_destructions() -> None:
    """Go on with what a power cut interrupted. A private key that is still here goes by its date or by hand alone:
    whoever may write to the database must not be able to have keys destroyed.
    """
    in_use = {*keyring.private_names(), sealing.newest_key()}
    begun = KeyDestruction.objects.filter(destroyed_at__isnull=True).exclude(name__in=in_use)
    for name in begun.values_list("name", flat=True):
        _finish(name)


def _rows_naming(column: SealedColumn, name: str) -> Iterator[Any]:
    last = 0
    while page := list(column.naming(name).filter(pk__gt=last).order_by("pk")[:100]):
        yield from page
        last = page[-1].pk


def _finish(name: str) -> None:
    keyring.destroy(name)
    LookupHash.objects.filter(period=name).delete()
    KeyDestruction.objects.filter(name=name).update(destroyed_at=timezone.now())
    logger.warning("Destroyed the key %s: what was sealed with it, old backups too, can't be opened again", name)


def _seal_one_again(column: SealedColumn, row: Any) -> int:
    """Seal one document again; return 1 for one that was tried, 0 for one that is known to be past opening."""
    known = (column.label, row.pk)
    if known in _unopenable:
        return 0
    inquiry = column.inquiry_of(row)
    try:
        if reveal.seal_again(column, row) and column.model is Inquiry:
            Inquiry.objects.filter(pk=row.pk).update(indexed_at=None)  # its hashes are made anew, under the new key
    except SealingError:
        _unopenable.add(known)
        logger.exception("A document of %s can't be sealed again; its key stays until staff decide", inquiry.reference)
    except IntegrityError:  # erased meanwhile
        logger.info("A document was erased before it was sealed again")
    return 1
