"""Send inquiries while things are killed, stopped and locked at random; count what was lost or taken in twice.

    make faults
    make faults FAULTS_SUBMISSIONS=5000 FAULTS_SECONDS=600

Each database gets so many inquiries, and so many seconds at most in which things are put out of order. A real server,
a real worker, loopback only. Ends with exit code 1 where anything was lost, doubled, or answered wrongly.
"""

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.databases import Database, PostgreSQLDatabase, SQLite
from tests.faults.senders import Senders, Sent
from tests.faults.site import Site, kill

SUBMISSIONS = int(os.environ.get("FAULTS_SUBMISSIONS") or 1000)
SECONDS = float(os.environ.get("FAULTS_SECONDS") or 60)
AT_ONCE = 8


@dataclass(frozen=True)
class Verdict:
    """What came of one run."""

    lost: list[Sent]
    doubled: list[Sent]
    not_there: list[Sent]
    wrong: list[Sent]

    def __str__(self) -> str:
        return (
            f"{len(self.lost)} lost, {len(self.doubled)} duplicated, "
            f'{len(self.not_there)} answered "received" without being there'
        )

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.not_there or self.wrong)


class Chaos(threading.Thread):
    """Puts one thing after the other out of order, until told to end; then everything is in order again."""

    def __init__(self, site: Site, database: Database) -> None:
        super().__init__(daemon=True)
        self.site = site
        self.ending = threading.Event()
        self.done: Counter[str] = Counter()
        self.database_faults = list(database.faults())
        self.faults: dict[str, Callable[[], None]] = {
            "server process killed": lambda: self._kill("server process"),
            "server killed": lambda: self._kill("server"),
            "worker killed": lambda: self._kill("worker"),
            "everything killed": lambda: site.start_again(signal.SIGKILL),
            "site restarted": lambda: site.start_again(signal.SIGTERM),
            **database.faults(),
        }

    def run(self) -> None:
        # Each fault once, in an order of chance, then as chance has it.
        first = random.sample(list(self.faults), len(self.faults))
        often = [*self.faults, *self.database_faults * 2]
        while not self.ending.wait(random.uniform(0.2, 1.2)):
            name = first.pop() if first else random.choice(often)
            self.faults[name]()
            self.done[name] += 1
            self.site.restart_if_it_ended()

    def end(self) -> None:
        self.ending.set()
        self.join(60)

    def _kill(self, part: str) -> None:
        found = self.site.processes(part)
        if found:
            kill(random.choice(found))


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="occtosite-faults-"))
    folder.chmod(0o755)  # PostgreSQL's own user must pass through
    print(f"{SUBMISSIONS} inquiries on each database, {SECONDS:.0f} s of faults", flush=True)
    try:
        verdicts = [run(folder, make) for make in (SQLite, PostgreSQLDatabase)]
    except BaseException:
        print(f"The folders are kept: {folder}", flush=True)
        raise
    if all(verdict.is_good for verdict in verdicts):
        shutil.rmtree(folder)
    else:
        print(f"The folders are kept: {folder}")
    total = Verdict(
        lost=[one for verdict in verdicts for one in verdict.lost],
        doubled=[one for verdict in verdicts for one in verdict.doubled],
        not_there=[one for verdict in verdicts for one in verdict.not_there],
        wrong=[one for verdict in verdicts for one in verdict.wrong],
    )
    print(f"\n{total}", flush=True)
    return 0 if total.is_good else 1


def run(folder: Path, make: Callable[[Path], Database]) -> Verdict:
    """Send and disturb on one database; return what came of it."""
    database = make(folder)
    site = Site(folder / database.name, database.url)
    chaos = Chaos(site, database)
    senders = Senders(site, database, count=SUBMISSIONS, at_once=AT_ONCE, seconds=SECONDS * 0.9)
    started = time.monotonic()
    try:
        site.start()
        began = time.monotonic()
        chaos.start()

        def watch() -> bool:
            if time.monotonic() - began > SECONDS:
                chaos.ending.set()
            return True

        senders.run(watch)
        chaos.end()
        site.start_again(signal.SIGTERM)
        if not site.wait_until_the_spool_is_empty(60):
            print("The worker did not bring everything in within a minute.", flush=True)
        site.stop()
        rows = json.loads(site.run("-m", "tests.faults.opened"))
    finally:
        chaos.ending.set()
        site.stop()
        database.close()
    verdict = judge(senders.sent, rows)
    took = f"{len(senders.sent)} sent in {time.monotonic() - started:.0f} s"
    print(f'\n{database.name}: {took}, {sum(bool(one.told) for one in senders.sent)} told "received"')
    report(senders.sent, chaos, site)
    print(f"  {verdict}", flush=True)
    if verdict.wrong:
        print(f"  {len(verdict.wrong)} shown a number or a content that is not theirs", flush=True)
    return verdict


def judge(sent: list[Sent], rows: list[dict[str, Any]]) -> Verdict:
    """Compare what people were told with what stands in the database, opened."""
    by_token = {row["token_digest"]: row for row in rows}
    times = Counter(row["subject"] for row in rows)
    received = [one for one in sent if one.told]
    return Verdict(
        lost=[one for one in received if one.token_digest not in by_token],
        doubled=[
            one
            for one in sent
            if times[one.subject] > 1
            or (one.token_digest in by_token and by_token[one.token_digest]["acknowledgements"] != 1)
        ],
        not_there=[one for one in received if not all(one.was_there)],
        wrong=[
            one
            for one in received
            if one.token_digest in by_token
            and (one.told, one.subject)
            != ({by_token[one.token_digest]["reference"]}, by_token[one.token_digest]["subject"])
        ],
    )


def report(sent: list[Sent], chaos: Chaos, site: Site) -> None:
    """Print by which ways the inquiries came in, and what was in their way."""
    by_spool = site.log.read_text(errors="replace").count("from the spool")
    refused, broken_off = sum(one.refusals for one in sent), sum(one.broken_off for one in sent)
    longest = max(one.longest_wait for one in sent)
    print(f"  {by_spool} by way of the spool; {refused} answers refused, {broken_off} broken off", end="; ")
    print(f"the slowest answer came after {longest:.1f} s")
    print("  " + ", ".join(f"{count} × {fault}" for fault, count in sorted(chaos.done.items())))


if __name__ == "__main__":
    sys.exit(main())
