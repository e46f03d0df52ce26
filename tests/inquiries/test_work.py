"""`manage.py work` as processes of their own, killed and stopped at the worst moments, on both databases."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from inquiries import keyring
from inquiries.models import OutboxItem
from tests.inquiries.mails import DOCUMENT, create_acknowledgement, create_answer
from tests.smtp import HANG, Server

ROOT = Path(__file__).parents[2]


@dataclass
class Workers:
    """Worker processes on this test's database, which for SQLite is copied to a file when the first one starts."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def outgoing(self) -> Path:
        return self.folder / "outgoing"

    def start(self, *arguments: str, server: Server | None = None) -> subprocess.Popen[str]:
        if not self.environment:
            self.environment = self._prepare()
        by_smtp = {"MAIL_URL": f"smtp://localhost:{server.port}", "MAIL_FROM": "desk@example.jp"} if server else {}
        process = subprocess.Popen(
            [sys.executable, "manage.py", "work", *arguments],
            cwd=ROOT,
            env=self.environment | by_smtp,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def run(self, server: Server | None = None) -> None:
        self.finish(self.start("--once", server=server))

    def finish(self, process: subprocess.Popen[str]) -> str:
        """Wait for a worker to end well; return what it logged, which holds nothing of the sender."""
        _nothing, log = process.communicate(timeout=20)
        assert process.returncode == 0, log
        assert not [value for value in DOCUMENT.values() if value in log]
        return log

    def ask(self, sql: str) -> list[Any]:
        if connection.vendor == "sqlite":
            with sqlite3.connect(self.folder / "site.sqlite3", timeout=20) as database:
                found = list(database.execute(sql))
            database.close()
            return found
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []

    def end_leases(self) -> None:
        self.ask("UPDATE inquiries_outboxitem SET due_at = '2020-01-01 00:00:00' WHERE done_at IS NULL")

    def states(self) -> list[tuple[str, str, str]]:
        return self.ask("SELECT kind, delivery, problem FROM inquiries_outboxitem ORDER BY id")

    def _prepare(self) -> dict[str, str]:
        if connection.vendor == "sqlite":
            path = self.folder / "site.sqlite3"
            copy = sqlite3.connect(path)
            connection.connection.backup(copy)
            copy.close()
            url = f"sqlite:///{path}"
        else:
            url = os.environ["DATABASE_URL"].replace("/postgres?", f"/{connection.settings_dict['NAME']}?")
        return os.environ | {"DATABASE_URL": url, "OUTGOING_DIR": str(self.outgoing), "LOG_LEVEL": "DEBUG"}


@pytest.fixture
def workers(transactional_db: None, tmp_path: Path) -> Iterator[Workers]:
    all_of_them = Workers(tmp_path)
    yield all_of_them
    for process in all_of_them.started:
        process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()


def wait_for(path: Path) -> None:
    end = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not come"
        time.sleep(0.02)


def test_killed_while_the_server_takes_the_mail(workers: Workers) -> None:
    """The acknowledgement goes out again with its Message-ID; the answer waits for staff."""
    acknowledgement, answer = create_acknowledgement(), create_answer()
    with Server({"CONTENT": HANG}) as server:
        workers.start(server=server)
        workers.start(server=server)
        server.wait_until_hanging(times=2)
        for process in workers.started:
            process.kill()
            process.wait()
        server.says.clear()
        server.release()
        workers.end_leases()
        workers.run(server)
        assert [state[:2] for state in workers.states()] == [("ack", "waiting"), ("answer", "uncertain")]
        workers.end_leases()
        workers.run(server)
    sent = sorted(arrived.mail["Message-ID"] for arrived in server.arrived)
    assert sent == sorted([acknowledgement.mail_id, acknowledgement.mail_id, answer.mail_id])
    assert workers.states() == [("ack", "sent", ""), ("answer", "uncertain", "uncertain")]


def test_killed_before_the_server_takes_the_mail(workers: Workers) -> None:
    answer = create_answer()
    with Server({"RCPT": HANG}) as server:
        process = workers.start(server=server)
        server.wait_until_hanging()
        process.kill()
        process.wait()
        server.says.clear()
        server.release()
        workers.end_leases()
        workers.run(server)
    assert [arrived.mail["Message-ID"] for arrived in server.arrived] == [answer.mail_id]
    assert workers.states() == [("answer", "sent", "")]


def test_killed_while_it_writes_a_file(workers: Workers) -> None:
    answer = create_answer()
    name = answer.mail_id.strip("<>")
    workers.outgoing.mkdir(mode=0o700)
    os.mkfifo(workers.outgoing / f".{name}.unfinished")  # whoever opens it to write waits for a reader
    process = workers.start()
    end = time.monotonic() + 20
    while workers.states() != [("answer", "sending", "")]:
        assert time.monotonic() < end
        time.sleep(0.05)
    process.kill()
    process.wait()
    (workers.outgoing / f".{name}.unfinished").unlink()
    workers.end_leases()
    workers.run()
    assert [path.name for path in workers.outgoing.iterdir()] == [f"{name}.eml"]
    assert workers.states() == [("answer", "sent", "")]


def test_stopped_with_a_mail_in_hand_it_finishes_that_mail(workers: Workers) -> None:
    create_answer()
    with Server({"CONTENT": HANG}) as server:
        process = workers.start(server=server)
        server.wait_until_hanging()
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        assert process.poll() is None
        server.release()
        workers.finish(process)
    assert workers.states() == [("answer", "sent", "")]


def test_stopped_while_idle_it_ends_within_two_seconds(workers: Workers) -> None:
    acknowledgement = create_acknowledgement()
    process = workers.start()
    wait_for(workers.outgoing / f"{acknowledgement.mail_id.strip('<>')}.eml")
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    log = workers.finish(process)
    assert time.monotonic() - began < 2
    assert f"Sent {acknowledgement.mail_id}" in log
    assert len(workers.ask("SELECT seen_at FROM inquiries_workerbeat")) == 1


def test_two_workers_send_nothing_twice(workers: Workers) -> None:
    mail_ids = {create_acknowledgement().mail_id for _ in range(20)}
    with Server() as server:
        for process in [workers.start("--once", server=server), workers.start("--once", server=server)]:
            workers.finish(process)
    assert sorted(arrived.mail["Message-ID"] for arrived in server.arrived) == sorted(mail_ids)
    assert {state[1] for state in workers.states()} == {"sent"}


@pytest.mark.django_db
def test_once_sends_what_is_due_and_ends(settings: Any, tmp_path: Path) -> None:
    settings.OUTGOING_DIR = tmp_path
    before = signal.getsignal(signal.SIGTERM)
    create_acknowledgement()
    call_command("work", "--once")
    assert OutboxItem.objects.get().delivery == "sent"
    assert len(list(tmp_path.glob("*.eml"))) == 1
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.django_db
def test_once_says_where_not_everything_could_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(today: object) -> None:
        raise PermissionError("keys")

    monkeypatch.setattr(keyring, "ensure_key", fail)
    with pytest.raises(CommandError, match="Not everything could be done"):
        call_command("work", "--once")
