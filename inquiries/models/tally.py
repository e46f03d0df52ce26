"""How often something came lately, without knowing what it was."""

from django.db import models
from django.db.models import Q


class Tally(models.Model):
    """One count within one span of time. Its name is a hash under a key that is destroyed with the day."""

    digest = models.CharField(max_length=64, primary_key=True)
    times = models.PositiveIntegerField()
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="inquiries_tally_ended", fields=["ends_at"])]
        constraints = [models.CheckConstraint(name="inquiries_tally_counts_something", condition=Q(times__gte=1))]

    def __str__(self) -> str:
        return str(self.times)
