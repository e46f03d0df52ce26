"""Drafts of who receives what a tag sends: partners and contractors, two lists apart (clauses S2 and S13b)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.addresses import ONE_ADDRESS
from consent.models.language import in_active, in_both_languages


class Role(models.TextChoices):
    """A partner is a third party that uses the data itself; a contractor acts for OCCTO alone."""

    PARTNER = "partner", pgettext_lazy("consent", "Partner")
    CONTRACTOR = "contractor", pgettext_lazy("consent", "Contractor")


class Recipient(models.Model):
    name_ja = models.CharField(_("Name (Japanese)"), max_length=200)
    name_en = models.CharField(_("Name (English)"), max_length=200)
    role = models.CharField(
        pgettext_lazy("consent", "Role"),
        max_length=10,
        choices=Role,
        default=Role.PARTNER,
        help_text=_("A partner uses the data itself. A contractor acts for OCCTO alone."),
    )
    country_ja = models.CharField(_("Country (Japanese)"), max_length=100)
    country_en = models.CharField(_("Country (English)"), max_length=100)
    address_ja = models.CharField(_("Postal address (Japanese)"), max_length=300)
    address_en = models.CharField(_("Postal address (English)"), max_length=300)
    url = models.CharField(
        _("Page about how it handles personal information"),
        max_length=500,
        blank=True,
        help_text=_("Optional. It begins with https://"),
    )

    class Meta:
        verbose_name = pgettext_lazy("consent", "recipient")
        verbose_name_plural = pgettext_lazy("consent", "recipients")
        constraints = [
            models.CheckConstraint(name="consent_recipient_role_valid", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="consent_recipient_in_both_languages", condition=in_both_languages("name", "country", "address")
            ),
            models.CheckConstraint(
                name="consent_recipient_url_is_https", condition=Q(url="") | Q(url__regex=ONE_ADDRESS)
            ),
        ]

    def __str__(self) -> str:
        return in_active(self, "name")
