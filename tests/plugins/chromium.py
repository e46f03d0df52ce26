"""The browser for the browser tests: this machine's Chromium, or one installed now.

    python -m tests.plugins.chromium

Debian's packages where this user may install them, else the build that Playwright brings.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")

# Without a Japanese font a page shows boxes, and its layout is another one.
BROWSER = ["chromium", "fonts-ipafont-gothic"]

# Playwright's driver is linked to it, and a small Debian has not got it.
LIBRARY = ["libatomic1"]


def find() -> str | None:
    """Return the path of this machine's Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> int:
    """Install what the browser tests need and this machine has not got; return an exit code."""
    missing = [] if driver_runs() else LIBRARY
    if not find() and (missing or not playwrights_own()):
        missing = missing + BROWSER
    if not missing:
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        failed = install_from_debian(missing)
    elif LIBRARY[0] in missing:
        failed = True
    else:
        print("== Installing Playwright's Chromium", flush=True)
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        failed = subprocess.run(command, check=False).returncode != 0
    if failed:
        print(f"The browser tests need more than can be installed here; as root: apt install {' '.join(missing)}")
    return int(failed)


def install_from_debian(packages: list[str]) -> bool:
    """Install packages; return whether that failed."""
    print(f"== Installing from Debian: {' '.join(packages)}", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    subprocess.run([*apt, "update"], check=False, env=environment)
    command = [*apt, "install", "-y", "--no-install-recommends", *packages]
    return subprocess.run(command, check=False, env=environment).returncode != 0


def driver_runs() -> bool:
    """Return whether the program that Playwright drives browsers with finds its libraries here."""
    import playwright

    program = Path(playwright.__file__).parent / "driver/node"
    return subprocess.run([program, "--version"], check=False, capture_output=True).returncode == 0


def playwrights_own() -> bool:
    """Return whether Playwright's own Chromium is installed for this user."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return os.path.exists(playwright.chromium.executable_path)  # noqa: PTH110 (a string from Playwright)


if __name__ == "__main__":
    sys.exit(install())
