"""The desk's lists: inquiries without personal data, and the log of looks."""

import unicodedata
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from consent.lists import ReadOnlyAdmin
from inquiries import admin_views
from inquiries.models import Delivery, Inquiry, Look, OutboxItem


@admin.register(Inquiry)
class InquiryAdmin(ReadOnlyAdmin):
    list_display = ("reference", "category", "language", "channel", "state", "received_at", "reply_by", "trouble")
    list_filter = ("state", "category", "language")
    search_fields = ("reference",)
    search_help_text = _("Enter a whole reference number.")
    ordering = ("-received_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Inquiry]:
        unsettled = OutboxItem.objects.filter(
            inquiry=OuterRef("pk"), delivery__in=[Delivery.UNCERTAIN, Delivery.FAILED]
        )
        trouble = Subquery(unsettled.order_by("created_at").values("delivery")[:1])
        return Inquiry.objects.defer("sealed").annotate(trouble=trouble).order_by(*self.ordering)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Inquiry], search_term: str
    ) -> tuple[QuerySet[Inquiry], bool]:
        """Find one reference number, however it was typed; a look-up by index, not a search through the table."""
        text = "".join(unicodedata.normalize("NFKC", search_term).upper().replace("-", "").split())
        return (queryset.filter(reference=f"{text[:5]}-{text[5:]}") if text else queryset), False

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
            wrapped("<int:pk>/mail/<int:item>/again/", admin_views.send_again, "send_again"),
            wrapped("<int:pk>/mail/<int:item>/sent/", admin_views.mark_sent, "mark_sent"),
        ]
        return [*own, *super().get_urls()]


@admin.register(Look)
class LookAdmin(ReadOnlyAdmin):
    """Who opened what, when and for which purpose. A written reason stays sealed."""

    list_display = ("at", "by", "purpose", "fields_opened", "reference")
    list_display_links = None
    list_select_related = ("by", "inquiry")
    list_filter = ("purpose",)
    fields = ("at", "by", "purpose", "fields_opened", "inquiry")
    ordering = ("-at", "-id")

    @admin.display(description=_("Reference number"))
    def reference(self, look: Look) -> str:
        address = reverse("admin:inquiries_inquiry_change", args=[look.inquiry_id])
        return format_html('<a href="{}">{}</a>', address, look.inquiry.reference)

    @admin.display(description=_("Fields"))
    def fields_opened(self, look: Look) -> str:
        return admin_views.field_labels(look.fields)
