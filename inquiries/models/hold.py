"""That an inquiry is kept past its term: for a reason, until a day (clause S5)."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inquiries.models.inquiry import Inquiry


class HoldQuerySet(models.QuerySet["Hold"]):
    def in_force(self, on: date) -> "HoldQuerySet":
        """Holds that keep their inquiry on a day; the last day counts."""
        return self.filter(released_at__isnull=True, until__gte=on)

    def run_out(self, on: date) -> "HoldQuerySet":
        """Holds whose end had passed on a day, and that nobody released."""
        return self.filter(released_at__isnull=True, until__lt=on)


class Hold(models.Model):
    """One hold on an inquiry. While it is in force nobody erases the inquiry; it ends with its last day by itself.

    The reason is sealed: staff may name a person in it.
    """

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="holds")
    reason_sealed = models.BinaryField()
    until = models.DateField(_("Kept until"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Who"))
    set_at = models.DateTimeField(_("Date and time"))
    released_at = models.DateTimeField(_("Released"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "hold")
        verbose_name_plural = pgettext_lazy("model", "holds")
        permissions = [("place_hold", "Can keep an inquiry from being erased, and release it")]
        constraints = [
            models.UniqueConstraint(
                name="inquiries_hold_one_at_a_time", fields=["inquiry"], condition=Q(released_at__isnull=True)
            ),
            models.CheckConstraint(
                name="inquiries_hold_released_by_somebody",
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
            ),
            models.CheckConstraint(
                name="inquiries_hold_released_after_it_was_set",
                condition=Q(released_at__isnull=True) | Q(released_at__gte=F("set_at")),
            ),
            models.CheckConstraint(name="inquiries_hold_has_its_reason", condition=~Q(reason_sealed=b"")),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id} {self.until}"

    @property
    def is_in_force(self) -> bool:
        """Whether it keeps its inquiry today."""
        return self.released_at is None and self.until >= timezone.localdate()
