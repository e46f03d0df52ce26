"""The audit of cookies finds nothing on the real site, and what nobody registered on a page where it was planted."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from occtosite.cookie_audit import Seen, compare
from tests.browser.conftest import ROOT, Site

pytestmark = pytest.mark.browser

PLANTED = b"""<!doctype html><title>Planted</title><p>Planted</p>
<script>localStorage.setItem("tracked", "1"); new Image().src = "http://127.0.0.1:9/pixel.gif";</script>"""


class PlantedPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PLANTED)))
        self.send_header("Set-Cookie", "planted=1; Path=/")
        self.end_headers()
        self.wfile.write(PLANTED)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def planted() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), PlantedPage) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def audit(site: Site, url: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "audit_cookies", "--site", url]
    return subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False)


def test_nothing_on_the_site_is_unregistered_and_nothing_registered_is_missing(site: Site) -> None:
    done = audit(site, site.url)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1), done.stdout + done.stderr
    assert "everything seen is registered" in done.stdout


def test_what_nobody_registered_is_found(site: Site, planted: str) -> None:
    done = audit(site, planted)
    assert done.returncode == 1
    assert "Seen and not registered: cookie planted" in done.stdout
    assert "Seen and not registered: storage key local tracked" in done.stdout
    assert "Seen and not registered: host http://127.0.0.1:9" in done.stdout
    assert "Registered and never seen: cookie choice" in done.stdout


def test_what_comes_without_agreement_is_named() -> None:
    content = {
        "purposes": [{"purpose": "essential", "required": True}, {"purpose": "usage", "required": False}],
        "cookies": [{"name": "choice", "purpose": "essential"}, {"name": "seen", "purpose": "usage"}],
        "storage": [],
        "tags": [],
    }
    seen = {"before": Seen(cookies={"seen"}), "agreed": Seen(cookies={"choice", "seen"})}
    assert compare(seen, content).without_agreement == ["cookie seen"]
    assert compare({"agreed": Seen(cookies={"choice", "seen"})}, content).is_clean
