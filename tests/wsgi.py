"""Ask the whole site, the finished pages in front of Django included, without a server."""

import io
from dataclasses import dataclass
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from occtosite.wsgi import application


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
    """Send one request; `headers` as keyword arguments, `if_none_match="…"`."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path.partition("?")[0],
        "QUERY_STRING": path.partition("?")[2],
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost:8000",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if body:
        kind = headers.pop("content_type", "application/x-www-form-urlencoded")
        environ |= {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": kind}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    seen: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], error: object = None) -> None:
        seen.update(status=int(status[:3]), headers={name.lower(): value for name, value in headers})

    # As Django's own test client does: a request would close the connection, and the test's transaction with it.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        data = b"".join(application(environ, start))
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    return Answer(seen["status"], seen["headers"], data)
