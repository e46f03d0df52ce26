"""What staff see of retention: what is erased soon, what is kept, what became of the rest, and what is in the way."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from consent.lists import ReadOnlyAdmin
from inquiries import retention
from inquiries.models import Hold, Inquiry, RestoreDrill, RetentionRun
from inquiries.retention_run import STEPS

LATE = timedelta(hours=3)
"""The worker ends what is due every hour: after so long something is wrong with it."""


class ErasureFilter(admin.SimpleListFilter):
    title = _("Erasure")
    parameter_name = "erasure"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("soon", _("Within 7 days")),
            ("held", _("Kept from being erased")),
            ("ended", _("No longer kept: the last day has passed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
        today = timezone.localdate()
        if self.value() == "soon":
            return queryset.filter(pk__in=retention.erased_by(timezone.now() + retention.NOTICE).values("pk"))
        if self.value() == "held":
            return queryset.filter(Exists(Hold.objects.in_force(today).filter(inquiry=OuterRef("pk"))))
        if self.value() == "ended":
            return queryset.filter(Exists(Hold.objects.run_out(today).filter(inquiry=OuterRef("pk"))))
        return queryset


class ErasedInquiryAdmin(ReadOnlyAdmin):
    list_display = ("month", "category", "language", "channel", "days_to_answer", "reason")
    list_display_links = None
    list_filter = ("reason", "category", "language")
    ordering = ("-month", "category", "-id")


class RetentionRunAdmin(ReadOnlyAdmin):
    list_display = ("at", "ended", "overdue", "problem_in_words")
    list_display_links = None
    ordering = ("-at", "-id")

    @admin.display(description=_("What came to its end"))
    def ended(self, run: RetentionRun) -> str:
        parts = [f"{step.label} {run.counts[step.name]}" for step in STEPS if run.counts.get(step.name)]
        return pgettext("between fields", ", ").join(parts) or str(_("Nothing was due"))

    @admin.display(description=_("Problem"), empty_value="")
    def problem_in_words(self, run: RetentionRun) -> str | None:
        return run.get_problem_display() or None


class RestoreDrillAdmin(ReadOnlyAdmin):
    list_display = ("at", "backup_made_at", "database", "tables", "rows", "seconds_taken", "result")
    list_display_links = None
    ordering = ("-at", "-id")

    @admin.display(description=_("Seconds"))
    def seconds_taken(self, drill: RestoreDrill) -> str:
        return f"{drill.seconds:.1f}"

    @admin.display(description=_("Result"))
    def result(self, drill: RestoreDrill) -> str:
        return drill.get_problem_display() or str(_("Everything was restored"))


@dataclass(frozen=True)
class Note:
    """A sentence for the first page of the desk, and the address it leads to."""

    text: str
    address: str
    is_warning: bool = False


def notes(request: HttpRequest) -> list[Note]:
    """Return what staff should see of retention when they come in: what goes within a week, and what is in the way."""
    if not request.user.has_perm("inquiries.view_inquiry"):
        return []
    now, inquiries = timezone.now(), reverse("admin:inquiries_inquiry_changelist")
    found = [_trouble(now)]
    soon = retention.erased_by(now + retention.NOTICE).count()
    if soon:
        words = _("Inquiries that will be erased within 7 days: %(count)s")
        found.append(Note(words % {"count": soon}, f"{inquiries}?erasure=soon"))
    ended = Hold.objects.run_out(timezone.localdate()).count()
    if ended:
        words = _("Inquiries no longer kept from being erased, because the last day has passed: %(count)s")
        found.append(Note(words % {"count": ended}, f"{inquiries}?erasure=ended"))
    return [note for note in found if note]


def _trouble(now: Any) -> Note | None:
    """Return the warning that nothing is erased at present, or None."""
    runs = reverse("admin:inquiries_retentionrun_changelist")
    last = RetentionRun.objects.order_by("-at", "-pk").first()
    if last and last.problem:
        return Note(str(last.get_problem_display()), runs, is_warning=True)
    if (last is None or now - last.at > LATE) and retention.erased_by(now - LATE).exists():
        words = _("Inquiries are past their time, and the worker does not erase them.")
        return Note(str(words), runs, is_warning=True)
    return None
