"""The desk's lists: inquiries without personal data, what people ask for about theirs, and the log of looks."""

from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from consent.lists import ReadOnlyAdmin
from inquiries import admin_requests, admin_views, hold_views, references, retention
from inquiries.admin_thread import field_labels
from inquiries.models import (
    DataRequest,
    Delivery,
    ErasedInquiry,
    Inquiry,
    Look,
    OutboxItem,
    RestoreDrill,
    RetentionRun,
)
from inquiries.retention_lists import ErasedInquiryAdmin, ErasureFilter, RestoreDrillAdmin, RetentionRunAdmin

admin.site.register(ErasedInquiry, ErasedInquiryAdmin)
admin.site.register(RetentionRun, RetentionRunAdmin)
admin.site.register(RestoreDrill, RestoreDrillAdmin)


@admin.register(Inquiry)
class InquiryAdmin(ReadOnlyAdmin):
    list_display = (
        "reference",
        "category",
        "standing",
        "received_at",
        "wrote_again_at",
        "request_due",
        "reply_by",
        "language",
        "channel",
        "trouble",
    )
    list_filter = ("state", "category", "language", ErasureFilter)
    search_fields = ("reference",)
    search_help_text = _("Enter a whole reference number.")
    ordering = ("-received_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Inquiry]:
        unsettled = OutboxItem.objects.filter(
            inquiry=OuterRef("pk"), delivery__in=[Delivery.UNCERTAIN, Delivery.FAILED]
        )
        asked = DataRequest.objects.filter(inquiry=OuterRef("pk"), decided_at__isnull=True)
        due = Subquery(asked.order_by("due_on").values("due_on")[:1])
        trouble = Subquery(unsettled.order_by("created_at").values("delivery")[:1])
        inquiries = retention.with_hold(Inquiry.objects.defer("sealed", "sender_key", "sender_copy"))
        return inquiries.annotate(trouble=trouble, request_due=due).order_by(*self.ordering)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Inquiry], search_term: str
    ) -> tuple[QuerySet[Inquiry], bool]:
        """Find one reference number, however it was typed; a look-up by index, not a search through the table."""
        return (queryset.filter(reference=references.read(search_term)) if search_term.strip() else queryset), False

    @admin.display(description=_("Request due"), empty_value="")
    def request_due(self, inquiry: Any) -> Any:
        return inquiry.request_due

    @admin.display(description=_("State"))
    def standing(self, inquiry: Inquiry) -> str:
        """Return the state, and the day of erasure where there is one."""
        day = retention.erased_on(inquiry)
        if day is None:
            return inquiry.get_state_display()
        words = _("Erased on %(day)s") % {"day": date_format(day)}
        return format_html('{}<br><span class="help">{}</span>', inquiry.get_state_display(), words)

    @admin.display(description=_("Delivery trouble"), empty_value="")
    def trouble(self, inquiry: Any) -> Any:
        return Delivery(inquiry.trouble).label if inquiry.trouble else None

    def get_urls(self) -> list[URLPattern]:
        def wrapped(route: str, view: Any, name: str) -> URLPattern:
            guarded: Any = self.admin_site.admin_view(view)
            pattern: URLPattern = path(route, guarded, name=f"inquiries_inquiry_{name}")
            return pattern

        own = [
            wrapped("<int:pk>/change/", admin_views.detail, "change"),
            wrapped("<int:pk>/open/", admin_views.open_inquiry, "open"),
            wrapped("<int:pk>/answer/", admin_views.answer, "answer"),
            wrapped("<int:pk>/close/", admin_views.close, "close"),
            wrapped("<int:pk>/reopen/", admin_views.reopen, "reopen"),
            wrapped("<int:pk>/release/", admin_views.release, "release"),
            wrapped("<int:pk>/spam/", admin_views.confirm_spam, "spam"),
            wrapped("<int:pk>/request/<int:asked>/", admin_requests.decide, "request"),
            wrapped("<int:pk>/hold/", hold_views.place, "hold"),
            wrapped("<int:pk>/hold/release/", hold_views.release, "release_hold"),
            wrapped("<int:pk>/mail/<int:item>/again/", admin_views.send_again, "send_again"),
            wrapped("<int:pk>/mail/<int:item>/sent/", admin_views.mark_sent, "mark_sent"),
        ]
        return [*own, *super().get_urls()]


@admin.register(DataRequest)
class DataRequestAdmin(ReadOnlyAdmin):
    """What people ask for about their own data, what is due first at the top. It is handled on the inquiry's page."""

    list_display = ("kind", "state", "due_on", "made_at", "reference")
    list_display_links = None
    list_select_related = ("inquiry",)
    list_filter = ("state", "kind")
    fields = ("kind", "state", "made_at", "due_on", "decided_at", "decided_by", "inquiry")
    ordering = (F("decided_at").desc(nulls_first=True), "due_on", "id")

    @admin.display(description=_("Reference number"))
    def reference(self, request: DataRequest) -> str:
        return _link_to_inquiry(request.inquiry)


@admin.register(Look)
class LookAdmin(ReadOnlyAdmin):
    """Who opened what, when and for which purpose. A written reason stays sealed."""

    list_display = ("at", "by", "purpose", "fields_opened", "inquiry_looked_at")
    list_display_links = None
    list_select_related = ("by",)
    list_filter = ("purpose",)
    fields = ("at", "by", "purpose", "fields_opened", "inquiry_looked_at")
    ordering = ("-at", "-id")

    @admin.display(description=_("Reference number"))
    def inquiry_looked_at(self, look: Look) -> str:
        """Link to the inquiry; of one that was erased the number alone is left."""
        if look.inquiry_id is None:
            return look.reference
        address = reverse("admin:inquiries_inquiry_change", args=[look.inquiry_id])
        return format_html('<a href="{}">{}</a>', address, look.reference)

    @admin.display(description=_("Fields"))
    def fields_opened(self, look: Look) -> str:
        return field_labels(look.fields)


def _link_to_inquiry(inquiry: Inquiry) -> str:
    address = reverse("admin:inquiries_inquiry_change", args=[inquiry.pk])
    return format_html('<a href="{}">{}</a>', address, inquiry.reference)
