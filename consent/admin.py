"""What staff see of consent: OCCTO's own details to fill in, everything else to read."""

import re
from typing import Any
from uuid import UUID

import cookie_consent.admin  # noqa: F401 - it registers its models now, so that they can be taken out below
from cookie_consent.models import Cookie, CookieGroup, LogItem
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consent import (
    daily_views,
    policy_admin,  # noqa: F401 - it registers the policy versions
    register_admin,  # noqa: F401 - it registers its models
)
from consent.lists import ReadOnlyAdmin
from consent.models import Controller, Decision, DecisionCount, Notice, TreeHead, VerificationRun

# Whoever deletes a group there deletes what visitors were asked.
for model in (CookieGroup, Cookie, LogItem):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(Controller)
class ControllerAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the same
    """OCCTO's own details: one screen, without a list around it."""

    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect(reverse("admin:consent_controller_change", args=[1], current_app=self.admin_site.name))

    def response_post_save_change(self, request: HttpRequest, obj: Controller) -> HttpResponseRedirect:
        return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Controller, form: "forms.ModelForm[Any]", change: Any) -> None:
        obj.save(update_fields=form.changed_data)


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ("id", "made_at", "method", "agreed", "language", "gpc", "policy", "notice")
    list_select_related = ("policy", "notice")
    search_fields = ("id",)
    search_help_text = _("Enter a whole record number.")
    ordering = ("-id",)  # record numbers sort by time

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Decision], search_term: str
    ) -> tuple[QuerySet[Decision], bool]:
        """Find one record by its number; a look-up by key, not a search through the table."""
        text = search_term.strip()
        if not text:
            return queryset, False
        return (queryset.filter(pk=UUID(text)) if _is_record_number(text) else queryset.none()), False


@admin.register(DecisionCount)
class DecisionCountAdmin(ReadOnlyAdmin):
    """Not a list of rows but a page made of them."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return daily_views.show_month(request, self.admin_site.each_context(request))


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "language", "policy", "register", "first_published_at", "published_at")
    list_select_related = ("policy",)
    ordering = ("-published_at",)


@admin.register(TreeHead)
class TreeHeadAdmin(ReadOnlyAdmin):
    list_display = ("size", "signed_at", "key", "log")
    ordering = ("-size",)


@admin.register(VerificationRun)
class VerificationRunAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "finished_at", "entries", "records", "findings", "first_finding")
    ordering = ("-id",)


def _is_record_number(text: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}", text) is not None
