"""A recipient for browser tests: a web server of its own over TLS, which remembers everything it was asked for."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FILES = Path(__file__).parent / "partner_files"
KINDS = {".js": "text/javascript", ".html": "text/html", ".gif": "image/gif"}
DOT = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\0\0\0!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


class Server(ThreadingHTTPServer):
    def handle_error(self, *args: object) -> None:
        """Say nothing of a connection that broke off: a browser that closes a frame breaks off what it loads."""


class Partner:
    """What a recipient was asked for: each path with its query, in order, and the headers that came along."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []

    def paths(self) -> list[str]:
        return [urlsplit(address).path for address in self.asked]

    def reports(self) -> dict[str, str]:
        """Return what the partner's script reported of its attempts, by the attempt."""
        reports = (unquote(urlsplit(address).query) for address in self.asked if address.startswith("/report?"))
        return {name: result for name, _sign, result in (report.partition("=") for report in reports)}

    def wait_for(self, path: str, seconds: float = 10) -> None:
        """Wait until `path` was asked for.

        Raises AssertionError after `seconds`.
        """
        end = time.monotonic() + seconds
        while path not in self.paths():
            assert time.monotonic() < end, f"{path} is not among {self.asked}"
            time.sleep(0.05)

    def forget(self) -> None:
        self.asked.clear()
        self.headers.clear()


@contextmanager
def serving(folder: Path) -> Iterator[Partner]:
    """Serve this folder's files under a certificate made for it, as long as the context lasts."""
    server = Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
    partner = Partner(f"https://127.0.0.1:{server.server_address[1]}")
    server.RequestHandlerClass = _handler(partner)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield partner
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(partner: Partner) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            partner.asked.append(self.path)
            partner.headers.append(dict(self.headers))
            path = FILES / urlsplit(self.path).path.lstrip("/")
            body = DOT if path.suffix == ".gif" else path.read_bytes() if path.is_file() else b""
            self.send_response(200)
            self.send_header("Content-Type", KINDS.get(path.suffix, "text/plain"))
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, *args: object) -> None:
            """Say nothing: the tests look at what was asked."""

    return Handler


def _certificate(folder: Path) -> Path:
    """Write a key and a certificate that it signed itself, valid for a day, into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = folder / "partner.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    return path
