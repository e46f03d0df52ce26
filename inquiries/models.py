"""An inquiry, what was answered, who looked at it and why, and the work it causes.

No column here holds personal data in the clear: everything a person typed is one sealed document (clauses S4, S5
and S15). What stands beside it is what staff need to see without opening it.
"""

from django.conf import settings
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
    NEW = "new", pgettext_lazy("state", "New")
    OPEN = "open", pgettext_lazy("state", "Open")
    ANSWERED = "answered", pgettext_lazy("state", "Answered")
    CLOSED = "closed", pgettext_lazy("state", "Closed")


class LookPurpose(models.TextChoices):
    """Why personal data was opened: a closed list (clauses S10 and S12). The last two are the worker's own."""

    ANSWER = "answer", _("To answer and confirm the inquiry")
    OPERATE = "operate", _("To run this website")
    PLAN = "plan", _("For policy planning")
    ACKNOWLEDGE = "acknowledge", _("System: to send the acknowledgement")
    SEND = "send", _("System: to send an answer")


SYSTEM_PURPOSES = [LookPurpose.ACKNOWLEDGE, LookPurpose.SEND]
STAFF_PURPOSES = [LookPurpose.ANSWER, LookPurpose.OPERATE, LookPurpose.PLAN]


class Inquiry(models.Model):
    """One inquiry, sealed at the door."""

    reference = models.CharField(_("Reference number"), max_length=16, unique=True)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    category = models.CharField(_("Type of inquiry"), max_length=20, choices=Category)
    language = models.CharField(_("Language"), max_length=2, choices=Language)
    channel = models.CharField(_("Channel"), max_length=8, choices=Channel)
    reply_by = models.CharField(_("How should we reply?"), max_length=10, choices=ReplyBy)
    publish_name = models.BooleanField(_("Agreed to the name being published"), default=False)
    policy_version = models.PositiveIntegerField(_("Policy version agreed to"))
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.NEW)
    received_at = models.DateTimeField(_("Received"))
    closed_at = models.DateTimeField(_("Closed"), null=True, blank=True)
    sealed = models.BinaryField()

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
        ]
        constraints = [
            models.CheckConstraint(name="inquiries_inquiry_category_valid", condition=Q(category__in=Category.values)),
            models.CheckConstraint(name="inquiries_inquiry_language_valid", condition=Q(language__in=Language.values)),
            models.CheckConstraint(name="inquiries_inquiry_channel_valid", condition=Q(channel__in=Channel.values)),
            models.CheckConstraint(name="inquiries_inquiry_reply_by_valid", condition=Q(reply_by__in=ReplyBy.values)),
            models.CheckConstraint(name="inquiries_inquiry_state_valid", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="inquiries_inquiry_closed_has_its_time",
                condition=Q(state=State.CLOSED, closed_at__isnull=False)
                | (~Q(state=State.CLOSED) & Q(closed_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Direction(models.TextChoices):
    OUT = "out", _("Answer")


class Message(models.Model):
    """One message of an inquiry's thread after the first: an answer of OCCTO's, sealed like the inquiry."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=3, choices=Direction)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        verbose_name = pgettext_lazy("model", "message")
        verbose_name_plural = pgettext_lazy("model", "messages")
        constraints = [
            models.CheckConstraint(
                name="inquiries_message_direction_valid", condition=Q(direction__in=Direction.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id}/{self.pk}"


class Kind(models.TextChoices):
    ACKNOWLEDGEMENT = "ack", _("Acknowledgement")
    ANSWER = "answer", _("Answer")


class Delivery(models.TextChoices):
    """Where a mail stands. "Uncertain": a try was under way when it broke off, and may have gone out."""

    WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
    SENDING = "sending", pgettext_lazy("delivery", "Being sent")
    SENT = "sent", pgettext_lazy("delivery", "Sent")
    UNCERTAIN = "uncertain", pgettext_lazy("delivery", "Uncertain: it may or may not have been sent")
    FAILED = "failed", pgettext_lazy("delivery", "Failed")


class OutboxItem(models.Model):
    """A mail to be sent, written in the same transaction as its cause. It holds no address and no words: the worker
    opens the inquiry for both, through the one door, when it sends."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="outbox")
    kind = models.CharField(_("Kind"), max_length=6, choices=Kind)
    message = models.OneToOneField(Message, on_delete=models.CASCADE, null=True, blank=True, related_name="outbox")
    mail_id = models.CharField("Message-ID", max_length=120, unique=True)
    delivery = models.CharField(_("Delivery"), max_length=10, choices=Delivery, default=Delivery.WAITING)
    attempts = models.PositiveSmallIntegerField(_("Tries"), default=0)
    due_at = models.DateTimeField(_("Next try"))
    created_at = models.DateTimeField(_("Written"))
    done_at = models.DateTimeField(_("Sent"), null=True, blank=True)
    problem = models.CharField(_("Last problem"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        indexes = [
            # SQLite uses a partial index only where the query says the same without a parameter.
            models.Index(name="inquiries_outbox_due", fields=["due_at"], condition=Q(done_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(name="inquiries_outbox_kind_valid", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(name="inquiries_outbox_delivery_valid", condition=Q(delivery__in=Delivery.values)),
            models.CheckConstraint(
                name="inquiries_outbox_answer_has_its_message",
                condition=Q(kind=Kind.ANSWER, message__isnull=False)
                | Q(kind=Kind.ACKNOWLEDGEMENT, message__isnull=True),
            ),
            models.CheckConstraint(
                name="inquiries_outbox_sent_has_its_time",
                condition=Q(delivery=Delivery.SENT, done_at__isnull=False)
                | (~Q(delivery=Delivery.SENT) & Q(done_at__isnull=True)),
            ),
            models.UniqueConstraint(
                name="inquiries_outbox_one_acknowledgement",
                fields=["inquiry"],
                condition=Q(kind=Kind.ACKNOWLEDGEMENT),
            ),
        ]

    def __str__(self) -> str:
        return self.mail_id


class Look(models.Model):
    """One opening of personal data, written and committed before it happens (clauses S5 and S15).

    `fields` are names, never values. A written reason is sealed: staff may name a person in it.
    """

    inquiry = models.ForeignKey(
        Inquiry,
        on_delete=models.PROTECT,
        related_name="looks",
        verbose_name=pgettext_lazy("model", "inquiry"),
    )
    at = models.DateTimeField(_("Date and time"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Who"),
    )
    purpose = models.CharField(_("Purpose"), max_length=12, choices=LookPurpose)
    fields = models.CharField(_("Fields"), max_length=200)
    reason_sealed = models.BinaryField(null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "look")
        verbose_name_plural = pgettext_lazy("model", "log of looks")
        indexes = [models.Index(name="inquiries_look_newest", fields=["-at"])]
        constraints = [
            models.CheckConstraint(name="inquiries_look_purpose_valid", condition=Q(purpose__in=LookPurpose.values)),
            models.CheckConstraint(
                name="inquiries_look_names_who",
                condition=Q(by__isnull=True, purpose__in=SYSTEM_PURPOSES)
                | Q(by__isnull=False, purpose__in=STAFF_PURPOSES),
            ),
            models.CheckConstraint(name="inquiries_look_names_fields", condition=~Q(fields="")),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.purpose}"


class WorkerBeat(models.Model):
    """When the worker was last seen alive; one row."""

    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="inquiries_workerbeat_is_one", condition=Q(pk=1))]

    def __str__(self) -> str:
        return str(self.seen_at)
