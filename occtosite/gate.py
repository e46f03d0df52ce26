"""A body comes in before its request takes one of the few places in which Django works.

The server gives every request a thread, so that senders on slow lines wait beside each other. Few of them work at the
same time: more only wait for each other, on SQLite's one writer above all.
"""

import io
import threading
from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Gate:
    """WSGI middleware in front of Django: reads a body of up to `limit` bytes, in chunks or in one, then waits for one
    of `places`."""

    def __init__(self, application: Application, *, places: int, limit: int) -> None:
        self.application = application
        self.places = threading.BoundedSemaphore(places)
        self.limit = limit

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "HTTP_TRANSFER_ENCODING" in environ and not environ.get("CONTENT_LENGTH"):
            # Sent in chunks, as some proxies do, and so without its length, by which Django reads (RFC 9112, 7.1).
            body = environ["wsgi.input"].read(self.limit + 1)
            environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and 0 < int(length) <= self.limit:
            body = environ["wsgi.input"].read(int(length))
            if len(body) < int(length):  # the sender has gone: half a form is no form
                start_response("400 Bad Request", [("Content-Length", "0")])
                return []
            environ["wsgi.input"] = io.BytesIO(body)
        with self.places:
            return self.application(environ, start_response)
