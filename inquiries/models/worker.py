"""That the worker is alive."""

from django.db import models
from django.db.models import Q


class WorkerBeat(models.Model):
    """When the worker was last seen alive; one row."""

    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="inquiries_workerbeat_is_one", condition=Q(pk=1))]

    def __str__(self) -> str:
        return str(self.seen_at)
