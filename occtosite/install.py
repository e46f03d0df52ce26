"""Make `.venv` and install what a lock file names. Run by the system's python3 before anything is installed.

    python3 -I occtosite/install.py requirements.txt

Standard library only, and written so that an older Python still reads it and says that it is too old.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
"""The lock files that stand installed, one a line with the SHA-256 of its content."""

NEEDED = (3, 11)

CONTAINS = {"requirements-test.txt": ["requirements.txt"]}
"""Lock files whose packages another one installs too, in the same versions (a test compares)."""


class Refused(Exception):  # noqa: N818 (what the person reads is the message)
    """Installing can't go on; the message names the cause and the cure."""


def main() -> int:
    try:
        install(sys.argv[1])
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


def install(lock: str) -> None:
    """Install `lock` unless it stands installed already. Raises Refused."""
    if sys.version_info < NEEDED:
        raise Refused(
            f"Python {sys.version_info[0]}.{sys.version_info[1]} is too old; install Python 3.11 or later "
            "and name it: make run PYTHON=python3.11"
        )
    if not is_usable():
        make_environment()
    if digest_of(lock) != installed().get(lock):
        require_writable(VENV)
        STAMP.unlink(missing_ok=True)  # an install that is interrupted is done again
        install_packages(ROOT / lock)
        STAMP.write_text("".join(f"{name} {digest_of(name)}\n" for name in [lock, *CONTAINS.get(lock, [])]))


def is_usable() -> bool:
    """Whether .venv stands complete and was made for the Python that it starts now."""
    command = [str(PYTHON), "-Ic", "import pip, sys; print(sys.prefix)"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return False
    return Path(answer) == VENV


def make_environment() -> None:
    if not (importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv")):
        raise Refused("Python's venv is missing on this machine; install it: apt install python3-venv")
    require_writable(ROOT)
    print(f"Making the environment in {VENV.name} with Python {sys.version.split()[0]}", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(
            f"The environment can't be made ({last_line(done.stdout + done.stderr)}); free space and try again."
        )


def require_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Refused(
            f"The folder {folder} can't be written by this user; clone the repository where you may write, "
            "or have its owner run this command."
        )


def digest_of(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def installed() -> dict[str, str]:
    try:
        return dict(line.split() for line in STAMP.read_text().splitlines())
    except (OSError, ValueError):
        return {}


def install_packages(lock: Path) -> None:
    """Run pip on a lock file and show how far it is. Raises Refused with pip's last words."""
    total = sum("==" in line and not line.startswith((" ", "#")) for line in lock.read_text().splitlines())
    print(f"Installing {total} packages, checked against {lock.name}", flush=True)
    started = time.monotonic()
    # Locked in full: there is nothing to resolve, and nothing that isn't in the file may come along.
    options = ["--require-hashes", "--no-deps", "--no-input", "--disable-pip-version-check", "--progress-bar=off"]
    command = [str(PYTHON), "-m", "pip", "install", *options, "-r", str(lock)]
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=str(ROOT))
    assert pip.stdout is not None  # noqa: S101 (a pipe was asked for)
    said = follow(pip.stdout, total)
    if pip.wait():
        raise Refused(f"{said}\nThe packages can't be installed; check the network and the disk, and try again.")
    print(f"Installed in {time.monotonic() - started:.0f} seconds", flush=True)


def follow(output: IO[str], total: int) -> str:
    """Show pip's progress, package by package; return its last errors."""
    count, errors = 0, [""]
    for line in output:
        if line.startswith(("Collecting ", "Processing ", "Requirement already satisfied: ")):
            name = (line.partition(": ")[2] or line.partition(" ")[2]).split()[0]
            count += 1
            print(f"  {count}/{total} {re.split('[=-][0-9]|==', Path(name).name)[0]}", flush=True)
        elif line.startswith("Installing collected"):
            print("  unpacking", flush=True)
        elif line.startswith(("ERROR", "error")):
            errors.append(line.rstrip())
    return "\n".join(errors[-3:]).strip()


def last_line(text: str) -> str:
    return ["", *text.strip().splitlines()][-1]


if __name__ == "__main__":
    sys.exit(main())
