"""Few requests work in Django at the same time; nothing that is slow in front of it or behind it holds up the rest.

The server gives every request a thread, so that kept pages are answered at once. More requests at work would only wait
for each other, on SQLite's one writer above all. Whoever can't come in is told so, and a kept page stays.
"""

import io
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext

from occtosite.language import language_of

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

ALWAYS_OPEN = "/healthz"
"""Needs nothing that could be slow, and tells a supervisor that the process lives."""


class Gate:
    """WSGI middleware in front of Django: reads a body of up to `limit` bytes, in chunks or in one, then waits for one
    of `places`.

    At most `readers` bodies are read at the same time, so that slow senders leave threads to everybody else, and
    nobody waits for a place longer than `patience` seconds; both are answered 503.
    """

    def __init__(
        self, application: Application, *, places: int, limit: int, readers: int = 40, patience: float = 5
    ) -> None:
        self.application = application
        self.places = threading.BoundedSemaphore(places)
        self.readers = threading.BoundedSemaphore(readers)
        self.limit = limit
        self.patience = patience

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == ALWAYS_OPEN:
            return self.application(environ, start_response)
        if self._has_body(environ):
            if not self.readers.acquire(blocking=False):
                return _busy(environ, start_response)
            try:
                is_whole = self._read(environ)
            finally:
                self.readers.release()
            if not is_whole:  # the sender has gone: half a form is no form
                start_response("400 Bad Request", [("Content-Length", "0")])
                return []
        if not self.places.acquire(timeout=self.patience):
            return _busy(environ, start_response)
        try:
            return self.application(environ, start_response)
        finally:
            self.places.release()

    def _has_body(self, environ: Environ) -> bool:
        return _is_chunked(environ) or 0 < _length(environ) <= self.limit

    def _read(self, environ: Environ) -> bool:
        """Put the whole body in place of the one still coming in; return whether it is whole."""
        if _is_chunked(environ):
            # As some proxies send it, without its length, by which Django reads (RFC 9112, section 7.1).
            body = environ["wsgi.input"].read(self.limit + 1)
            environ["CONTENT_LENGTH"] = str(len(body))
        else:
            body = environ["wsgi.input"].read(_length(environ))
        environ["wsgi.input"] = io.BytesIO(body)
        return len(body) == _length(environ)


def _is_chunked(environ: Environ) -> bool:
    return "HTTP_TRANSFER_ENCODING" in environ and not environ.get("CONTENT_LENGTH")


def _length(environ: Environ) -> int:
    length = environ.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def _busy(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer 503 with a page that asks nothing of Django or the database."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    language = language_of(environ.get("PATH_INFO", ""))
    with translation.override(language):
        page = format_html(
            '<!doctype html><html lang="{}"><meta charset="utf-8"><title>{}</title><h1>{}</h1><p>{}</p></html>',
            language,
            gettext("Too many requests"),
            gettext("Too many requests"),
            gettext(
                "Try again later. If you were sending an inquiry and no reference number was shown, "
                "it was not received."
            ),
        ).encode()
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(page)),
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'",
        "Retry-After": "10",
        "X-Content-Type-Options": "nosniff",
    }
    start_response(f"{status.value} {status.phrase}", list(headers.items()))
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [page]
