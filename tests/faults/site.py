"""The site as `manage.py serve` runs it, to be killed and started again, on a database of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from tests.plugins.environment import NO_LIMITS

ROOT = Path(__file__).parents[2]


FOLDERS = ("DATA", "KEYS", "OUTGOING", "SPOOL", "ERASURES")


class Site:
    """A site in a folder. Its port and its folders stay the same from start to start."""

    def __init__(self, folder: Path, database_url: str, **variables: str) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.folder = folder
        self.port = _free_port()
        self.log = folder / "log"
        self._one_at_a_time = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in _settings()},
            "DJANGO_SETTINGS_MODULE": "occtosite.settings",
            "ENV_FILE": os.devnull,
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "LOG_LEVEL": "INFO",
            # So each sender can come from an address of its own, as behind a proxy.
            "PROXY_SSL_HEADER": "X-Forwarded-Proto",
            **{
                f"{name}_DIR": str(folder / name.lower()) for name in ("DATA", "KEYS", "OUTGOING", "SPOOL", "ERASURES")
            },
            **NO_LIMITS,
            **variables,
        }

    @property
    def spool(self) -> Path:
        return self.folder / "spool"

    def run(self, *arguments: str) -> str:
        """Run Python with the site's settings; return what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{arguments[0]} failed:\n{done.stderr}")
        return done.stdout

    def start(self) -> None:
        """Start the server and the worker, and wait until the site answers."""
        with self._one_at_a_time:
            self._start()

    def stop(self) -> None:
        """Stop everything in order."""
        with self._one_at_a_time:
            self._end(signal.SIGTERM)

    def start_again(self, number: signal.Signals) -> None:
        """End the site by a signal, and start it."""
        with self._one_at_a_time:
            self._end(number)
            self._start()

    def restart_if_it_ended(self) -> None:
        """Do what a supervisor of the whole does."""
        with self._one_at_a_time:
            if self._running is not None and self._running.poll() is not None:
                self._end(signal.SIGKILL)
                self._start()

    def processes(self, part: str) -> list[int]:
        """Return the process numbers of a part: "server", "server process" (its children) or "worker"."""
        if self._running is None:
            return []
        children = {pid: _command(pid) for pid in children_of(self._running.pid)}
        servers = [pid for pid, command in children.items() if "granian" in command]
        if part == "server":
            return servers
        if part == "server process":
            return [pid for server in servers for pid in children_of(server)]
        return [pid for pid, command in children.items() if command.endswith("work")]

    def wait_until_the_spool_is_empty(self, seconds: float) -> bool:
        """Wait for the worker; return whether it brought everything in."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not any(self.spool.glob("*.submission")):
                return True
            time.sleep(0.2)
        return False

    def _start(self) -> None:
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                [sys.executable, "manage.py", "serve"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with suppress(OSError):
                urllib.request.urlopen(f"http://localhost:{self.port}/healthz", timeout=5).close()
                return
            if self._running.poll() is not None:
                return  # for instance because the database is away: it is started again when that is back
            time.sleep(0.1)
        raise RuntimeError(f"The site did not start; {self.log} says why.")

    def _end(self, number: signal.Signals) -> None:
        if self._running is None:
            return
        everyone = [self._running.pid, *descendants_of(self._running.pid)]
        if number == signal.SIGKILL:
            for pid in everyone:
                kill(pid)
        else:
            with suppress(ProcessLookupError):
                self._running.send_signal(number)
        self._running.wait(30)
        for pid in everyone:
            _wait_until_gone(pid)
        self._running = None


def kill(pid: int) -> None:
    """End a process at once."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def children_of(pid: int) -> list[int]:
    """Return the process numbers of a process's children."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def descendants_of(pid: int) -> list[int]:
    """Return the process numbers of a process's children and theirs."""
    found = children_of(pid)
    return found + [below for child in found for below in descendants_of(child)]


def copy_static_files(site: Site, other: Site) -> None:
    """Spare `other` the gathering of its static files."""
    shutil.copytree(site.folder / "data/static", other.folder / "data/static")
    shutil.copy(site.folder / "data/static.digest", other.folder / "data/static.digest")


def _settings() -> list[str]:
    """Return the name of every setting, as `.env.example` lists them: none of this machine's is for this site."""
    return re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""


def _wait_until_gone(pid: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end and _command(pid):
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
