"""The desk's lists: inquiries without personal data, and the log of looks."""

import unicodedata
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from inquiries import admin_views
from inquiries.models import Delivery, Inquiry, Look, OutboxItem

FURTHEST_PAGE = 10_000
"""Past it nobody turns pages, and the database would count for long."""


class LookAheadPaginator(Paginator):  # type: ignore[type-arg]  # Django's own isn't generic at run time
    """Knows whether a further page follows, and never counts the table (which takes seconds at millions of rows)."""

    page_number = 1
    is_open_ended = True

    @cached_property
    def count(self) -> int:
        start = (self.page_number - 1) * self.per_page
        rows: Any = self.object_list[start : start + self.per_page + 1]
        return start + len(rows.values_list("pk"))


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the same
    """A list that is only read, newest first."""

    paginator = LookAheadPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    sortable_by = ()
    actions = None

    def get_paginator(self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any) -> "Paginator[Any]":
        paginator = super().get_paginator(request, queryset, *args, **kwargs)
        text = request.GET.get("p", "")
        if text.isdecimal() and len(text) < 10:
            paginator.page_number = min(max(int(text), 1), FURTHEST_PAGE)  # type: ignore[attr-defined]
        return paginator

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = self.opts.verbose_name_plural
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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
