"""That a backup was restored for practice, and what came of it (clause S15)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RestoreDrill(models.Model):
    """One drill: a backup restored into a database that is thrown away afterwards, compared and counted."""

    class Problem(models.TextChoices):
        KEY = "key", _("The private key that opens the backup is not here")
        FILE = "file", _("The backup cannot be read: it is missing, cut short, altered or of a newer version")
        DATABASE = "base", _("The backup could not be restored into a database")
        ROWS = "rows", _("What was restored is not what was backed up")
        SEALED = "sealed", _("A private key that opens inquiries of the backup is not here")

    at = models.DateTimeField(_("Date and time"))
    backup_made_at = models.DateTimeField(_("Backup made"), null=True, blank=True)
    database = models.CharField(_("Restored into"), max_length=10, blank=True)
    tables = models.PositiveIntegerField(_("Tables"), default=0)
    rows = models.PositiveBigIntegerField(_("Rows"), default=0)
    seconds = models.FloatField(_("Seconds"), default=0)
    problem = models.CharField(_("Problem"), max_length=6, choices=Problem, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "restore drill")
        verbose_name_plural = pgettext_lazy("model", "restore drills")
        indexes = [models.Index(name="inquiries_drill_newest", fields=["-at"])]
        constraints = [
            models.CheckConstraint(
                name="inquiries_drill_problem_valid",
                condition=Q(problem__in=["", "key", "file", "base", "rows", "sealed"]),
            ),
            models.CheckConstraint(
                name="inquiries_drill_names_what_it_restored",
                condition=~Q(problem="") | Q(backup_made_at__isnull=False, tables__gt=0) & ~Q(database=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
