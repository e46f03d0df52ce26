"""The end of keys: which were destroyed, when and why."""

from django.db import models
from django.db.models import Q


class Because(models.TextChoices):
    """Why a key was destroyed."""

    TIME = "time", "past every retention"
    DECISION = "decision", "by hand"


class KeyDestruction(models.Model):
    """One key whose files were destroyed, or are about to be: the row is there before the first of them goes."""

    name = models.CharField(max_length=16, unique=True)
    because = models.CharField(max_length=8, choices=Because)
    decided_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True, blank=True)
    made_unreadable = models.PositiveIntegerField(default=0)
    """How many documents named it and can never be opened again."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="inquiries_keydestruction_because_valid", condition=Q(because__in=Because.values)
            ),
            models.CheckConstraint(
                name="inquiries_keydestruction_time_loses_nothing",
                condition=Q(because=Because.DECISION) | Q(made_unreadable=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name
