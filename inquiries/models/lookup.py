"""What finds an inquiry by what its sender typed, without saying what that was."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inquiries.models.inquiry import Inquiry


class LookupKind(models.TextChoices):
    EMAIL = "email", _("E-mail address")
    TELEPHONE = "telephone", _("Telephone number")
    NAME = "name", _("Full name")


class LookupHash(models.Model):
    """A keyed hash (HMAC-SHA-256) of one thing a sender typed. The key follows from a period's private key."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="lookups")
    kind = models.CharField(max_length=9, choices=LookupKind)
    period = models.CharField(max_length=16)
    """The name of the key pair, as in `sealing`."""
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(name="inquiries_lookup_digest", fields=["digest"]),
            models.Index(name="inquiries_lookup_period", fields=["period"]),
        ]
        constraints = [
            models.CheckConstraint(name="inquiries_lookup_kind_valid", condition=Q(kind__in=LookupKind.values)),
            models.UniqueConstraint(name="inquiries_lookup_one_of_a_kind", fields=["inquiry", "kind"]),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id}/{self.kind}"
