"""The database goes away while people send, on a real server: each gets a number, and the number is theirs.

Slower than a page test and quicker than `make faults`: one outage each, and no kill.
"""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.databases import Database, PostgreSQLDatabase, SQLite
from tests.faults.senders import Senders, Sent
from tests.faults.site import Site, descendants_of
from tests.inquiries.test_intake import spellings

COUNT = 20


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if os.environ["DATABASE_URL"].startswith("sqlite"):
        yield SQLite(tmp_path_factory.mktemp("outage"))
        return
    folder = Path(os.environ["TEST_FOLDER"]) / f"outage-{os.getpid()}"  # where PostgreSQL's own user may pass through
    folder.mkdir(mode=0o755)
    found = PostgreSQLDatabase(folder)
    yield found
    found.close()


@pytest.fixture(scope="module")
def site(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    running = Site(tmp_path_factory.mktemp("site"), database.url)
    running.start()
    yield running
    running.stop()


def send(site: Site, database: Database, count: int) -> list[Sent]:
    """Send from several people at once, each pressing until it is received; return what they were told."""
    senders = Senders(site, database, count=count, at_once=4, seconds=0)
    senders.run(lambda: True)
    return senders.sent


def away(database: Database) -> threading.Event:
    """Put the database away; the event brings it back."""
    back = threading.Event()
    gone = threading.Event()

    def hold() -> None:
        if isinstance(database, SQLite):
            with database.locked():
                gone.set()
                back.wait(60)
        elif isinstance(database, PostgreSQLDatabase):
            database.server.stop("fast")
            gone.set()
            back.wait(60)
            database.server.start()

    threading.Thread(target=hold).start()
    assert gone.wait(30)
    return back


def test_twenty_inquiries_sent_while_the_database_is_away_are_twenty_with_the_numbers_shown(
    site: Site, database: Database
) -> None:
    back = away(database)
    try:
        sent = send(site, database, COUNT)
        waiting = {path.stem for path in site.spool.glob("*.submission")}
    finally:
        back.set()
    assert all(len(one.told) == 1 for one in sent), [one for one in sent if len(one.told) != 1]
    assert waiting == {one.token_digest for one in sent}
    assert site.wait_until_the_spool_is_empty(60)
    rows = json.loads(site.run("-m", "tests.faults.opened"))
    told = {one.token_digest: (next(iter(one.told)), one.subject) for one in sent}
    assert {row["token_digest"]: (row["reference"], row["subject"]) for row in rows} == told
    assert len(rows) == COUNT
    assert {row["acknowledgements"] for row in rows} == {1}


def test_nothing_that_was_typed_stands_anywhere_outside_the_envelopes(site: Site, database: Database) -> None:
    """Clauses S4 and S15: the files of the database with its log, the spool, the logs, the process list."""
    back = away(database)
    try:
        send(site, database, 2)
        in_the_spool = _search(site.spool)
    finally:
        back.set()
    assert site.wait_until_the_spool_is_empty(60)
    sent = send(site, database, 2)
    shown = next(iter(sent[0].told)).encode()
    assert site.wait_until_the_spool_is_empty(60), "also what was sent just after it was back"
    running = b"".join(
        (Path("/proc") / str(pid) / name).read_bytes()
        for pid in descendants_of(os.getpid())
        for name in ("cmdline", "environ")
    )
    folder = database.server.data if isinstance(database, PostgreSQLDatabase) else database.path.parent  # type: ignore[attr-defined]  # the other is SQLite
    found = {
        "spool": in_the_spool,
        "database": _search(folder),
        "site": _search(site.folder, leave_out="outgoing"),
        "processes": [word for word in spellings() if word in running],
    }
    assert found == {"spool": [], "database": [], "site": [], "processes": []}
    assert any(shown in path.read_bytes() for path in _files(folder)), "the search can find something"
    assert b"manage.py" in running


def _search(folder: Path, leave_out: str = "no folder") -> list[tuple[str, bytes]]:
    """Return the files that hold something that was typed, in any spelling. A mail goes to whom it names."""
    found = []
    for path in _files(folder):
        if leave_out not in path.parts and "static" not in path.parts:
            data = path.read_bytes()
            found += [(str(path), word) for word in [*spellings(), b"sender-0@"] if word in data]
    return found


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
