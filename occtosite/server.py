"""How granian serves the site, here and where it is measured."""

import sys
from collections.abc import Mapping

OPTIONS: Mapping[str, str] = {
    "interface": "wsgi",
    # Threads start when they are needed, and one waits with each slow sender; how many work is the gate's to say.
    "blocking-threads": "64",
    "workers-kill-timeout": "10",
    # Counts connections, idle ones too: low, and a few that say nothing would close the door to all.
    "backpressure": "4096",
    "http1-header-read-timeout": "10000",
    "http1-buffer-size": "65536",
    "log-level": "error",
}


def command(application: str, **options: object) -> list[str]:
    """Return the command that serves a WSGI application; `options` are granian's own, with _ for -."""
    chosen = {**OPTIONS, **{name.replace("_", "-"): str(value) for name, value in options.items()}}
    flags = [f"--{name}={value}" for name, value in chosen.items()]
    return [sys.executable, "-m", "granian", *flags, "--no-ws", "--respawn-failed-workers", application]
