"""Lists that staff only read: no adding, changing or deleting, and no count over the whole table."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

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


class OfferedFiltersAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own isn't generic at run time
    """A list that is filtered by what it offers and nothing else: Django would by every column."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        offered = [getattr(offer, "parameter_name", offer) for offer in self.list_filter]
        is_offered = lookup.partition("__")[0] in offered
        return is_offered and super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]


class ReadOnlyAdmin(OfferedFiltersAdmin):
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
