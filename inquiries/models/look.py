"""Who looked at personal data, when and why (clauses S5 and S15)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inquiries.models.inquiry import Inquiry


class LookPurpose(models.TextChoices):
    """Why personal data was opened: a closed list (clauses S10 and S12). The last ones are the worker's own."""

    ANSWER = "answer", _("To answer and confirm the inquiry")
    OPERATE = "operate", _("To run this website")
    PLAN = "plan", _("For policy planning")
    ACKNOWLEDGE = "acknowledge", _("System: to send the acknowledgement")
    SEND = "send", _("System: to send an answer or a notice")
    INDEX = "index", _("System: to make it findable by name, e-mail address or telephone number")
    SEAL_AGAIN = "seal_again", _("System: to seal it again under a newer key")


SYSTEM_PURPOSES = [LookPurpose.ACKNOWLEDGE, LookPurpose.SEND, LookPurpose.INDEX, LookPurpose.SEAL_AGAIN]

STAFF_PURPOSES = [LookPurpose.ANSWER, LookPurpose.OPERATE, LookPurpose.PLAN]


class Look(models.Model):
    """One opening of personal data, written and committed before it happens (clauses S5 and S15).

    `fields` are names, never values. A written reason is sealed: staff may name a person in it. The row outlives its
    inquiry, of which the reference number then remains; the written reason ends with the inquiry.
    """

    inquiry = models.ForeignKey(
        Inquiry,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="looks",
        verbose_name=pgettext_lazy("model", "inquiry"),
    )
    reference = models.CharField(_("Reference number"), max_length=16)
    at = models.DateTimeField(_("Date and time"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Who"),
    )
    purpose = models.CharField(_("Purpose"), max_length=12, choices=LookPurpose)
    fields = models.CharField(_("Fields"), max_length=200)
    reason_sealed = models.BinaryField(null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "look")
        verbose_name_plural = pgettext_lazy("model", "log of looks")
        indexes = [models.Index(name="inquiries_look_newest", fields=["-at"])]
        constraints = [
            models.CheckConstraint(name="inquiries_look_purpose_valid", condition=Q(purpose__in=LookPurpose.values)),
            models.CheckConstraint(
                name="inquiries_look_names_who",
                condition=Q(by__isnull=True, purpose__in=SYSTEM_PURPOSES)
                | Q(by__isnull=False, purpose__in=STAFF_PURPOSES),
            ),
            models.CheckConstraint(name="inquiries_look_names_fields", condition=~Q(fields="")),
            models.CheckConstraint(name="inquiries_look_names_its_inquiry", condition=~Q(reference="")),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.purpose}"
