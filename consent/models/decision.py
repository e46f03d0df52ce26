"""What a visitor decided (clauses S2, S6 and S7)."""

import secrets
from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.ids import time_ordered_uuid
from consent.models.language import Language
from consent.models.notice import Notice
from consent.models.policy import PolicyVersion
from consent.proof import years_before

SALT_BYTES = 16


def new_salt() -> bytes:
    """Return what makes a record's entry in the log tell nothing of the record once that is erased."""
    return secrets.token_bytes(SALT_BYTES)


class Method(models.TextChoices):
    """How a decision was made: which button was pressed."""

    AGREE = "agree", _("Agree")
    REFUSE = "refuse", _("Do not agree")
    CHOOSE = "choose", _("Choose by purpose")
    WITHDRAW = "withdraw", _("Withdraw consent")


class Decision(models.Model):
    """One press of one button: who pressed it is not known and not asked (clauses S2 and S6)."""

    id = models.UUIDField(_("Record number"), primary_key=True, default=time_ordered_uuid, editable=False)
    made_at = models.DateTimeField(_("Date and time"))
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, verbose_name=pgettext_lazy("consent", "notice"))
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, verbose_name=_("policy version"))
    language = models.CharField(_("Language"), max_length=2, choices=Language)
    method = models.CharField(_("Button pressed"), max_length=8, choices=Method)
    agreed = models.CharField(_("Purposes agreed to"), max_length=400, blank=True)
    gpc = models.BooleanField(_("Browser signal (GPC)"), default=False)
    salt = models.BinaryField(max_length=SALT_BYTES, default=new_salt)

    class Meta:
        verbose_name = pgettext_lazy("consent", "decision")
        verbose_name_plural = pgettext_lazy("consent", "decisions")
        constraints = [
            models.CheckConstraint(name="consent_decision_language_valid", condition=Q(language__in=Language.values)),
            models.CheckConstraint(name="consent_decision_method_valid", condition=Q(method__in=Method.values)),
            models.CheckConstraint(
                name="consent_decision_refusal_agrees_to_nothing",
                condition=~Q(method__in=[Method.REFUSE, Method.WITHDRAW]) | Q(agreed=""),
            ),
            models.CheckConstraint(name="consent_decision_salt_is_whole", condition=Exact(Length("salt"), SALT_BYTES)),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def purposes(self) -> list[str]:
        """The varnames of the purposes agreed to, in the order of the notice."""
        return self.agreed.split(",") if self.agreed else []

    @property
    def kept_until(self) -> date:
        """The day on which the record is erased ("How long" of the policy)."""
        return timezone.localdate(years_before(self.made_at, -settings.DECISION_LEDGER_YEARS))

    @property
    def valid_until(self) -> date:
        """The day on which the visitor is asked again (182 days, "How long" of the policy)."""
        return timezone.localdate(self.made_at) + timedelta(days=settings.DECISION_DAYS)
