"""What a monitor asks: is the site alive, and is it ready to serve."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from inquiries.models import WorkerBeat
from tests.wsgi import Answer, ask

pytestmark = pytest.mark.django_db


def ready() -> tuple[int, dict[str, bool]]:
    answer = ask("/readyz")
    return answer.status, json.loads(answer.body)


def see_worker(ago: timedelta = timedelta()) -> None:
    WorkerBeat.objects.update_or_create(pk=1, defaults={"seen_at": timezone.now() - ago})


def test_alive_needs_nothing() -> None:
    answer: Answer = ask("/healthz")
    assert (answer.status, answer.body) == (200, b"ok\n")
    assert answer.headers["cache-control"] == "no-store"


def test_ready_when_everything_is_there() -> None:
    see_worker()
    assert ready() == (200, {"database": True, "migrations": True, "keys": True, "worker": True})


def test_not_ready_while_the_worker_is_silent() -> None:
    assert ready()[0] == 503
    see_worker(ago=timedelta(seconds=61))
    assert ready() == (503, {"database": True, "migrations": True, "keys": True, "worker": False})


def test_not_ready_while_a_migration_is_missing() -> None:
    see_worker()
    [newest] = MigrationLoader(connection).graph.leaf_nodes("inquiries")
    MigrationRecorder(connection).record_unapplied(*newest)
    status, checks = ready()
    assert (status, checks["migrations"]) == (503, False)


def test_not_ready_without_a_key_to_seal_with(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    see_worker()
    settings.KEYS_DIR = tmp_path  # type: ignore[attr-defined]
    assert ready()[1]["keys"] is False


def test_not_ready_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", refuse)
    assert ready() == (503, {"database": False, "migrations": False, "keys": True, "worker": False})
