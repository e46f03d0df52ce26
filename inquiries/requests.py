"""Deciding on what people ask for about their own data (APPI, Articles 32 to 35): done, or refused with the reason."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from inquiries import access, sealing
from inquiries.models import DataRequest, Inquiry, RequestKind, RequestState

MAX_LENGTH = 4000
"""Characters of a decision's words at most."""


class DecidedAlreadyError(Exception):
    """Somebody decided on the request after the page was opened; nothing was changed."""


def to_erase() -> QuerySet[Inquiry]:
    """Return the inquiries whose senders asked for their erasure, where nobody has decided otherwise."""
    wanted = DataRequest.objects.filter(kind=RequestKind.ERASE, decided_at__isnull=True)
    return Inquiry.objects.filter(pk__in=wanted.values("inquiry"))


def decide(request: DataRequest, state: RequestState, words: str, by: User) -> None:
    """Note what was decided, with the words that the person reads on the status page.

    Raises DecidedAlreadyError, SealingError where there is no key, and ValueError where the request stays open, is
    refused without a reason (APPI, Article 36), or is one to erase said to be done: erasing it is what makes it done.
    """
    if state == RequestState.OPEN:
        raise ValueError("A decision is one to do or to refuse.")
    if state == RequestState.REFUSED and not words:
        raise ValueError("A refusal needs its reason.")
    if state == RequestState.DONE and request.kind == RequestKind.ERASE:
        raise ValueError("A request to erase is done by erasing the inquiry.")
    document, context = {"body": words}, sealing.decision_context(request.inquiry.reference)
    sealed, copy = sealing.seal(document, context), access.copy_for(request.inquiry, document, context)
    with transaction.atomic():
        decided = DataRequest.objects.filter(pk=request.pk, state=RequestState.OPEN).update(
            state=state, decided_at=timezone.now(), decided_by=by, decision_sealed=sealed, decision_copy=copy
        )
        if not decided:
            raise DecidedAlreadyError
