"""Drafts of what this site keeps in a browser: cookies, and keys of its storage (clauses S1 and S6)."""

from cookie_consent.models import Cookie
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.models.language import in_both_languages
from consent.models.purpose import Purpose

LONGEST_COOKIE = 400
"""Days after which a browser forgets a cookie whatever it was told (RFC 6265bis, section 5.5)."""


class CookieFacts(models.Model):
    """What visitors are told of one of django-cookie-consent's cookies, besides its name and its group."""

    cookie = models.OneToOneField(Cookie, on_delete=models.CASCADE, primary_key=True, related_name="facts")
    holds_ja = models.TextField(_("What it holds (Japanese)"), max_length=500)
    holds_en = models.TextField(_("What it holds (English)"), max_length=500)
    days = models.PositiveIntegerField(
        _("Kept for (days)"),
        null=True,
        blank=True,
        help_text=_("Leave it empty for a cookie that goes when the browser is closed."),
    )

    class Meta:
        verbose_name = pgettext_lazy("consent", "cookie")
        verbose_name_plural = pgettext_lazy("consent", "cookies")
        constraints = [
            models.CheckConstraint(name="consent_cookiefacts_in_both_languages", condition=in_both_languages("holds")),
            models.CheckConstraint(
                name="consent_cookiefacts_days_possible",
                condition=Q(days__isnull=True) | Q(days__gte=1, days__lte=LONGEST_COOKIE),
            ),
        ]

    def __str__(self) -> str:
        return self.cookie.name


class StorageKind(models.TextChoices):
    LOCAL = "local", _("Kept until deleted (localStorage)")
    SESSION = "session", _("Kept until the tab is closed (sessionStorage)")


class StorageKey(models.Model):
    """A key under which a script of this site keeps something in the browser's storage."""

    key = models.CharField(_("Key"), max_length=250)
    kind = models.CharField(_("Storage"), max_length=7, choices=StorageKind, default=StorageKind.LOCAL)
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, verbose_name=pgettext_lazy("consent", "purpose"))
    holds_ja = models.TextField(_("What it holds (Japanese)"), max_length=500)
    holds_en = models.TextField(_("What it holds (English)"), max_length=500)
    days = models.PositiveIntegerField(
        _("Kept for (days)"),
        null=True,
        blank=True,
        help_text=_("Leave it empty where it stays until it is deleted, or until the tab is closed."),
    )

    class Meta:
        verbose_name = pgettext_lazy("consent", "storage key")
        verbose_name_plural = pgettext_lazy("consent", "storage keys")
        constraints = [
            models.UniqueConstraint(name="consent_storagekey_once", fields=["kind", "key"]),
            models.CheckConstraint(name="consent_storagekey_kind_valid", condition=Q(kind__in=StorageKind.values)),
            models.CheckConstraint(name="consent_storagekey_is_named", condition=~Q(key="")),
            models.CheckConstraint(name="consent_storagekey_in_both_languages", condition=in_both_languages("holds")),
            models.CheckConstraint(
                name="consent_storagekey_days_possible",
                condition=Q(days__isnull=True) | Q(days__gte=1, kind=StorageKind.LOCAL),
            ),
        ]

    def __str__(self) -> str:
        return self.key
