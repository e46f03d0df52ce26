"""Policy versions for staff: one draft, both languages side by side; its preview; its publication."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from consent import inventory, markdown, policies
from consent.lists import ReadOnlyAdmin
from consent.models import Language, PolicyVersion

ROWS = 30

CANT_PUBLISH = {
    "no_text": _("The draft has no text. Write it in one language at least."),
    "one_language": _("A plain statement needs both languages. Write the other one, or tick the official wording."),
    "same_text": _("The draft reads like the version before it. There is nothing to publish."),
}

can_publish = permission_required("consent.publish_policyversion", raise_exception=True)


class DraftForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own isn't generic at run time
    """The texts and facts of a draft; its number is the next one."""

    class Meta:
        model = PolicyVersion
        fields = ("text_ja", "text_en", "is_official", "effective_on")
        widgets = {f"text_{language}": forms.Textarea({"rows": ROWS, "lang": language}) for language in Language}
        help_texts = {
            "text_ja": _("Markdown. A section begins with a line like: ## 1. 基本方針"),
            "text_en": _("Markdown. A section begins with a line like: ## 1. Basic policy"),
            "is_official": _(
                "Tick it for a text that OCCTO has decided on. It may then be in one language only: the page in the "
                "other language shows the plain statement, and says so."
            ),
            "effective_on": _("Empty: it applies as soon as it is published."),
        }

    def clean(self) -> dict[str, Any]:
        """Keep plain line ends, so that the difference shows no line that nobody changed."""
        data: dict[str, Any] = super().clean() or {}
        for name in ("text_ja", "text_en"):
            if name in data:
                data[name] = data[name].replace("\r\n", "\n").replace("\r", "\n")
        return data


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """Published versions are only read; the one draft is written here until it is published."""

    list_display = ("number", "is_official", "effective_on", "published_at", "preview")
    ordering = ("-number",)
    form = DraftForm
    fieldsets = (
        (None, {"fields": (("text_ja", "text_en"),), "classes": ("side-by-side",)}),
        (None, {"fields": ("is_official", "effective_on")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One draft at a time: a second one would not know what it differs from."""
        may_add = request.user.has_perm("consent.add_policyversion")
        return may_add and not PolicyVersion.objects.filter(published_at=None).exists()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_change = request.user.has_perm("consent.change_policyversion")
        return may_change and obj is not None and obj.published_at is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_delete = request.user.has_perm("consent.delete_policyversion")
        return may_delete and obj is not None and obj.published_at is None

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the texts in force: a new version mostly changes a few words."""
        in_force = inventory.policy_in_force()
        return {"text_ja": in_force.text_ja, "text_en": in_force.text_en, "is_official": in_force.is_official}

    def save_model(self, request: HttpRequest, obj: PolicyVersion, form: "forms.ModelForm[Any]", change: Any) -> None:
        if change:
            obj.save(update_fields=form.changed_data)
        else:
            obj.number = policies.next_number()
            obj.save(force_insert=True)

    def response_post_save_change(self, request: HttpRequest, obj: PolicyVersion) -> HttpResponseRedirect:
        return HttpResponseRedirect(_preview_address(obj))

    response_post_save_add = response_post_save_change

    @admin.display(description=_("Preview"))
    def preview(self, version: PolicyVersion) -> str:
        if version.published_at:
            return "-"
        return format_html('<a href="{}">{}</a>', _preview_address(version), _("Preview and publish"))

    def get_urls(self) -> list[URLPattern]:
        views = {"preview": preview, "publish": publish}
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"consent_policyversion_{name}")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]


@require_safe
@permission_required("consent.view_policyversion", raise_exception=True)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a draft as visitors will see it, what it changes, and what follows from publishing it."""
    draft = get_object_or_404(PolicyVersion, pk=pk, published_at=None)
    return _preview(request, draft)


@require_POST
@can_publish
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the draft that was previewed."""
    draft = get_object_or_404(PolicyVersion, pk=pk)
    try:
        version = policies.publish(draft, request.POST.get("previewed", ""))
    except policies.ChangedMeanwhileError:
        messages.error(request, _("Nothing was published: the draft was changed or published meanwhile. Look again."))
        return redirect("admin:consent_policyversion_changelist")
    except policies.NotPublishableError:
        return _preview(request, draft, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("Version %(number)s is published.") % {"number": version.number})
    return redirect("admin:consent_policyversion_changelist")


def _preview(request: HttpRequest, draft: PolicyVersion, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    in_force = inventory.policy_in_force()
    texts = []
    for code, name in Language.choices:
        shown, before = policies.wording(draft, code), policies.wording(in_force, code)
        texts.append(
            {
                "code": code,
                "name": name,
                "html": markdown.to_html(shown.text),
                "stands_in": shown.stands_in,
                "difference": policies.difference(before.text, shown.text) if before.text != shown.text else [],
            }
        )
    context = {
        **admin.site.each_context(request),
        "title": _("Preview of version %(number)s") % {"number": draft.number},
        "opts": PolicyVersion._meta,
        "draft": draft,
        "in_force": in_force,
        "texts": texts,
        "problem": CANT_PUBLISH.get(policies.problem(draft), ""),
        "previewed": policies.digest(draft),
    }
    return render(request, "staff/policy_preview.html", context, status=status)


def _preview_address(version: PolicyVersion) -> str:
    return reverse("admin:consent_policyversion_preview", args=[version.pk])
