"""What followed an inquiry: the messages of its thread."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inquiries.models.inquiry import Inquiry


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
