"""Print how fast the site is beside what it stands on, measured in one run, and how much a page weighs.

    make bench

Every row is the median of three rounds, and the rounds of all rows are interleaved, so that a busy moment of the
machine touches all alike. Each server is granian with one worker; the client keeps eight connections. Loopback only.
"""

import atexit
import contextlib
import itertools
import re
import shutil
import statistics
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import phone, sites, weight
from tests.benchmarks.client import measure, request
from tests.plugins.postgresql import start_postgresql

ROUNDS = 3
SECONDS = 1.5
TOKENS = 10_000
PACKAGE_TOKEN = "b" * 32
PACKAGE_HEADERS = {
    "Cookie": f"csrftoken={PACKAGE_TOKEN}",
    "X-CSRFToken": PACKAGE_TOKEN,
    "X-Cookie-Consent-Fetch": "1",
}
"""What the package's script sends along; its view refuses a form without the cookie."""

OK, UNCHANGED = frozenset({200}), frozenset({304})
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}

INQUIRY = {
    "category": "website",
    "name": "髙橋 花子",
    "email": "hanako@example.jp",
    "message": "ベンチマークの問い合わせです。①㈱" * 10,
    "reply_by": "email",
    "agree": "on",
}


@dataclass
class Row:
    """One line of a table: what is sent to which port, and what came of it; `beside` is the row it is a share of."""

    name: str
    port: int
    requests: Iterator[bytes]
    beside: "Row | None" = None
    expected: frozenset[int] = OK
    rates: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


def run(rows: list[Row]) -> None:
    """Measure rows, round by round, and print them."""
    for _ in range(ROUNDS):
        for row in rows:
            row.rates.append(measure(row.port, row.requests, row.expected, SECONDS))
    for row in rows:
        share = f"{row.rate / row.beside.rate:6.2f} of {row.beside.name}" if row.beside else ""
        print(f"  {row.name:<44}{row.rate:8.0f}/s  {share}", flush=True)


def pages(folder: Path) -> None:
    """The home page beside a bare Django view, and what a first view weighs."""
    env = sites.environment(folder, f"sqlite:///{folder / 'site.sqlite3'}")
    sites.manage(env, "prepare", "-v0")
    with contextlib.ExitStack() as servers:
        site = servers.enter_context(sites.serving("occtosite.wsgi:application", env))
        with urllib.request.urlopen(f"http://localhost:{site}/", timeout=10) as answer:
            size, etag = len(answer.read()), answer.headers["ETag"]
        bare_env = env | {"BODY_BYTES": str(size)}
        bare = servers.enter_context(sites.serving("tests.benchmarks.bare_django:application", bare_env, threads=2))
        print(f"\nHome page, {size:,} bytes")
        view = Row("bare Django view", bare, get())
        shares = [
            Row("home page", site, get(), view),
            Row("home page, gzip", site, get({"Accept-Encoding": "gzip"}), view),
            Row("home page, brotli", site, get({"Accept-Encoding": "gzip, br"}), view),
            Row("home page, not changed (304)", site, get({"If-None-Match": etag}), view, UNCHANGED),
        ]
        run([view, *shares])
        _print_weight(weight.first_view(site))
        _print_busy(phone.busy(site))


def get(headers: dict[str, str] | None = None) -> Iterator[bytes]:
    return itertools.repeat(request("GET", "/", headers))


def _print_weight(parts: list[weight.Part]) -> None:
    total = sum(part.compressed for part in parts)
    print(f"\nFirst view of the home page: {total:,} bytes with brotli in {len(parts)} requests (at most 20,000 in 4)")
    for part in parts:
        print(f"  {part.path:<44}{part.size:8,} bytes {part.compressed:8,} compressed")
    print(f"  the notice's script and style, gzip:{weight.notice_part():8,} bytes (at most 5,000)")


def _print_busy(rounds: list[phone.Busy]) -> None:
    scripts = ", ".join(str(busy.script) for busy in rounds)
    tasks = ", ".join(str(busy.task) for busy in rounds)
    print(f"\nOn a phone {phone.SLOWER} times slower, round by round (from {phone.LONG} ms a task is a long one)")
    print(f"  the longest run of a script:{scripts:>20} ms")
    print(f"  the longest task, with layout and paint:{tasks:>8} ms")


def writes(folder: Path, name: str, database_url: str) -> None:
    """A decision and an inquiry beside the same rows written bare."""
    env = sites.environment(folder, database_url)
    sites.manage(env, "prepare", "-v0")
    mint = f"from inquiries import tokens\nfor _ in range({TOKENS}): print(tokens.mint())"
    tokens = iter(sites.manage(env, "shell", "--no-imports", "-c", mint).split())
    with contextlib.ExitStack() as servers:
        site = servers.enter_context(sites.serving("occtosite.wsgi:application", env))
        decision, inquiries = decisions(site), inquiries_with(tokens)
        for once in (decision, inquiries):
            measure(site, once, OK, 0.01)
        rows = sites.rows_written(database_url)
        bare_env = env | {"ROWS": rows}
        bare = servers.enter_context(sites.serving("tests.benchmarks.bare_insert:application", bare_env, threads=2))
        package = servers.enter_context(sites.serving("tests.benchmarks.package:application", env, threads=2))
        print(f"\nWriting, {name}")
        bare_decision = Row("bare INSERT of a decision", bare, post("/decision/"))
        accept = Row("django-cookie-consent's own accept", package, accepts(), bare_decision)
        bare_inquiry = Row("bare INSERT of an inquiry and its mail", bare, post("/inquiry/"))
        run(
            [
                bare_decision,
                Row("a decision", site, decision, bare_decision),
                accept,
                bare_inquiry,
                Row("an inquiry", site, inquiries, bare_inquiry),
            ]
        )


def post(path: str) -> Iterator[bytes]:
    return itertools.repeat(request("POST", path, FORM, b"a=b"))


def accepts() -> Iterator[bytes]:
    """Return what the package's own script sends to accept every group."""
    body = urllib.parse.urlencode({"all_groups": "true"}).encode()
    return itertools.repeat(request("POST", "/cookies/accept/", FORM | PACKAGE_HEADERS, body))


def decisions(port: int) -> Iterator[bytes]:
    """Return what the home page's script sends for "Agree"."""
    with urllib.request.urlopen(f"http://localhost:{port}/", timeout=10) as answer:
        notice = re.search(r'name="notice" value="([0-9a-f]{64})"', answer.read().decode())
    if notice is None:
        raise RuntimeError("The home page shows no notice")
    body = urllib.parse.urlencode({"notice": notice[1], "page": "/", "decision": "agree"}).encode()
    return itertools.repeat(request("POST", "/privacy/choices/", FORM | {"Accept": "application/json"}, body))


def inquiries_with(tokens: Iterator[str]) -> Iterator[bytes]:
    """Return inquiries that have passed the check page, each with a token of its own."""
    for token in tokens:
        body = urllib.parse.urlencode(INQUIRY | {"token": token}).encode()
        yield request("POST", "/inquiry/done/", FORM, body)


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="occtosite-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # after PostgreSQL has stopped
    folder.chmod(0o755)  # PostgreSQL's own user must pass through
    for part in ("pages", "sqlite", "site"):
        (folder / part).mkdir()
    pages(folder / "pages")
    writes(folder / "sqlite", "SQLite", f"sqlite:///{folder / 'sqlite/site.sqlite3'}")
    writes(folder / "site", "PostgreSQL", start_postgresql(folder / "postgresql"))


if __name__ == "__main__":
    main()
