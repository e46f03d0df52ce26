"""The wordings of the privacy policy."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def published(self) -> "PolicyVersionQuerySet":
        return self.filter(published_at__isnull=False)

    def in_force(self, on: date) -> "PolicyVersionQuerySet":
        """Versions that apply on a day, the newest first; without a date a version applies once published."""
        started = Q(effective_on__isnull=True) | Q(effective_on__lte=on)
        return self.published().filter(started).order_by("-number")


_is_draft = models.ExpressionWrapper(Q(published_at__isnull=True), output_field=models.BooleanField())


class PolicyVersion(models.Model):
    """One wording of the privacy policy, as Markdown; a draft until it is published, then it stays as it is.

    OCCTO may supply its official wording in one language only: the other text is empty then, and the page shows the
    plain statement in its place (`consent.policies.wording`).
    """

    number = models.PositiveIntegerField(_("Version"), unique=True)
    text_ja = models.TextField(_("Text (Japanese)"), blank=True)
    text_en = models.TextField(_("Text (English)"), blank=True)
    is_official = models.BooleanField(_("OCCTO's official wording"), default=False)
    effective_on = models.DateField(_("In force from"), null=True, blank=True)
    published_at = models.DateTimeField(_("Published"), null=True, blank=True)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        permissions = [("publish_policyversion", "Can publish a policy version")]
        constraints = [
            models.CheckConstraint(name="consent_policyversion_number_positive", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="consent_policyversion_published_has_words",
                condition=Q(published_at__isnull=True) | ~Q(text_ja="", text_en=""),
            ),
            models.CheckConstraint(
                name="consent_policyversion_plain_in_both_languages",
                condition=Q(published_at__isnull=True) | Q(is_official=True) | (~Q(text_ja="") & ~Q(text_en="")),
            ),
            models.UniqueConstraint(
                _is_draft, name="consent_policyversion_one_draft", condition=Q(published_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    def text(self, language: str) -> str:
        """Return the wording in a language, as Markdown; empty where it was not supplied."""
        value: str = getattr(self, f"text_{language}")
        return value
