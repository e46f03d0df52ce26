"""What a machine serves: everything, the visitors' side alone, or staff's alone (SITE_ROLE)."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

from inquiries import keyring, sealing
from occtosite.errors import error_page
from occtosite.staff import STAFF_PATH

ON_EVERY_MACHINE = ("/healthz", "/readyz", "/favicon.ico")


class RoleMiddleware:
    """Answers 404 for what another machine serves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request) if serves(request.path_info) else error_page(request, HTTPStatus.NOT_FOUND)


def serves(path: str) -> bool:
    """Return whether this machine answers for a path."""
    if settings.SITE_ROLE == "all" or path in ON_EVERY_MACHINE:
        return True
    is_staffs = f"{path}/".startswith(STAFF_PATH)
    return is_staffs == (settings.SITE_ROLE == "staff")


def refuse_unsafe_keys() -> None:
    """Raise ImproperlyConfigured where a machine on the visitors' side holds what opens inquiries, or can't seal."""
    if settings.SITE_ROLE != "public":
        return
    found = keyring.secrets_of_staff()
    if found:
        raise ImproperlyConfigured(
            f"SITE_ROLE is 'public', but {found[0]} is here: whoever takes over this machine could read inquiries; "
            "move it to the staff machine, or set SITE_ROLE to all."
        )
    if not sealing.is_ready():
        raise ImproperlyConfigured(
            f"There is no public key in {sealing.key_folder()}; copy those there that "
            "`manage.py keys export-public` gives on the staff machine."
        )
