"""What remains of an inquiry, and that data ended on its day (clauses S5, S14 and S15)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inquiries.models.inquiry import Category, Channel, Language


class ErasureReason(models.TextChoices):
    TERM = "term", _("Its time was over")
    REQUEST = "request", _("The sender asked for it")
    SPAM = "spam", pgettext_lazy("erasure", "Spam")


class ErasedInquiry(models.Model):
    """What statistics keep of an erased inquiry. No column here could hold personal data or a reference number."""

    category = models.CharField(_("Type of inquiry"), max_length=20, choices=Category)
    month = models.CharField(_("Month received"), max_length=7)
    language = models.CharField(_("Language"), max_length=2, choices=Language)
    channel = models.CharField(_("Channel"), max_length=8, choices=Channel)
    days_to_answer = models.PositiveIntegerField(_("Days to the answer"), null=True, blank=True)
    reason = models.CharField(_("Erased because"), max_length=8, choices=ErasureReason)

    class Meta:
        verbose_name = pgettext_lazy("model", "erased inquiry")
        verbose_name_plural = pgettext_lazy("model", "erased inquiries")
        indexes = [models.Index(name="inquiries_erased_by_month", fields=["month"])]
        constraints = [
            models.CheckConstraint(name="inquiries_erased_category_valid", condition=Q(category__in=Category.values)),
            models.CheckConstraint(
                name="inquiries_erased_month_valid", condition=Q(month__regex=r"^[0-9]{4}-(0[1-9]|1[0-2])$")
            ),
            models.CheckConstraint(name="inquiries_erased_language_valid", condition=Q(language__in=Language.values)),
            models.CheckConstraint(name="inquiries_erased_channel_valid", condition=Q(channel__in=Channel.values)),
            models.CheckConstraint(name="inquiries_erased_reason_valid", condition=Q(reason__in=ErasureReason.values)),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.category}"


class RetentionRun(models.Model):
    """One run of the retention job: what came to its end, how many things are overdue, and what was in the way."""

    class Problem(models.TextChoices):
        LEDGER = "ledger", _("The erasure ledger cannot be written, so nothing is erased")
        FILES = "files", _("Files of mails cannot be removed from the outgoing folder")
        ERROR = "error", _("There is an error in this site's program; the log names it")

    at = models.DateTimeField(_("Date and time"))
    counts = models.JSONField(_("What came to its end"))
    """How many, by the name of the step (`inquiries.retention_run.STEPS`)."""

    overdue = models.PositiveIntegerField(_("Inquiries overdue after it"))
    problem = models.CharField(_("Problem"), max_length=6, choices=Problem, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "retention run")
        verbose_name_plural = pgettext_lazy("model", "retention runs")
        indexes = [models.Index(name="inquiries_retentionrun_newest", fields=["-at"])]
        constraints = [
            models.CheckConstraint(
                name="inquiries_retentionrun_problem_valid", condition=Q(problem__in=["", "ledger", "files", "error"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
