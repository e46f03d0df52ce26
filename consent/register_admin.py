"""The drafts of the register: lists and forms. What is kept here reaches visitors only once it is published."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import TextField
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from consent import disclosure, drafts, publication, publish_views
from consent.lists import OfferedFiltersAdmin, ReadOnlyAdmin
from consent.models import CookieFacts, Purpose, Recipient, RegisterVersion, StorageKey, Tag
from consent.register_forms import CookieForm, PurposeForm, RecipientForm, StorageKeyForm, TagForm, is_own


class DraftAdmin(OfferedFiltersAdmin):
    """A list of drafts; each page says that they are, and leads to publishing."""

    actions = None
    change_form_template = "staff/draft_form.html"
    change_list_template = "staff/draft_list.html"
    delete_confirmation_template = "staff/draft_delete.html"
    formfield_overrides = {TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"title": self.opts.verbose_name_plural, "is_unpublished": not publication.preview().is_empty}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        drafts.keep(obj, form.changed_data)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        drafts.remove(obj)


@admin.register(Purpose)
class PurposeAdmin(DraftAdmin):
    """The words of each purpose. Which purposes there are follows from the policy (clause S1)."""

    form = PurposeForm
    list_display = ("group", "name_ja", "name_en", "text_ja", "text_en")
    list_select_related = ("group",)
    ordering = ("group__ordering",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(CookieFacts)
class CookieAdmin(DraftAdmin):
    form = CookieForm
    list_display = ("name", "purpose", "holds_ja", "holds_en", "how_long", "path", "domain")
    list_select_related = ("cookie__cookiegroup__purpose",)
    ordering = ("cookie__cookiegroup__ordering", "cookie__name")

    def has_delete_permission(self, request: HttpRequest, obj: CookieFacts | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and is_own(obj.cookie))

    def save_model(self, request: HttpRequest, obj: CookieFacts, form: Any, change: Any) -> None:
        own_fields = {field.name for field in CookieFacts._meta.get_fields()}
        drafts.keep_cookie(obj, form.cookie, own_fields & set(form.changed_data))

    @admin.display(description=_("Name"))
    def name(self, facts: CookieFacts) -> str:
        return facts.cookie.name

    @admin.display(description=_("Purpose"))
    def purpose(self, facts: CookieFacts) -> str:
        return str(facts.cookie.cookiegroup.purpose)

    @admin.display(description=_("Kept for"))
    def how_long(self, facts: CookieFacts) -> str:
        return disclosure.how_long({"days": facts.days})

    @admin.display(description=_("Path"))
    def path(self, facts: CookieFacts) -> str:
        return facts.cookie.path

    @admin.display(description=_("Domain"))
    def domain(self, facts: CookieFacts) -> str:
        return facts.cookie.domain


@admin.register(StorageKey)
class StorageKeyAdmin(DraftAdmin):
    form = StorageKeyForm
    list_display = ("key", "kind", "purpose", "holds_ja", "holds_en", "how_long")
    list_select_related = ("purpose__group",)
    ordering = ("purpose__group__ordering", "kind", "key")

    @admin.display(description=_("Kept for"))
    def how_long(self, key: StorageKey) -> str:
        return disclosure.how_long({"days": key.days, "kind": key.kind})


@admin.register(Recipient)
class RecipientAdmin(DraftAdmin):
    form = RecipientForm
    list_display = ("name_ja", "name_en", "role", "country_ja", "country_en")
    ordering = ("pk",)

    def save_model(self, request: HttpRequest, obj: Recipient, form: Any, change: Any) -> None:
        drafts.keep_recipient(obj, form.changed_data)


@admin.register(Tag)
class TagAdmin(DraftAdmin):
    form = TagForm
    list_display = ("name", "kind", "purpose", "recipient", "role", "shares")
    list_select_related = ("purpose__group", "recipient")
    ordering = ("pk",)

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: Any) -> None:
        drafts.keep_tag(obj, form.changed_data)


@admin.register(RegisterVersion)
class RegisterVersionAdmin(ReadOnlyAdmin):
    """Every version ever published, and the page that publishes the next."""

    change_list_template = "staff/versions.html"
    list_display = ("number", "published_at", "published_by", "asked")
    list_select_related = ("published_by",)
    ordering = ("-number",)

    def get_urls(self) -> list[URLPattern]:
        def wrapped(route: str, view: Any, name: str) -> URLPattern:
            guarded: Any = self.admin_site.admin_view(view)
            pattern: URLPattern = path(route, guarded, name=f"consent_registerversion_{name}")
            return pattern

        own = [
            wrapped("publish/", publish_views.publish, "publish"),
            wrapped("<int:pk>/change/", publish_views.show_version, "change"),
        ]
        return [*own, *super().get_urls()]
