"""Workers as processes of their own, two at once and killed in the middle of a batch, on both databases."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.consent.decisions import create_decisions

ROOT = Path(__file__).parents[2]

KILLED = """
import os, signal, sys
import django
django.setup()
from consent import seal
from consent.models import TreeHead
if sys.argv[1] == "inside":
    TreeHead.save = lambda *args, **options: os.kill(os.getpid(), signal.SIGKILL)
else:
    seal._keep = lambda head: os.kill(os.getpid(), signal.SIGKILL)
seal.seal_new()
"""


class Site:
    """This test's database, which for SQLite is copied to a file, and processes on it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "site.sqlite3"
        if connection.vendor == "sqlite":
            copy = sqlite3.connect(self.path)
            connection.connection.backup(copy)
            copy.close()
            url = f"sqlite:///{self.path}"
        else:
            url = os.environ["DATABASE_URL"].replace("/postgres?", f"/{connection.settings_dict['NAME']}?")
        self.environment = os.environ | {
            "DATABASE_URL": url,
            "KEYS_DIR": str(folder / "keys"),
            "OUTGOING_DIR": str(folder / "outgoing"),
            "DJANGO_SETTINGS_MODULE": "occtosite.settings",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True)

    def run(self, *arguments: str) -> tuple[int, str]:
        process = self.start(*arguments)
        said, _nothing = process.communicate(timeout=60)
        return process.returncode, said

    def ask(self, sql: str) -> list[Any]:
        if connection.vendor == "sqlite":
            with sqlite3.connect(self.path, timeout=20) as database:
                found = list(database.execute(sql))
            database.close()
            return found
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def counts(self) -> tuple[int, ...]:
        tables = ("consent_leaf", "consent_receipt", "consent_treehead", "consent_unsealed")
        return tuple(self.ask(f"SELECT COUNT(*) FROM {table}")[0][0] for table in tables)


@pytest.fixture
def site(transactional_db: None, tmp_path: Path) -> Site:
    create_decisions(700)
    return Site(tmp_path)


def test_two_workers_at_once_seal_everything_once(site: Site) -> None:
    workers = [site.start("manage.py", "work", "--once") for _worker in range(2)]
    for worker in workers:
        worker.communicate(timeout=60)
    assert [worker.returncode for worker in workers] == [0, 0]
    assert site.run("manage.py", "work", "--once")[0] == 0
    leaves, receipts, _heads, unsealed = site.counts()
    assert (leaves, receipts, unsealed) == (700, 700, 0)
    code, said = site.run("manage.py", "verify_decisions")
    assert (code, said.partition(" in ")[0]) == (0, "Checked 700 entries and 700 records")


@pytest.mark.parametrize(("moment", "left"), [("inside", (0, 0, 0, 700)), ("after", (500, 500, 1, 200))])
def test_a_worker_that_is_killed_leaves_nothing_half_done(site: Site, moment: str, left: tuple[int, ...]) -> None:
    assert site.run("-c", KILLED, moment)[0] == -signal.SIGKILL
    assert site.counts() == left
    assert site.run("manage.py", "work", "--once")[0] == 0
    leaves, receipts, _heads, unsealed = site.counts()
    assert (leaves, receipts, unsealed) == (700, 700, 0)
    assert site.run("manage.py", "verify_decisions")[0] == 0
