"""Daily totals: of page views and of decisions. None of them says anything of one visitor (clauses S6 and S14)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.models.decision import Method
from consent.models.language import Language


class Device(models.TextChoices):
    """What kind of device showed a page. The browser chooses among these three and tells nothing else."""

    PHONE = "phone", pgettext_lazy("device", "Phone")
    TABLET = "tablet", _("Tablet")
    DESKTOP = "desktop", _("Computer")


class PageCount(models.Model):
    """How often a page was shown on one day to visitors who agreed to the counting.

    `page` is the name of an address, never an address: nothing typed by anybody, and no record's number, fits in here.
    """

    day = models.DateField(_("Day"))
    page = models.CharField(_("Page"), max_length=60)
    language = models.CharField(_("Language"), max_length=2, choices=Language)
    device = models.CharField(_("Device"), max_length=7, choices=Device)
    views = models.PositiveBigIntegerField(_("Views"))

    class Meta:
        verbose_name = _("page views by day")
        verbose_name_plural = _("page views by day")
        constraints = [
            models.UniqueConstraint(name="consent_pagecount_one_row", fields=["day", "page", "language", "device"]),
            models.CheckConstraint(name="consent_pagecount_language_valid", condition=Q(language__in=Language.values)),
            models.CheckConstraint(name="consent_pagecount_device_valid", condition=Q(device__in=Device.values)),
            models.CheckConstraint(
                name="consent_pagecount_page_is_a_name", condition=Q(page__regex=r"^[a-z_]+(:[a-z_]+)?$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.page} {self.language} {self.device}"


class DecisionCount(models.Model):
    """How many decisions were made on one day, by language and by the button that was pressed."""

    day = models.DateField(_("Day"))
    language = models.CharField(_("Language"), max_length=2, choices=Language)
    method = models.CharField(_("Button pressed"), max_length=8, choices=Method)
    decisions = models.PositiveBigIntegerField(pgettext_lazy("consent", "decisions"))

    class Meta:
        verbose_name = _("decisions by day")
        verbose_name_plural = _("decisions by day")
        constraints = [
            models.UniqueConstraint(name="consent_decisioncount_one_row", fields=["day", "language", "method"]),
            models.CheckConstraint(
                name="consent_decisioncount_language_valid", condition=Q(language__in=Language.values)
            ),
            models.CheckConstraint(name="consent_decisioncount_method_valid", condition=Q(method__in=Method.values)),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.language} {self.method}"


class PurposeCount(models.Model):
    """How many of a day's decisions agreed to a purpose, by language and by the button that was pressed."""

    day = models.DateField(_("Day"))
    language = models.CharField(_("Language"), max_length=2, choices=Language)
    method = models.CharField(_("Button pressed"), max_length=8, choices=Method)
    purpose = models.CharField(_("Purpose"), max_length=32)
    agreed = models.PositiveBigIntegerField(pgettext_lazy("statistics", "Agreed"))

    class Meta:
        verbose_name = _("agreement by day")
        verbose_name_plural = _("agreement by day")
        constraints = [
            models.UniqueConstraint(
                name="consent_purposecount_one_row", fields=["day", "language", "method", "purpose"]
            ),
            models.CheckConstraint(
                name="consent_purposecount_language_valid", condition=Q(language__in=Language.values)
            ),
            models.CheckConstraint(
                name="consent_purposecount_method_agrees", condition=Q(method__in=[Method.AGREE, Method.CHOOSE])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.language} {self.method} {self.purpose}"


class RollUp(models.Model):
    """How far the daily totals of decisions go; one row, which is also the lock under which a day is counted."""

    counted_at = models.DateTimeField(_("Counted"), null=True)
    newest = models.UUIDField(_("Newest record counted"), null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="consent_rollup_is_one", condition=Q(pk=1))]

    def __str__(self) -> str:
        return str(self.counted_at)
