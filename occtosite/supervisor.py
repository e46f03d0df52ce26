"""Processes that live and die together: started beside each other, started again, stopped as one."""

import ctypes
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
"""Linux's prctl: which signal a process gets when its parent has gone (man 2 PR_SET_PDEATHSIG)."""

STOP_SECONDS = 15
"""How long processes may take to finish what they are doing once told to stop."""

LONGEST_PAUSE = 30.0
"""Seconds between two starts of a process that keeps dying, at most; the first pause is one second."""

TICK = 0.25

_libc = ctypes.CDLL(None)


class Child:
    """One process. `again` starts it again whenever it ends; without, its end ends all."""

    def __init__(self, name: str, command: Sequence[str], *, again: bool) -> None:
        self.name = name
        self.command = list(command)
        self.again = again
        self.process: subprocess.Popen[bytes] | None = None
        self.pause = 1.0
        self.started_at = self.start_at = time.monotonic()

    def start(self) -> None:
        parent = os.getpid()
        # A session of its own: Ctrl+C reaches the parent alone, which then stops its children in order.
        self.process = subprocess.Popen(
            self.command,
            start_new_session=True,
            preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509 (no thread runs here when it forks)
        )
        self.started_at = time.monotonic()

    def tend(self) -> int | None:
        """Return the exit code of a process that has ended; one that is to run again is started after its pause."""
        if self.process is None:
            if time.monotonic() >= self.start_at:
                self.start()
            return None
        code = self.process.poll()
        if code is None:
            return None
        self.kill()  # whatever it started itself
        self.process = None
        lived = time.monotonic() - self.started_at
        self.pause = 1.0 if lived > 2 * LONGEST_PAUSE else min(2 * self.pause, LONGEST_PAUSE)
        self.start_at = time.monotonic() + self.pause
        return code

    def tell(self, signal_number: int) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.send_signal(signal_number)

    def kill(self) -> None:
        """End the process and all it started, at once."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Runs children until a signal says stop or one ends that may not."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.stopping = threading.Event()

    def start(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_args: self.stopping.set())
        for child in self.children:
            child.start()

    def run(self) -> int:
        """Tend the children until the end; return the exit code: 0 where a signal asked for it."""
        try:
            while not self.stopping.wait(TICK):
                code = self.tend()
                if code is not None:
                    return code
            return 0
        finally:
            self.stop()

    def tend(self) -> int | None:
        """Look after every child once; return the exit code of one whose end ends all."""
        for child in self.children:
            code = child.tend()
            if code is None:
                continue
            if not child.again:
                logger.error("The %s ended with code %s", child.name, code)
                return (code or 1) if code >= 0 else 128 - code
            logger.warning("The %s ended with code %s; it starts again in %.0f s", child.name, code, child.pause)
        return None

    def stop(self) -> None:
        for child in self.children:
            child.tell(signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if child.process is not None:
                with suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.0, end - time.monotonic()))
        for child in self.children:
            child.kill()


def _die_with(parent: int) -> None:
    """In a new child: be told to stop when the parent has gone, even by SIGKILL."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)
