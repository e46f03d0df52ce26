"""`make run` from the inside: install, prepare, serve, and the processes they look after."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from consent import guards
from consent.models import Notice, PolicyVersion
from occtosite import install
from occtosite.management.commands import serve
from occtosite.supervisor import Child, Supervisor
from tests.conftest import PLAIN_STATIC_FILES
from tests.consent.tampering import lifted

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def wait_for(truth: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be read by its parent doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# prepare


@pytest.mark.django_db
def test_preparing_again_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with override_settings(DATA_DIR=tmp_path, STATIC_ROOT=tmp_path / "static", STORAGES=PLAIN_STATIC_FILES):
        (tmp_path / "static").mkdir()
        (tmp_path / "static/staticfiles.json").write_text("{}")
        call_command("prepare")
        assert "Gathering and compressing the static files" in capsys.readouterr().out
        before = [list(Notice.objects.values()), list(PolicyVersion.objects.values()), sorted(tmp_path.rglob("*"))]
        written = (tmp_path / "static.digest").stat().st_mtime_ns
        call_command("prepare")
        after = [list(Notice.objects.values()), list(PolicyVersion.objects.values()), sorted(tmp_path.rglob("*"))]
    assert capsys.readouterr().out == ""
    assert after == before
    assert (tmp_path / "static.digest").stat().st_mtime_ns == written


@pytest.mark.django_db
def test_preparing_adds_what_is_missing(tmp_path: Path) -> None:
    with lifted():
        Notice.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS site_cache")
    with override_settings(DATA_DIR=tmp_path, STATIC_ROOT=tmp_path / "static", STORAGES=PLAIN_STATIC_FILES):
        call_command("prepare", verbosity=0)
    assert {notice.language for notice in Notice.objects.all()} == {"ja", "en"}
    assert "site_cache" in connection.introspection.table_names()
    assert (tmp_path / "static/site.css").exists()


@pytest.mark.django_db
def test_lost_guards_are_made_again_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with override_settings(DATA_DIR=tmp_path, STATIC_ROOT=tmp_path / "static", STORAGES=PLAIN_STATIC_FILES):
        call_command("prepare", verbosity=0)
        guards.lift()
        call_command("prepare")
        said = capsys.readouterr().out
        assert said.startswith("Guards of the decisions were missing or not as they should be")
        assert "consent_decision_no_delete" in said
        assert "look into it: manage.py verify_decisions\n" in said
        assert guards.problems() == []
        call_command("prepare")
    assert "Guards" not in capsys.readouterr().out


def test_preparing_makes_the_keys_that_seal_and_that_sign(tmp_path: Path) -> None:
    folders = {
        name: str(tmp_path / name) for name in ("DATA_DIR", "KEYS_DIR", "OUTGOING_DIR", "ERASURES_DIR", "SPOOL_DIR")
    }
    command = [sys.executable, "manage.py", "prepare"]
    environment = os.environ | folders | {"DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}"}
    for sentence in ("Keys were made in ", ""):
        done = subprocess.run(command, env=environment, cwd=install.ROOT, capture_output=True, text=True, check=True)
        assert sentence in done.stdout
    made = sorted(path.name.partition(".")[2] for path in (tmp_path / "KEYS_DIR").glob("*/*"))
    assert made == ["private.pem"] * 3 + ["public.pem"] * 3, "inquiries, records of decisions, backups"


@pytest.mark.parametrize(
    "url", ["postgres://someone:open-sesame@127.0.0.1:1/occto", "sqlite:////proc/none.sqlite3", "sqlite:///{text}"]
)
def test_a_database_that_cannot_be_used_is_told_with_the_cure(url: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("This is no database, but a text that is long enough to be read as one." * 20)
    folders = {name: str(tmp_path / name) for name in ("DATA_DIR", "KEYS_DIR", "OUTGOING_DIR", "ERASURES_DIR")}
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare"],
        env=os.environ | folders | {"DATABASE_URL": url.format(text=tmp_path / "text")},
        cwd=install.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The database can't be used (")
    assert done.stderr.endswith("); start it, or correct DATABASE_URL or DATA_DIR.\n")
    assert "sesame" not in done.stderr


# serve


def test_a_port_in_use_is_told_with_the_cure() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with override_settings(PORT=port), pytest.raises(ImproperlyConfigured) as refusal:
            call_command("serve", port=port)
    other_port = port + 1 if port < 65535 else 8001
    assert str(refusal.value) == (
        f"Port {port} is in use; stop what uses it, or take another: make run PORT={other_port}"
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_a_host_that_is_not_this_machine_is_told_with_the_cure(host: str) -> None:
    with override_settings(LISTEN_HOST=host), pytest.raises(ImproperlyConfigured, match="LISTEN_HOST is"):
        call_command("serve")


def test_https_without_its_proxy_is_told_with_the_cure() -> None:
    with override_settings(IS_HTTPS=True), pytest.raises(ImproperlyConfigured, match="PROXY_SSL_HEADER is missing"):
        call_command("serve")


def test_the_server_keeps_no_log_of_visitors() -> None:
    """Clause S4: an access log would hold addresses of visitors and what they look at."""
    assert not any("access" in option for option in serve._granian())


# the supervisor


def test_a_child_that_dies_is_started_again_after_a_pause() -> None:
    child = Child("worker", SLEEP, again=True)
    supervisor = Supervisor([child])
    child.start()
    assert child.process
    first = child.process.pid
    child.kill()
    wait_for(lambda: not supervisor.tend() and child.process is None)
    assert child.pause == 2
    child.start_at = time.monotonic()
    supervisor.tend()
    assert child.process.pid != first
    supervisor.stop()


def test_the_end_of_the_server_ends_all_with_its_code() -> None:
    server = Child("server", [sys.executable, "-c", "raise SystemExit(3)"], again=False)
    worker = Child("worker", SLEEP, again=True)
    supervisor = Supervisor([server, worker])
    server.start()
    worker.start()
    assert worker.process
    pid = worker.process.pid
    assert supervisor.run() == 3
    wait_for(lambda: not is_alive(pid))


PARENT = """
import sys
from occtosite.supervisor import Child, Supervisor
supervisor = Supervisor([Child("a", sys.argv[1:], again=False), Child("b", sys.argv[1:], again=True)])
supervisor.start()
print(*[child.process.pid for child in supervisor.children], flush=True)
sys.exit(supervisor.run())
"""


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_no_child_outlives_its_parent(number: signal.Signals, code: int) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, *SLEEP], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        children = [int(word) for word in parent.stdout.readline().split()]
        assert [is_alive(pid) for pid in children] == [True, True]
        parent.send_signal(number)
        assert parent.wait(20) == code
    wait_for(lambda: not any(is_alive(pid) for pid in children))


# install


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a lock, and an environment that is said to be usable; pip is counted, not run."""
    (tmp_path / "requirements.txt").write_text("asgiref==1.0\n")
    (tmp_path / ".venv").mkdir()
    for name, part in {"ROOT": "", "VENV": ".venv", "PYTHON": ".venv/bin/python", "STAMP": ".venv/installed"}.items():
        monkeypatch.setattr(install, name, tmp_path / part)
    monkeypatch.setattr(install, "is_usable", lambda: True)
    return tmp_path


