"""One inquiry: sealed, with what staff need to see without opening it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Language(models.TextChoices):
    JAPANESE = "ja", "日本語"
    ENGLISH = "en", "English"


class Category(models.TextChoices):
    WEBSITE = "website", _("This website")
    PRIVACY = "privacy", _("Cookies and personal information")
    ORGANIZATION = "organization", _("OCCTO and its work")
    GRID_ACCESS = "grid_access", _("Connecting to the grid (system access)")
    CAPACITY_MARKET = "capacity_market", _("Capacity market")
    MEMBERSHIP = "membership", _("Membership")
    PRESS = "press", _("Press")
    OTHER = "other", _("Other")


class ReplyBy(models.TextChoices):
    EMAIL = "email", _("E-mail")
    TELEPHONE = "telephone", pgettext_lazy("reply", "Telephone")
    NONE = "none", _("No reply needed")


class Channel(models.TextChoices):
    FORM = "form", _("Form")


class State(models.TextChoices):
    """Where an inquiry stands. In quarantine: something about it made it look like spam, and nobody judged it yet."""

    QUARANTINE = "quarantine", pgettext_lazy("state", "Quarantine")
    NEW = "new", pgettext_lazy("state", "New")
    OPEN = "open", pgettext_lazy("state", "Open")
    ANSWERED = "answered", pgettext_lazy("state", "Answered")
    CLOSED = "closed", pgettext_lazy("state", "Closed")
    SPAM = "spam", pgettext_lazy("state", "Spam")


ENDED = [State.CLOSED, State.SPAM]
"""States with a time of closing, from which the time that an inquiry is kept is counted."""


class ClosedBecause(models.TextChoices):
    """Why an inquiry was closed, where it wasn't by staff."""

    WITHDRAWN = "withdrawn", pgettext_lazy("closed", "Withdrawn by the sender")


class Inquiry(models.Model):
    """One inquiry, sealed at the door: once for staff, and once for the sender, whose receipt code opens that copy."""

    reference = models.CharField(_("Reference number"), max_length=16, unique=True)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    category = models.CharField(_("Type of inquiry"), max_length=20, choices=Category)
    language = models.CharField(_("Language"), max_length=2, choices=Language)
    channel = models.CharField(_("Channel"), max_length=8, choices=Channel)
    reply_by = models.CharField(_("How should we reply?"), max_length=10, choices=ReplyBy)
    publish_name = models.BooleanField(_("Agreed to the name being published"), default=False)
    publish_name_changed_at = models.DateTimeField(null=True, blank=True)
    policy_version = models.PositiveIntegerField(_("Policy version agreed to"))
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.NEW)
    received_at = models.DateTimeField(_("Received"))
    closed_at = models.DateTimeField(_("Closed"), null=True, blank=True)
    suspicions = models.CharField(_("Suspected because"), max_length=100, blank=True)
    closed_because = models.CharField(max_length=10, choices=ClosedBecause, blank=True)
    wrote_again_at = models.DateTimeField(_("Sender wrote again"), null=True, blank=True)
    """When the sender last wrote what nobody of staff has opened yet."""
    sealed = models.BinaryField()
    sender_key = models.BinaryField(null=True)
    sender_copy = models.BinaryField(null=True)
    indexed_at = models.DateTimeField(null=True, blank=True)
    """When its look-up hashes were made; empty where they are to be made, or made anew."""

    class Meta:
        verbose_name = pgettext_lazy("model", "inquiry")
        verbose_name_plural = pgettext_lazy("model", "inquiries")
        permissions = [
            ("open_inquiry", "Can open the personal data of an inquiry, giving a purpose"),
            ("answer_inquiry", "Can answer an inquiry"),
        ]
        indexes = [
            models.Index(name="inquiries_inquiry_newest", fields=["-received_at", "-id"]),
            models.Index(name="inquiries_inquiry_by_state", fields=["state", "-received_at"]),
            models.Index(name="inquiries_inquiry_unindexed", fields=["id"], condition=Q(indexed_at__isnull=True)),
            models.Index(name="inquiries_inquiry_by_closing", fields=["closed_at"]),
        ]
        constraints = [
            models.CheckConstraint(name="inquiries_inquiry_category_valid", condition=Q(category__in=Category.values)),
            models.CheckConstraint(name="inquiries_inquiry_language_valid", condition=Q(language__in=Language.values)),
            models.CheckConstraint(name="inquiries_inquiry_channel_valid", condition=Q(channel__in=Channel.values)),
            models.CheckConstraint(name="inquiries_inquiry_reply_by_valid", condition=Q(reply_by__in=ReplyBy.values)),
            models.CheckConstraint(name="inquiries_inquiry_state_valid", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="inquiries_inquiry_closed_has_its_time",
                condition=Q(state__in=ENDED, closed_at__isnull=False)
                | (~Q(state__in=ENDED) & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="inquiries_inquiry_quarantine_has_its_reasons",
                condition=~Q(state=State.QUARANTINE, suspicions=""),
            ),
            models.CheckConstraint(
                name="inquiries_inquiry_closed_because_valid",
                condition=Q(closed_because="") | Q(closed_because__in=ClosedBecause.values, state=State.CLOSED),
            ),
            models.CheckConstraint(
                name="inquiries_inquiry_sender_key_has_its_copy",
                condition=Q(sender_key__isnull=True, sender_copy__isnull=True)
                | Q(sender_key__isnull=False, sender_copy__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference
