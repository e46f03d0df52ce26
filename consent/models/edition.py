"""What was published of a month (clause S14)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Edition(models.Model):
    """One month's statistics as they were published: whole, and never changed afterwards.

    `content` holds the published numbers and words only. What was left out of them is not here either.
    """

    month = models.CharField(_("Month"), max_length=7, primary_key=True)
    published_at = models.DateTimeField(_("Published"))
    content = models.JSONField(_("Tables"))

    class Meta:
        verbose_name = _("edition of the statistics")
        verbose_name_plural = _("editions of the statistics")
        constraints = [
            models.CheckConstraint(
                name="consent_edition_month_valid", condition=Q(month__regex=r"^[0-9]{4}-(0[1-9]|1[0-2])$")
            )
        ]

    def __str__(self) -> str:
        return self.month
