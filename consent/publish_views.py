"""Publishing the register: what visitors will see, whether they are asked again and why, and the one button."""

from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from consent import changes, contents, disclosure, notices, publication
from consent.contents import Content
from consent.models import Language, RegisterVersion

PUBLISH = "consent.publish_register"

CHANGED_MEANWHILE = _(
    "A draft was edited, or another version was published, after this page was shown to you. "
    "Nothing was published. Check what would be published now."
)
FAULTY = _("A draft can't be published as it is. Nothing was published.")

can_view = permission_required("consent.view_registerversion", raise_exception=True)
can_publish = permission_required(PUBLISH, raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@can_view
def publish(request: HttpRequest) -> HttpResponse:
    """Show what publishing would change, or publish exactly what was shown."""
    return _publish(request) if request.method == "POST" else _preview(request)


@can_publish
def _publish(request: HttpRequest) -> HttpResponse:
    try:
        register = publication.publish(_member(request), seen=request.POST.get("seen", ""))
    except publication.ChangedMeanwhileError:
        return _preview(request, problem=CHANGED_MEANWHILE, status=HTTPStatus.CONFLICT)
    except publication.NothingToPublishError:
        return _preview(request)
    except publication.FaultyError:
        return _preview(request, problem=FAULTY, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(
        request, _("Version %(number)s is published. Visitors see it from now on.") % {"number": register}
    )
    return redirect("admin:consent_registerversion_change", register.pk)


def _preview(
    request: HttpRequest, *, problem: Promise | None = None, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    preview = publication.preview()
    context = {
        "title": _("Publish the register"),
        **_about(request),
        "preview": preview,
        "faults": preview.faults,
        "problem": problem,
        "parts": _parts(preview.in_force.content, preview.content),
        "may_publish": _member(request).has_perm(PUBLISH),
    }
    return render(request, "staff/publish.html", context, status=status)


@require_safe
@can_view
def show_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a version as visitors saw it, and what it changed."""
    register = get_object_or_404(RegisterVersion.objects.select_related("published_by"), pk=pk)
    before = RegisterVersion.objects.filter(number__lt=register.number).order_by("-number").first()
    context = {
        "title": _("Version %(number)s of the register") % {"number": register.number},
        **_about(request),
        "register": register,
        "before": before,
        "asked_again": before is not None and before.asked != register.asked,
        "parts": _parts(before.content if before else register.content, register.content),
    }
    return render(request, "staff/version.html", context)


def _about(request: HttpRequest) -> dict[str, Any]:
    return {**admin.site.each_context(request), "opts": RegisterVersion._meta}


def _parts(old: Content, new: Content) -> list[dict[str, Any]]:
    """Return, for each language, what changes for visitors, and the notice and the lists as they will read them."""
    return [_part(language, old, new) for language in Language]


def _part(language: Language, old: Content, new: Content) -> dict[str, Any]:
    with translation.override(language):
        in_use = contents.purposes_in_use(new)
        before = (
            notices.Before(old, timezone.localdate())
            if contents.asked_version(old) != contents.asked_version(new)
            else None
        )
        words = notices.words_of(new, language) | notices.changed_words(before, new, language)
        return {
            "language": language,
            "name": language.label,
            "asked": changes.asked(old, new),
            "described": changes.described(old, new),
            "words": words,
            "not_in_use": [purpose["name"] for purpose in words["purposes"] if purpose["purpose"] not in in_use],
            "told": disclosure.of(new),
        }


def _member(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("The admin lets nobody in who isn't signed in.")
    return request.user
