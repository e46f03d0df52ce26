"""Senders who press "Send" until they are told that it was received, and note every answer they got."""

import hashlib
import http.client
import itertools
import random
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.faults.databases import Database
from tests.faults.site import Site
from tests.inquiries.senders import REFERENCE, TYPED, inputs

TRIES = 40
"""How often somebody presses before giving up; the pauses between grow to two seconds."""


@dataclass
class Sent:
    """One person's inquiry, and what they were told."""

    subject: str
    token_digest: str = ""
    told: set[str] = field(default_factory=set)
    """Reference numbers they were shown."""
    was_there: list[bool] = field(default_factory=list)
    """For each "received": whether it stood in the database or the spool just then."""
    refusals: int = 0
    broken_off: int = 0
    longest_wait: float = 0.0
    """Seconds until the slowest answer."""


class Senders:
    """Many people at once, each sending one inquiry after the other, spread over some seconds or longer."""

    def __init__(self, site: Site, database: Database, *, count: int, at_once: int, seconds: float) -> None:
        self.site, self.database = site, database
        self.sent: list[Sent] = []
        self._pace = seconds / count
        self._began = 0.0
        self._numbers = iter(range(count))
        self._threads = [threading.Thread(target=self._send_on, daemon=True) for _ in range(at_once)]

    def run(self, watch: Callable[[], bool]) -> None:
        """Send everything; `watch` is asked again and again whether to go on."""
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        while any(thread.is_alive() for thread in self._threads) and watch():
            time.sleep(0.05)
        self._numbers = iter(())
        for thread in self._threads:
            thread.join(120)

    def _send_on(self) -> None:
        while (number := next(self._numbers, None)) is not None:
            time.sleep(max(0.0, self._began + number * self._pace - time.monotonic()))
            sent = Sent(f"no. {number} of this run")
            self.sent.append(sent)
            self.send(sent, number)

    def send(self, sent: Sent, number: int) -> None:
        """Go from the form to the done page; some press twice, at the same time or later."""
        values = self._check(sent, number)
        if not values:
            return
        sent.token_digest = hashlib.sha256(values["token"].partition(":")[0].encode()).hexdigest()
        for pause in _pauses():
            if random.random() < 0.1:
                twin = threading.Thread(target=self._press, args=(sent, values))
                twin.start()
                self._press(sent, values)
                twin.join()
            else:
                self._press(sent, values)
            if sent.told:
                break
            time.sleep(pause)
        if random.random() < 0.2:
            time.sleep(random.uniform(0, 2))
            self._press(sent, values)

    def _check(self, sent: Sent, number: int) -> dict[str, str]:
        typed = TYPED | {"subject": sent.subject, "email": f"sender-{number}@example.jp"}
        for pause in _pauses():
            status, page = self._post(sent, "/inquiry/check/", typed)
            if status == 200:
                return inputs(page)
            time.sleep(pause)
        return {}

    def _press(self, sent: Sent, values: dict[str, str]) -> None:
        status, page = self._post(sent, "/inquiry/done/", values)
        found = REFERENCE.search(page)
        if status != 200 or not found:
            sent.refusals += status != 0
            return
        waits = (self.site.spool / f"{sent.token_digest}.submission").exists()
        there = waits or self.database.has(sent.token_digest)
        if there is not None:
            sent.was_there.append(bool(there))
        sent.told.add(found[0])

    def _post(self, sent: Sent, path: str, values: dict[str, str]) -> tuple[int, str]:
        """Return the status and the page of an answer; 0 where there came none, or half of one."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("localhost", self.site.port, timeout=30)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": ".".join(str(random.randrange(1, 255)) for _ in range(4)),
        }
        try:
            connection.request("POST", path, urllib.parse.urlencode(values), headers)
            answer = connection.getresponse()
            status, page = answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException, UnicodeDecodeError):
            sent.broken_off += 1
            return 0, ""
        finally:
            connection.close()
        sent.longest_wait = max(sent.longest_wait, time.monotonic() - began)
        return status, page


def _pauses() -> Iterator[float]:
    return itertools.islice(itertools.chain((0.1, 0.2, 0.5, 1), itertools.repeat(2.0)), TRIES)
