"""What was registered and published, version by version."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RegisterVersion(models.Model):
    """The whole register as it was published at one moment; never changed afterwards. The newest is in force.

    `content` holds everything in both languages (`consent/contents.py` says in which shape). `asked` is the version of
    what visitors are asked: it is also that of the notices and of the cookie that keeps a decision.
    """

    number = models.PositiveIntegerField(_("Version"), unique=True)
    asked = models.CharField(_("Version of what is asked"), max_length=12, db_index=True)
    content = models.JSONField(_("Content"))
    published_at = models.DateTimeField(_("Published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Published by"),
    )

    class Meta:
        verbose_name = _("version of the register")
        verbose_name_plural = _("versions of the register")
        permissions = [("publish_register", "Can publish the register")]
        constraints = [
            models.CheckConstraint(name="consent_registerversion_number_positive", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="consent_registerversion_asked_is_a_version", condition=Q(asked__regex=r"\A[0-9a-f]{12}\Z")
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def essential(self) -> dict[str, Any]:
        """The purpose that is always on."""
        purposes: list[dict[str, Any]] = self.content["purposes"]
        return next(purpose for purpose in purposes if purpose["required"])

    def tag(self, number: int) -> dict[str, Any] | None:
        """Return a tag of this version by its number, or None."""
        tags: list[dict[str, Any]] = self.content["tags"]
        return next((tag for tag in tags if tag["id"] == number), None)

    def recipient_of(self, tag: dict[str, Any]) -> dict[str, Any]:
        """Return who receives what a tag of this version sends."""
        recipients: list[dict[str, Any]] = self.content["recipients"]
        return next(recipient for recipient in recipients if recipient["id"] == tag["recipient"])
