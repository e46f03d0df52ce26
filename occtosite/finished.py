"""Pages that are the same for everybody, kept finished by each worker process: made once, compressed once.

Stands outside Django, so that a kept page costs no more than looking it up. A view marks its page with
`consent.pages.public_page`; everything else passes through untouched.
"""

import gzip
import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import brotli

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Key = tuple[bool, bool, str, str]
"""Whether by https, whether opened by itself (not in a frame), the host, the path."""

KEEP = 1_000
"""Pages kept at most; past that the store is emptied, so that made-up hosts can't fill the memory."""

BROTLI, GZIP, IDENTITY = "br", "gzip", "identity"


@dataclass(frozen=True)
class Body:
    """One encoding of a page, with the strong ETag of exactly these bytes and headers (RFC 9110, section 8.8.3)."""

    data: bytes
    etag: str
    headers: Headers


@dataclass(frozen=True)
class Page:
    """A finished page in every encoding."""

    bodies: dict[str, Body]
    digest: str
    good_until: float


class FinishedPages:
    """WSGI middleware that answers GET and HEAD of public pages from memory, 304 included.

    A page is made again after `seconds`. One visitor waits for it, the others get the kept one meanwhile; where it
    fails, the kept one is served on: a database that is down or busy takes no page down with it. `https_header` is the
    name in a WSGI environment of the header by which a proxy says "https": the answer may depend on it.
    """

    def __init__(self, application: Application, seconds: float, https_header: str = "") -> None:
        self.application = application
        self.seconds = seconds
        self.https_header = https_header
        self.pages: dict[Key, Page] = {}
        self.being_made: set[Key] = set()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self.application(environ, start_response)
        key = self._key(environ)
        page = self.pages.get(key)
        if page and (page.good_until > time.monotonic() or key in self.being_made):
            return _serve(page, environ, start_response)
        self.being_made.add(key)
        try:
            answer = self._ask(environ)
            page = self._finish(key, answer, page)
        finally:
            self.being_made.discard(key)
        if page is None:
            return answer.pass_on(start_response)
        answer.close()
        return _serve(page, environ, start_response)

    def _key(self, environ: Environ) -> Key:
        is_https = environ.get(self.https_header) == "https" or environ["wsgi.url_scheme"] == "https"
        is_by_itself = environ.get("HTTP_SEC_FETCH_DEST") == "document"
        return is_https, is_by_itself, environ.get("HTTP_HOST", ""), environ.get("PATH_INFO", "")

    def _ask(self, environ: Environ) -> "Answer":
        answer = Answer(is_head=_is_head(environ))
        asked = environ | {"REQUEST_METHOD": "GET"} if answer.is_head else environ
        answer.chunks = self.application(asked, answer.start)
        return answer

    def _finish(self, key: Key, answer: "Answer", kept: Page | None) -> Page | None:
        good_until = time.monotonic() + self.seconds
        if answer.status.startswith("5") and kept:
            page = replace(kept, good_until=good_until)
        elif answer.is_public_page:
            page = _page(b"".join(answer.chunks), answer.headers, kept, good_until)
        else:
            self.pages.pop(key, None)
            return None
        if len(self.pages) >= KEEP:
            self.pages.clear()
        self.pages[key] = page
        return page


class Answer:
    """What the application answered, held until it is known whether it is a public page."""

    def __init__(self, *, is_head: bool) -> None:
        self.is_head = is_head
        self.status = ""
        self.headers: Headers = []
        self.chunks: Iterable[bytes] = []
        self.error: Any = None

    def start(self, status: str, headers: Headers, error: Any = None) -> Callable[[bytes], None]:
        self.status, self.headers, self.error = status, headers, error
        return lambda _data: None

    @property
    def is_public_page(self) -> bool:
        control = dict(self.headers).get("Cache-Control", "")
        return self.status.startswith("200") and control == "public, max-age=0, must-revalidate"

    def pass_on(self, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(self.status, self.headers, *([self.error] if self.error else []))
        if self.is_head:
            self.close()
            return []
        return self.chunks

    def close(self) -> None:
        close = getattr(self.chunks, "close", None)
        if close:
            close()


def _is_head(environ: Environ) -> bool:
    return bool(environ["REQUEST_METHOD"] == "HEAD")


def _page(body: bytes, headers: Headers, kept: Page | None, good_until: float) -> Page:
    own = [(name, value) for name, value in headers if name not in {"Content-Length", "ETag", "Vary"}]
    # All that a public page may vary by, besides the encoding: that a frame's document isn't opened by itself.
    vary = "Accept-Encoding, Sec-Fetch-Dest" if ("Vary", "Sec-Fetch-Dest") in headers else "Accept-Encoding"
    # Of the headers too: a page whose policy alone changed is another page, for this process and for a browser's 304.
    digest = hashlib.sha256(repr(own).encode() + body).hexdigest()[:32]
    if kept and kept.digest == digest:
        return replace(kept, good_until=good_until)
    encoded = {
        IDENTITY: body,
        GZIP: gzip.compress(body, 9, mtime=0),
        BROTLI: brotli.compress(body, mode=brotli.MODE_TEXT),
    }
    bodies = {}
    for encoding, data in encoded.items():
        etag = f'"{digest}"' if encoding == IDENTITY else f'"{digest}-{encoding}"'
        extra = [("ETag", etag), ("Vary", vary), ("Content-Length", str(len(data)))]
        if encoding != IDENTITY:
            extra.append(("Content-Encoding", encoding))
        bodies[encoding] = Body(data, etag, own + extra)
    return Page(bodies, digest, good_until)


def _serve(page: Page, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = page.bodies[best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))]
    match = environ.get("HTTP_IF_NONE_MATCH")
    if match and _matches(match, body.etag):
        start_response("304 Not Modified", [item for item in body.headers if not item[0].startswith("Content-")])
        return []
    start_response("200 OK", list(body.headers))
    return [] if _is_head(environ) else [body.data]


def _matches(header: str, etag: str) -> bool:
    """Whether If-None-Match names the ETag, compared weakly (RFC 9110, section 13.1.2)."""
    return header.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in header.split(",")]


def best_encoding(header: str) -> str:
    """Return the smallest encoding that an Accept-Encoding header allows (RFC 9110, section 12.5.3)."""
    allowed = {}
    for part in header.lower().split(","):
        name, _semicolon, parameter = part.partition(";")
        allowed[name.strip()] = parameter.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    for encoding in (BROTLI, GZIP):
        if allowed.get(encoding):
            return encoding
    return IDENTITY
