"""The browser for the browser tests: this machine's Chromium, or one installed now.

    python -m tests.plugins.chromium

Debian's package where this user may install it, else the build that Playwright brings.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")

# Without a Japanese font a page shows boxes, and its layout is another one.
PACKAGES = ["chromium", "fonts-ipafont-gothic"]


def find() -> str | None:
    """Return the path of this machine's Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> int:
    """Install a Chromium where there is none; return an exit code."""
    if find() or playwrights_own():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("== Installing Chromium and a Japanese font from Debian", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
        subprocess.run([*apt, "update"], check=False, env=environment)
        done = subprocess.run(
            [*apt, "install", "-y", "--no-install-recommends", *PACKAGES], check=False, env=environment
        )
    else:
        print("== Installing Playwright's Chromium", flush=True)
        done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if done.returncode:
        print("Chromium can't be installed; as root: apt install chromium", file=sys.stderr)
    return done.returncode


def playwrights_own() -> bool:
    """Return whether Playwright's own Chromium is installed for this user."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return os.path.exists(playwright.chromium.executable_path)  # noqa: PTH110 (a string from Playwright)


if __name__ == "__main__":
    sys.exit(install())
