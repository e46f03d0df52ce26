"""What a person asks for about their own data (APPI, Articles 32 to 35), with its clock."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inquiries.models.inquiry import Inquiry


class RequestKind(models.TextChoices):
    """What may be asked for: Articles 32(2), 33(1), 34(1), 35(1), 35(3) and 33(5); the last is this site's own."""

    PURPOSE = "purpose", _("Notice of the purpose of use")
    DISCLOSE = "disclose", _("Disclosure")
    CORRECT = "correct", _("Correction, addition or deletion")
    STOP = "stop", _("Ceasing of use or deletion")
    THIRD_PARTY = "third_party", _("Ceasing of provision to third parties")
    RECORDS = "records", _("Disclosure of records of provision to third parties")
    ERASE = "erase", _("Erasure of this inquiry")


class RequestState(models.TextChoices):
    OPEN = "open", pgettext_lazy("request", "Being handled")
    DONE = "done", pgettext_lazy("request", "Done")
    REFUSED = "refused", pgettext_lazy("request", "Refused")


class DataRequest(models.Model):
    """One request of a sender about their own data. Its words and the decision's are sealed like the inquiry.

    It goes with its inquiry when that is erased.
    """

    inquiry = models.ForeignKey(
        Inquiry, on_delete=models.CASCADE, related_name="requests", verbose_name=pgettext_lazy("model", "inquiry")
    )
    kind = models.CharField(_("What is asked for"), max_length=12, choices=RequestKind)
    state = models.CharField(_("State"), max_length=10, choices=RequestState, default=RequestState.OPEN)
    made_at = models.DateTimeField(_("Received"))
    due_on = models.DateField(_("Answer due"))
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    sealed = models.BinaryField()
    sender_copy = models.BinaryField()
    decided_at = models.DateTimeField(_("Decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Who"),
    )
    decision_sealed = models.BinaryField(null=True)
    decision_copy = models.BinaryField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "request about personal data")
        verbose_name_plural = pgettext_lazy("model", "requests about personal data")
        indexes = [
            # SQLite uses a partial index only where the query says the same without a parameter.
            models.Index(name="inquiries_request_due", fields=["due_on"], condition=Q(decided_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(name="inquiries_request_kind_valid", condition=Q(kind__in=RequestKind.values)),
            models.CheckConstraint(name="inquiries_request_state_valid", condition=Q(state__in=RequestState.values)),
            models.CheckConstraint(
                name="inquiries_request_decided_has_its_time",
                condition=Q(
                    state=RequestState.OPEN,
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                    decision_sealed__isnull=True,
                    decision_copy__isnull=True,
                )
                | (~Q(state=RequestState.OPEN) & Q(decided_at__isnull=False)),
            ),
            # Nobody is refused without a person and a reason (APPI, Article 36).
            models.CheckConstraint(
                name="inquiries_request_refused_has_its_reason",
                condition=~Q(state=RequestState.REFUSED)
                | Q(decided_by__isnull=False, decision_sealed__isnull=False, decision_copy__isnull=False),
            ),
            models.UniqueConstraint(
                name="inquiries_request_one_erasure",
                fields=["inquiry"],
                condition=Q(kind=RequestKind.ERASE, decided_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id}/{self.kind}"
