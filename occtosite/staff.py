"""Staff: who may enter /admin/, and the cookies that exist there only."""

import re
from collections.abc import Iterable
from functools import update_wrapper
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core.internal.ratelimit import truncate_ip
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import DataError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from inquiries import retention_lists

STAFF_PATH = "/admin/"

SECOND_FACTORS = ["webauthn", "totp"]
"""Recovery codes alone are none: they stand in for one of these."""

NOT_SHOWN = {"account.EmailAddress", "account.EmailConfirmation", "mfa.Authenticator"}
"""Models of allauth that have no admin page here: no sign-in uses an address, and an authenticator holds a secret."""


ROW = re.compile(r"[0-9]{1,18}")
"""A row's number, as a list's boxes and a form's choices send it; the databases' own numbers end at 19 digits."""

ROW_FIELDS = (ACTION_CHECKBOX_NAME, "groups", "permissions", "user_permissions")
"""Fields that hold many rows, which Django's admin asks the database for unread."""

READING = ("GET", "HEAD")


class StaffPathsOnly:
    """Mixed into a middleware of Django's: it works under /admin/ and is not there for any other path."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(STAFF_PATH):
            return super().__call__(request)  # type: ignore[misc,no-any-return]
        return self.get_response(request)  # type: ignore[attr-defined,no-any-return]


class StaffSessionMiddleware(StaffPathsOnly, SessionMiddleware):
    pass


class StaffCsrfMiddleware(StaffPathsOnly, CsrfViewMiddleware):
    def process_view(self, request, callback, callback_args, callback_kwargs):  # type: ignore[no-untyped-def]
        if request.path_info.startswith(STAFF_PATH):
            return super().process_view(request, callback, callback_args, callback_kwargs)
        return None


class StaffAuthenticationMiddleware(StaffPathsOnly, AuthenticationMiddleware):
    pass


class StaffMessageMiddleware(StaffPathsOnly, MessageMiddleware):
    pass


class StaffAccountAdapter(DefaultAccountAdapter):
    """Sign-in for invited staff only: nobody signs up, and nothing is sent by mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return a keyed hash of the visitor's address: it only tells visitors apart, and the counters are kept."""
        address = truncate_ip(super().get_client_ip(request))  # an IPv6 visitor has a whole network
        return salted_hmac("occtosite.staff.address", address, algorithm="sha256").hexdigest()[:32]


class StaffAdminSite(AdminSite):
    """Django's admin behind the second factor; signing in and out is allauth's."""

    site_title = _("OCCTO staff pages")
    site_header = _("OCCTO staff pages")
    index_title = _("Staff pages")
    # The sidebar keeps its state in the browser's storage, which the public pages share.
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models: list[type[Model]] = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        super().register([model for model in models if model._meta.label not in NOT_SHOWN], admin_class, **options)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the first page, and on top of it what staff should see when they come in."""
        return super().index(request, {"notes": retention_lists.notes(request), **(extra_context or {})})

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether this session may enter: active staff, with a second factor, used to sign in (clause S15)."""
        user = request.user
        return is_staff(user) and has_second_factor(user) and used_second_factor(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refuse_nul(request)
            refuse_odd_choices(request)
            refuse_absurd_rows(kwargs.values())
            try:
                response = inner(request, *args, **kwargs) if self.has_permission(request) else turn_away(request)
            except (DataError, OverflowError):
                if request.method not in READING:
                    raise  # what is sent is checked, so this is a fault of ours
                raise BadRequest from None  # a filter by a number or date that no column of the database holds
            return cast("HttpResponse", response)

        return update_wrapper(guarded, view)


def is_staff(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Return whether somebody signed in is an active member of staff."""
    return user.is_authenticated and user.is_active and bool(getattr(user, "is_staff", False))


def has_second_factor(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Return whether a passkey or an authenticator app is set up."""
    return bool(get_mfa_adapter().is_mfa_enabled(user, SECOND_FACTORS))


def used_second_factor(request: HttpRequest) -> bool:
    """Return whether this session showed the second factor.

    A session that a password alone opened stays outside, also when a second factor is set up elsewhere later.
    """
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def turn_away(request: HttpRequest) -> HttpResponse:
    """Return where somebody who may not enter yet is led: to sign in, to set up or to show the second factor.

    Raises PermissionDenied for somebody signed in who is no active member of staff.
    """
    user = request.user
    wanted = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    if not user.is_authenticated:
        return redirect_to_login(wanted, reverse("account_login"))
    if not is_staff(user):
        raise PermissionDenied
    if not has_second_factor(user):
        return redirect("mfa_index")
    methods = get_adapter().get_reauthentication_methods(user)
    show = next(method["url"] for method in methods if method["id"].startswith("mfa_"))
    return redirect_to_login(wanted, show)


def refuse_nul(request: HttpRequest) -> None:
    """Refuse the one character that no text of PostgreSQL's holds, wherever a page would ask the database for it."""
    if "\0" in request.path_info:
        raise Http404
    if any("\0" in value for _name, values in request.GET.lists() for value in values):
        raise BadRequest


def refuse_odd_choices(request: HttpRequest) -> None:
    """Refuse rows ticked in a list, or chosen in a form, by anything but their number."""
    if not all(ROW.fullmatch(value) for field in ROW_FIELDS for value in request.POST.getlist(field)):
        raise BadRequest


def refuse_absurd_rows(named: Iterable[object]) -> None:
    """Find nothing at an address that names a row by a number no row has."""
    if not all(ROW.fullmatch(str(number)) for number in named if isinstance(number, int)):
        raise Http404
