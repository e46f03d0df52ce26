"""The exact words that a visitor was shown (clause S2)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.models.language import Language
from consent.models.policy import PolicyVersion


class Notice(models.Model):
    """The exact words of a notice, addressed by their SHA-256: a decision points at what was on the screen.

    `register` is the version of what is asked (policy, purposes), the same for both languages: when it changes,
    visitors are asked again. A correction of a word changes the hash but not the register.
    """

    hash = models.CharField(_("SHA-256 of the words"), max_length=64, primary_key=True)
    language = models.CharField(_("Language"), max_length=2, choices=Language)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, verbose_name=_("policy version"))
    register = models.CharField(_("Version of the register"), max_length=12)
    words = models.JSONField(_("Words"))
    first_published_at = models.DateTimeField(_("First published"))
    published_at = models.DateTimeField(_("Published"))

    class Meta:
        verbose_name = pgettext_lazy("consent", "notice")
        verbose_name_plural = pgettext_lazy("consent", "notices")
        indexes = [models.Index(name="consent_notice_newest", fields=["language", "-published_at"])]
        constraints = [
            models.CheckConstraint(name="consent_notice_language_valid", condition=Q(language__in=Language.values)),
            models.CheckConstraint(name="consent_notice_hash_is_sha256", condition=Q(hash__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(
                name="consent_notice_published_in_order",
                condition=Q(published_at__gte=F("first_published_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.hash[:12]

    @property
    def asked(self) -> list[str]:
        """The varnames of the purposes in these words, in the order in which they are shown."""
        return [purpose["purpose"] for purpose in self.words["purposes"]]
