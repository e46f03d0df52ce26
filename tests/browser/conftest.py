"""A real site for a real browser: granian and the worker as `make run` starts them, on a database of their own.

Every page fails its test when the console shows an error or the browser asks another host for anything.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, ConsoleMessage, Page, Request

ROOT = Path(__file__).parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
]


@dataclass
class Site:
    """A running site: where it answers and where it keeps things."""

    url: str
    folder: Path
    environment: dict[str, str]

    @property
    def database(self) -> Path:
        return self.folder / "var/site.sqlite3"

    @property
    def outgoing(self) -> Path:
        return self.folder / "outgoing"

    def manage(self, *arguments: str) -> str:
        """Run a management command against this site and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def mails(self, at_least: int, seconds: float = 20) -> list[bytes]:
        """Return the mails written, waiting until there are `at_least` so many."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = sorted(self.outgoing.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
            if len(found) >= at_least:
                return [path.read_bytes() for path in found]
            time.sleep(0.2)
        raise AssertionError(f"{len(found)} mails after {seconds} seconds, not {at_least}")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@contextmanager
def running_site(folder: Path, **settings: str) -> Iterator[Site]:
    """Run a site with everything it keeps in a folder, and with further settings."""
    port = free_port()
    environment = os.environ | {
        "DATA_DIR": str(folder / "var"),
        "KEYS_DIR": str(folder / "keys"),
        "OUTGOING_DIR": str(folder / "outgoing"),
        "ERASURES_DIR": str(folder / "erasures"),
        "DATABASE_URL": f"sqlite:///{folder / 'var/site.sqlite3'}",
        "PORT": str(port),
        "LOG_LEVEL": "INFO",
        "PYTHONWARNINGS": "default",
        **settings,
    }
    running = Site(f"http://localhost:{port}", folder, environment)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_ready(running, server)
            yield running
        finally:
            server.terminate()
            server.wait(20)


def wait_until_ready(site: Site, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{site.url}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"The site did not start:\n{(site.folder / 'log').read_text()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    return browser_type_launch_args | {"args": arguments} | ({"executable_path": found} if found else {})


class Watch:
    """What a page did that no page may do. `agreed`: where the test agrees that it sends something."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.expected: list[str] = []
        self.agreed: list[str] = []

    def over(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(part in message.text for part in self.expected):
            self.problems.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((self.site.url, "data:", "blob:", *self.agreed)):
            self.problems.append(f"outside request: {request.url}")


@pytest.fixture
def visit(site: Site, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages as a visitor; keyword arguments are the browser context's. Fails on what no page may do."""
    contexts: list[BrowserContext] = []
    watch = Watch(site)

    def open_page(*, allow_console: str = "", **options: Any) -> Page:
        context = browser.new_context(base_url=site.url, **options)
        contexts.append(context)
        if allow_console:
            watch.expected.append(allow_console)
        context.on("page", watch.over)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.watch = watch  # type: ignore[attr-defined]
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert watch.problems == []


@pytest.fixture
def open_blocked(
    site: Site, browser_type: BrowserType, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> Iterator[Callable[..., Page]]:
    """Open one page of a browser whose settings block every cookie; keyword arguments are the browser context's."""
    preferences = tmp_path / "Default/Preferences"
    preferences.parent.mkdir()
    preferences.write_text('{"profile": {"default_content_setting_values": {"cookies": 2}}}')
    watch = Watch(site)
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        arguments = {"base_url": site.url, **browser_type_launch_args, **options}
        context = browser_type.launch_persistent_context(tmp_path, **arguments)
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        page.set_default_timeout(10_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert watch.problems == []


@pytest.fixture
def blocked(open_blocked: Callable[..., Page]) -> Page:
    return open_blocked()
