"""The worker's job that makes each inquiry findable: its look-up hashes, under its period's key."""

import logging

from django.db import IntegrityError

from inquiries import lookup
from inquiries.models import Inquiry, LookPurpose, LookupKind
from inquiries.reveal import open_inquiry
from inquiries.sealing import SealingError

logger = logging.getLogger(__name__)

AT_ONCE = 100
"""How many inquiries are indexed before mail has its turn again."""

FIELDS = [kind.value for kind in LookupKind]

_unopenable: set[int] = set()
"""What could not be opened since this process began: tried again by the next one, not with every turn."""


def index_new() -> None:
    """Index the inquiries that are new or were sealed again."""
    due = Inquiry.objects.filter(indexed_at__isnull=True).exclude(pk__in=_unopenable)
    for inquiry in due.order_by("pk")[:AT_ONCE]:
        try:
            lookup.index(inquiry, open_inquiry(inquiry, LookPurpose.INDEX, FIELDS).document)
        except IntegrityError:
            logger.info("An inquiry was erased before it was indexed")
        except SealingError:
            _unopenable.add(inquiry.pk)
            logger.exception("Inquiry %s can't be indexed: its key is missing, or it was altered", inquiry.reference)
