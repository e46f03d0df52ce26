"""The desk's lists: inquiries without personal data, and the log of looks."""

import unicodedata
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from consent.lists import ReadOnlyAdmin
from inquiries import admin_views, hold_views, retention
from inquiries.models import Delivery, ErasedInquiry, Inquiry, Look, OutboxItem, RestoreDrill, RetentionRun
from inquiries.retention_lists import ErasedInquiryAdmin, ErasureFilter, RestoreDrillAdmin, RetentionRunAdmin

admin.site.register(ErasedInquiry, ErasedInquiryAdmin)
admin.site.register(RetentionRun, RetentionRunAdmin)
admin.site.register(RestoreDrill, RestoreDrillAdmin)


@admin.register(Inquiry)
class InquiryAdmin(ReadOnlyAdmin):
    list_display = ("reference", "category", "language", "channel", "standing", "received_at", "reply_by", "trouble")
    list_filter = ("state", "category", "language", ErasureFilter)
    search_fields = ("reference",)
    search_help_text = _("Enter a whole reference number.")
    ordering = ("-received_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Inquiry]:
        unsettled = OutboxItem.objects.filter(
            inquiry=OuterRef("pk"), delivery__in=[Delivery.UNCERTAIN, Delivery.FAILED]
        )
        trouble = Subquery(unsettled.order_by("created_at").values("delivery")[:1])
        inquiries = retention.with_hold(Inquiry.objects.defer("sealed"))
        return inquiries.annotate(trouble=trouble).order_by(*self.ordering)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Inquiry], search_term: str
    ) -> tuple[QuerySet[Inquiry], bool]:
        """Find one reference number, however it was typed; a look-up by index, not a search through the table."""
        text = "".join(unicodedata.normalize("NFKC", search_term).upper().replace("-", "").split())
        return (queryset.filter(reference=f"{text[:5]}-{text[5:]}") if text else queryset), False

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
            wrapped("<int:pk>/hold/", hold_views.place, "hold"),
            wrapped("<int:pk>/hold/release/", hold_views.release, "release_hold"),
            wrapped("<int:pk>/mail/<int:item>/again/", admin_views.send_again, "send_again"),
            wrapped("<int:pk>/mail/<int:item>/sent/", admin_views.mark_sent, "mark_sent"),
        ]
        return [*own, *super().get_urls()]


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
        return admin_views.field_labels(look.fields)
