"""The work that an inquiry causes: mails to be sent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inquiries.models.inquiry import Inquiry
from inquiries.models.message import Message


class Kind(models.TextChoices):
    ACKNOWLEDGEMENT = "ack", _("Acknowledgement")
    ANSWER = "answer", _("Answer")
    MOVED = "moved", _("Notice of a changed address")


class Delivery(models.TextChoices):
    """Where a mail stands. "Held": its inquiry is in quarantine, and what it says is not sent to anybody's address
    before staff judged it. "Uncertain": a try was under way when it broke off, and may have gone out.
    """

    HELD = "held", pgettext_lazy("delivery", "Held until staff release the inquiry")

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
            models.Index(
                name="inquiries_outbox_due", fields=["delivery", "due_at"], condition=Q(done_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(name="inquiries_outbox_kind_valid", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(name="inquiries_outbox_delivery_valid", condition=Q(delivery__in=Delivery.values)),
            models.CheckConstraint(
                name="inquiries_outbox_answer_has_its_message",
                condition=Q(kind__in=[Kind.ANSWER, Kind.MOVED], message__isnull=False)
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
