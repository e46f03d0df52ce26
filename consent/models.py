"""What a visitor was shown, and what the visitor decided (clauses S1, S2, S6 and S7 of the policy)."""

from datetime import date, timedelta

from cookie_consent.models import CookieGroup
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.ids import time_ordered_uuid


class Language(models.TextChoices):
    JAPANESE = "ja", "日本語"
    ENGLISH = "en", "English"


class Method(models.TextChoices):
    """How a decision was made: which button was pressed."""

    AGREE = "agree", _("Agree")
    REFUSE = "refuse", _("Do not agree")
    CHOOSE = "choose", _("Choose by purpose")
    WITHDRAW = "withdraw", _("Withdraw consent")


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
        return self.name_en

    def words(self, language: str) -> dict[str, str]:
        """Return the purpose's name and text in a language."""
        return {"name": getattr(self, f"name_{language}"), "text": getattr(self, f"text_{language}")}


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def published(self) -> "PolicyVersionQuerySet":
        return self.filter(published_at__isnull=False)

    def in_force(self, on: date) -> "PolicyVersionQuerySet":
        """Versions that apply on a day, the newest first; without a date a version applies once published."""
        started = Q(effective_on__isnull=True) | Q(effective_on__lte=on)
        return self.published().filter(started).order_by("-number")


class PolicyVersion(models.Model):
    """One wording of the privacy policy, in both languages, as Markdown."""

    number = models.PositiveIntegerField(_("Version"), unique=True)
    text_ja = models.TextField(_("Text (Japanese)"))
    text_en = models.TextField(_("Text (English)"))
    is_official = models.BooleanField(_("OCCTO's official wording"), default=False)
    effective_on = models.DateField(_("In force from"), null=True, blank=True)
    published_at = models.DateTimeField(_("Published"), null=True, blank=True)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        constraints = [
            models.CheckConstraint(name="consent_policyversion_number_positive", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="consent_policyversion_published_in_both_languages",
                condition=Q(published_at__isnull=True) | (~Q(text_ja="") & ~Q(text_en="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    def text(self, language: str) -> str:
        """Return the wording in a language, as Markdown."""
        value: str = getattr(self, f"text_{language}")
        return value


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
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def purposes(self) -> list[str]:
        """The varnames of the purposes agreed to, in the order of the notice."""
        return self.agreed.split(",") if self.agreed else []

    @property
    def valid_until(self) -> date:
        """The day on which the visitor is asked again (182 days, "How long" of the policy)."""
        return timezone.localdate(self.made_at) + timedelta(days=settings.DECISION_DAYS)
