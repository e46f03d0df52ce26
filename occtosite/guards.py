"""What may come in: no body over the limit, no file, no form posted from another site."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse

from occtosite.errors import error_page

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}


class BodyGuardMiddleware:
    """Refuses a body over BODY_LIMIT before a byte of it is read, and reads every form as UTF-8."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.BODY_LIMIT:
            return error_page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if request.method not in SAFE_METHODS:
            request.encoding = "utf-8"  # a charset the sender made up would fail in mid-parse
        return self.get_response(request)


class SameOriginMiddleware:
    """Refuses a form posted from another site by what the browser says of it, without a cookie.

    `Sec-Fetch-Site` (W3C Fetch Metadata) decides where it is sent, else `Origin` (RFC 6454); a browser too old for
    both passes. So the form works with cookies blocked, where Django's CSRF check refuses it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in SAFE_METHODS and not is_same_origin(request):
            return error_page(request, HTTPStatus.FORBIDDEN, "csrf")
        return self.get_response(request)


def is_same_origin(request: HttpRequest) -> bool:
    """Return whether a request comes from one of this site's own pages, as far as its browser says."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == request.headers.get("Host")
    except ValueError:
        return False


class RefuseFilesHandler(FileUploadHandler):
    """Skips every uploaded file: no form here takes one (clause S4), and none may reach a temporary file."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None
