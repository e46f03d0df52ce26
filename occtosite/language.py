"""The language of a page comes from its path alone: no cookie, no negotiation, nothing to vary by.

Japanese stands at `/…`, English at `/en/…`; under `/admin/` the same holds one step further in: `/admin/en/…`.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls.resolvers import LocalePrefixPattern, RoutePattern, URLPattern, URLResolver
from django.utils import translation

ENGLISH_PREFIXES = ("/en/", "/admin/en/")


def language_of(path: str) -> str:
    """Return the language a path is written in."""
    return "en" if f"{path}/".startswith(ENGLISH_PREFIXES) else settings.LANGUAGE_CODE


def in_languages(route: str, patterns: list[URLPattern | URLResolver]) -> URLResolver:
    """Return URL patterns under `route`, with a language prefix for every language but the default one.

    Django's i18n_patterns does this at the root only.
    """
    prefixed = URLResolver(LocalePrefixPattern(prefix_default_language=False), patterns)
    return URLResolver(RoutePattern(route), [prefixed]) if route else prefixed


class PathLanguageMiddleware:
    """Activates the path's language for the request. (Django's LocaleMiddleware adds `Vary: Accept-Language`.)"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request.path_info)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
