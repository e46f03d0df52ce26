"""Serve the site: check, prepare, start granian and the worker, and look after both."""

import errno
import os
import resource
import socket
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import BaseCommand, call_command
from django.db import connections

from occtosite import server
from occtosite.enrolment import first_enrolment_link
from occtosite.supervisor import Child, Supervisor

START_SECONDS = 60
OPEN_FILES = 16_384


class Command(BaseCommand):
    help = "Serve the site and run its worker; Ctrl+C stops both."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT, help="The port, else PORT of the settings.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["port"] != settings.PORT:  # the settings make the site's address from it: read them again
            os.environ["PORT"] = str(options["port"])
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 (this very command)
        _refuse_endless_redirect()
        _refuse_busy_port()
        call_command("prepare", verbosity=options["verbosity"])
        link = first_enrolment_link() if settings.SITE_ROLE != "public" else None
        _close_databases()
        _allow_many_connections()
        supervisor = Supervisor([Child("server", _granian(), again=False), Child("worker", _worker(), again=True)])
        supervisor.start()
        if _wait_until_up(supervisor):
            self._say_where(link)
        sys.exit(supervisor.run())

    def _say_where(self, link: str | None) -> None:
        mails = "sent by the server in MAIL_URL" if settings.MAIL_URL else f"written to {settings.OUTGOING_DIR}"
        lines = [""]
        if settings.SITE_ROLE != "staff":
            lines += [
                f"The site is up:  {settings.SITE_URL}/  (日本語)",
                f"                 {settings.SITE_URL}/en/  (English)",
            ]
        if settings.SITE_ROLE != "public":
            lines += [f"For staff:       {settings.SITE_URL}/admin/", f"Mails are        {mails}"]
        if link:
            lines.append(f"There is no staff account yet. Make the first one, once, at:\n  {link}")
        self.stdout.write("\n".join([*lines, "Ctrl+C stops it.", ""]))
        self.stdout.flush()


def _refuse_endless_redirect() -> None:
    if settings.IS_HTTPS and not settings.SECURE_PROXY_SSL_HEADER:
        raise ImproperlyConfigured(
            "PROXY_SSL_HEADER is missing: the site would send every visitor to https for ever; set it to the header "
            "by which your proxy says that a visitor came by https, usually X-Forwarded-Proto."
        )


def _refuse_busy_port() -> None:
    host, port = settings.LISTEN_HOST, settings.PORT
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except socket.gaierror:
        raise ImproperlyConfigured(
            f"LISTEN_HOST is {host!r}; set it to an address of this machine, like 0.0.0.0."
        ) from None
    except OSError as error:
        raise ImproperlyConfigured(_port_problem(host, port, error)) from None


def _port_problem(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8001
        return f"Port {port} is in use; stop what uses it, or take another: make run PORT={other}"
    if error.errno == errno.EACCES:
        return f"Port {port} is for the system's own services; take one from 1024 on: make run PORT=8000"
    return f"LISTEN_HOST is {host!r}, which is no address of this machine; set it to one, like 0.0.0.0."


def _close_databases() -> None:
    """Leave no connection and no thread of a pool behind, before children are started."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool:
            close_pool()


def _allow_many_connections() -> None:
    """Raise the limit of open files to what this user may have: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def _granian() -> list[str]:
    return server.command(
        "occtosite.wsgi:application",
        host=settings.LISTEN_HOST,
        port=settings.PORT,
        workers=settings.SERVER_PROCESSES,
        working_dir=settings.BASE_DIR,
    )


def _worker() -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), "work"]


def _wait_until_up(supervisor: Supervisor) -> bool:
    """Wait until the site answers; return whether it does before it ends or START_SECONDS are over."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and not supervisor.stopping.wait(0.1):
        if _answers():
            return True
        process = supervisor.children[0].process
        if process is None or process.poll() is not None:
            return False
    return False


def _answers() -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.LISTEN_HOST, settings.LISTEN_HOST)  # noqa: S104 (compared)
    try:
        with socket.create_connection((host, settings.PORT), timeout=5) as site:
            site.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return site.recv(12).startswith(b"HTTP/1.1 ")
    except OSError:
        return False
