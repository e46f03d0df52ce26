"""Staff's addresses besides Django admin's own: sign-in, second factor, enrolment."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("account/", include("allauth.urls"))]
