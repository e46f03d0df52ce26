"""Staff's addresses besides Django admin's own: sign-in, second factor, enrolment.

Of allauth's addresses those of invited staff only: no sign-up, no e-mail addresses, no reset by mail.
"""

from allauth.account import views
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from occtosite import enrolment, second_factor


def not_here(request: HttpRequest) -> HttpResponse:
    raise Http404


account: list[URLPattern | URLResolver] = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("2fa/webauthn/add/", second_factor.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("2fa/totp/activate/", second_factor.ActivateApp.as_view(), name="mfa_activate_totp"),
    path("2fa/", include("allauth.mfa.urls")),
    path("password/set/", not_here, name="account_set_password"),  # allauth leads there who has no password
    re_path(r"^(?:.*/)?$", not_here),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include(account)),
    path("enrol/<str:token>/", enrolment.enrol, name="enrol"),
    # Django admin's own ways in and out lead to allauth's.
    path("login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("logout/", RedirectView.as_view(pattern_name="account_logout")),
    path("password_change/", RedirectView.as_view(pattern_name="account_change_password")),
]
