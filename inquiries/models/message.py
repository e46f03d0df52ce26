"""What followed an inquiry: the messages of its thread."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inquiries.models.inquiry import Inquiry


class Direction(models.TextChoices):
    OUT = "out", _("Answer")
    IN = "in", _("From the sender")


class MessageKind(models.TextChoices):
    WORDS = "words", pgettext_lazy("message", "Message")
    CORRECTION = "correction", pgettext_lazy("message", "Correction")


class Message(models.Model):
    """One message of an inquiry's thread after the first, sealed like the inquiry: an answer of OCCTO's, or what the
    sender wrote or corrected on the status page. A correction holds the fields that changed, with their new values.
    """

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=3, choices=Direction)
    kind = models.CharField(max_length=10, choices=MessageKind, default=MessageKind.WORDS)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    written_at = models.DateTimeField()
    token_digest = models.CharField(max_length=64, unique=True, null=True, blank=True)
    sealed = models.BinaryField()
    sender_copy = models.BinaryField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "message")
        verbose_name_plural = pgettext_lazy("model", "messages")
        constraints = [
            models.CheckConstraint(
                name="inquiries_message_direction_valid", condition=Q(direction__in=Direction.values)
            ),
            models.CheckConstraint(
                name="inquiries_message_kind_valid",
                condition=Q(kind=MessageKind.WORDS) | Q(kind=MessageKind.CORRECTION, direction=Direction.IN),
            ),
            # What comes from the sender names nobody of staff, is written once for each token, and can be read back.
            models.CheckConstraint(
                name="inquiries_message_names_its_author",
                condition=Q(direction=Direction.OUT, author__isnull=False, token_digest__isnull=True)
                | Q(
                    direction=Direction.IN,
                    author__isnull=True,
                    token_digest__isnull=False,
                    sender_copy__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id}/{self.pk}"