def test_what_stands_installed_is_not_installed_again(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[Path] = []
    monkeypatch.setattr(install, "install_packages", runs.append)
    install.install("requirements.txt")
    install.install("requirements.txt")
    assert len(runs) == 1
    (checkout / "requirements.txt").write_text("asgiref==2.0\n")
    install.install("requirements.txt")
    assert len(runs) == 2


def test_an_install_that_was_interrupted_is_done_again(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(lock: Path) -> None:
        raise KeyboardInterrupt

    runs: list[Path] = []
    monkeypatch.setattr(install, "install_packages", runs.append)
    install.install("requirements.txt")
    (checkout / "requirements.txt").write_text("asgiref==2.0\n")
    monkeypatch.setattr(install, "install_packages", interrupted)
    with pytest.raises(KeyboardInterrupt):
        install.install("requirements.txt")
    (checkout / "requirements.txt").write_text("asgiref==1.0\n")
    monkeypatch.setattr(install, "install_packages", runs.append)
    install.install("requirements.txt")
    assert len(runs) == 2


def test_a_python_that_is_too_old_is_told_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(install.Refused, match=r"Python 3\.9 is too old; install Python 3\.11 or later"):
        install.install("requirements.txt")


def test_a_python_without_venv_is_told_with_the_cure(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "is_usable", lambda: False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(install.Refused, match="apt install python3-venv"):
        install.install("requirements.txt")


def test_a_folder_that_cannot_be_written_is_told_with_the_cure(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_args: False)
    for usable in (True, False):
        monkeypatch.setattr(install, "is_usable", lambda usable=usable: usable)
        with pytest.raises(install.Refused, match="can't be written by this user; clone the repository"):
            install.install("requirements.txt")
