"""Keeping an inquiry past its term, for a reason and until a day (clause S5). What is on hold nobody erases."""

from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from inquiries import sealing
from inquiries.models import Hold, HoldQuerySet, Inquiry

LONGEST = timedelta(days=3 * 365)
"""How far ahead a hold may end; it can be set again, so nothing is kept for ever by one decision."""


class HoldError(Exception):
    """The hold was not set or released; nothing was changed."""


def place(inquiry: Inquiry, reason: str, until: date, by: User) -> Hold:
    """Keep an inquiry to the end of a day, in place of a hold that it has already.

    Raises HoldError where the day has passed or lies too far ahead, or where the inquiry was erased meanwhile, and
    SealingError where there is no key.
    """
    today = timezone.localdate()
    if not reason or not today <= until <= today + LONGEST:
        raise HoldError("A hold has a reason, and ends between today and three years from now.")
    sealed = sealing.seal({"reason": reason}, sealing.hold_context(inquiry.reference))
    with transaction.atomic():
        # The erasure takes the same lock: one of the two comes first.
        if not Inquiry.objects.select_for_update().filter(pk=inquiry.pk).exists():
            raise HoldError("The inquiry was erased.")
        now = timezone.now()
        _open(inquiry).update(released_at=now, released_by=by)
        return Hold.objects.create(inquiry=inquiry, reason_sealed=sealed, until=until, by=by, set_at=now)


def release(inquiry: Inquiry, by: User) -> None:
    """End the hold of an inquiry now. Raises HoldError where it has none in force."""
    if not _open(inquiry).in_force(timezone.localdate()).update(released_at=timezone.now(), released_by=by):
        raise HoldError("There is no hold in force.")


def is_held(inquiry: Inquiry) -> bool:
    """Return whether a hold keeps an inquiry today."""
    return _open(inquiry).in_force(timezone.localdate()).exists()


def last_of(inquiry: Inquiry) -> Hold | None:
    """Return the hold that was set last, in force or not."""
    return inquiry.holds.select_related("by", "released_by").order_by("-set_at", "-pk").first()


def _open(inquiry: Inquiry) -> HoldQuerySet:
    return Hold.objects.filter(inquiry=inquiry, released_at__isnull=True)
