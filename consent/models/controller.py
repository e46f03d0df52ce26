"""OCCTO's own details: who answers for the data (the controller)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Controller(models.Model):
    """OCCTO's own details, which only OCCTO can supply. Empty means "to be supplied", never a guess."""

    telephone = models.CharField(_("Telephone number and hours"), max_length=200, blank=True)
    email = models.EmailField(_("E-mail address"), blank=True)
    president_ja = models.CharField(_("President (Japanese)"), max_length=100, blank=True)
    president_en = models.CharField(_("President (English)"), max_length=100, blank=True)
    privacy_contact_ja = models.CharField(
        _("Contact for requests and complaints (Japanese)"), max_length=300, blank=True
    )
    privacy_contact_en = models.CharField(
        _("Contact for requests and complaints (English)"), max_length=300, blank=True
    )
    reply_time_ja = models.CharField(
        _("Reply time (Japanese)"), max_length=100, blank=True, help_text=_("Example: 5営業日")
    )
    reply_time_en = models.CharField(
        _("Reply time (English)"), max_length=100, blank=True, help_text=_("Example: 5 working days")
    )
    main_policy_url = models.URLField(_("Address of OCCTO's Personal Information Protection Policy"), blank=True)
    facts_confirmed = models.BooleanField(_('OCCTO has confirmed the facts on the page "About OCCTO"'), default=False)

    class Meta:
        verbose_name = _("OCCTO's details")
        verbose_name_plural = _("OCCTO's details")
        constraints = [models.CheckConstraint(name="consent_controller_is_one", condition=Q(pk=1))]

    def __str__(self) -> str:
        return "OCCTO"

    def text(self, field: str, language: str) -> str:
        """Return `field` in `language`, or an empty string where OCCTO has not supplied it."""
        value: str = getattr(self, f"{field}_{language}")
        return value
