"""Staff: who may enter /admin/, and the cookies that exist there only."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.admin import AdminSite
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

STAFF_PATH = "/admin/"


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
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class StaffAdminSite(AdminSite):
    pass
