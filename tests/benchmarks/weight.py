"""How much a first view costs a visitor: bytes and requests of the home page, and the notice's part of them."""

import gzip
import re
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import brotli

STATIC = Path(__file__).parents[2] / "static"
ASSET = re.compile(r'<(?:link|script)\b[^>]*?(?:href|src)="(/static/[^"]+\.(?:css|js))"')
IMPORT = re.compile(r'(?:from|import)\s*"(\./[^"]+)"')
"""A module that is loaded with its page; `import("…")` loads one later, if ever."""

NOTICE_STYLES = re.compile(r"/\* notice \*/.*?/\* end of notice \*/", re.DOTALL)
NOTICE_SCRIPTS = ("choice.js", "notice.js")


@dataclass(frozen=True)
class Part:
    path: str
    size: int
    compressed: int


def first_view(port: int) -> list[Part]:
    """Return the home page, its styles and its scripts as they come over the wire, with brotli."""
    page, part = _fetch(port, "/")
    parts, waiting = [part], ASSET.findall(page)
    seen = set()
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        text, part = _fetch(port, path)
        parts.append(part)
        if path.endswith(".js"):
            waiting += [path.rpartition("/")[0] + found[1:] for found in IMPORT.findall(text)]
    return parts


def notice_part() -> int:
    """Return how many bytes of style and script serve the notice, gzipped together."""
    styles = NOTICE_STYLES.findall((STATIC / "site.css").read_text())
    if not styles:
        raise RuntimeError("site.css has no section from /* notice */ to /* end of notice */")
    scripts = [(STATIC / name).read_text() for name in NOTICE_SCRIPTS]
    return len(gzip.compress("".join(styles + scripts).encode(), 9))


def _fetch(port: int, path: str) -> tuple[str, Part]:
    asked = urllib.request.Request(f"http://localhost:{port}{path}", headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        sent = answer.read()
        whole = brotli.decompress(sent) if answer.headers["Content-Encoding"] == "br" else sent
    return whole.decode(), Part(path, len(whole), len(sent))
