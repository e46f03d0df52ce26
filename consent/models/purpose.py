"""What visitors are asked: the words of each purpose (clause S1)."""

from cookie_consent.models import CookieGroup
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.models.language import in_active


class Purpose(models.Model):
    """The words of one of django-cookie-consent's groups, in both languages (clause S1)."""

    group = models.OneToOneField(CookieGroup, on_delete=models.PROTECT, primary_key=True)
    name_ja = models.CharField(_("Name (Japanese)"), max_length=100)
    name_en = models.CharField(_("Name (English)"), max_length=100)
    text_ja = models.TextField(_("Text (Japanese)"), max_length=1000)
    text_en = models.TextField(_("Text (English)"), max_length=1000)

    class Meta:
        verbose_name = pgettext_lazy("consent", "purpose")
        verbose_name_plural = pgettext_lazy("consent", "purposes")
        constraints = [
            models.CheckConstraint(
                name="consent_purpose_in_both_languages",
                condition=~Q(name_ja="") & ~Q(name_en="") & ~Q(text_ja="") & ~Q(text_en=""),
            )
        ]

    def __str__(self) -> str:
        return in_active(self, "name")
