"""Settings: each wrong value stops the start with its name and the cure; the keys are made once, for one reader."""

import os
import re
import runpy
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured

from occtosite import settings

ROOT = Path(__file__).parents[1]
EXAMPLE = (ROOT / ".env.example").read_text()


def manage(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a management command with folders of its own in `folder` and with nothing else set but `variables`."""
    own = {"DATA_DIR": "data", "KEYS_DIR": "keys", "OUTGOING_DIR": "outgoing", "ERASURES_DIR": "erasures"}
    environment = {name: str(folder / part) for name, part in own.items()} | {
        "PATH": os.environ["PATH"],
        "ENV_FILE": str(folder / ".env"),
        **variables,
    }
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Callable[..., dict[str, Any]]]:
    """Return a function that reads the settings anew, with nothing set but its keywords; `.env` is in tmp_path."""
    own = {"DATA_DIR": "data", "KEYS_DIR": "keys", "OUTGOING_DIR": "outgoing", "ERASURES_DIR": "erasures"}
    folders = {name: str(tmp_path / part) for name, part in (own | {"ENV_FILE": ".env"}).items()}

    def read_settings(**variables: str) -> dict[str, Any]:
        os.environ.clear()
        os.environ.update(folders | variables)
        return runpy.run_path(str(ROOT / "occtosite/settings.py"))

    with mock.patch.dict(os.environ):
        yield read_settings


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_variable_that_is_read_is_explained() -> None:
    explained = set(re.findall(r"^#([A-Z_]+)=", EXAMPLE, flags=re.MULTILINE))
    assert explained == settings.env.asked


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SITE_URL", "www.example.jp", "set it to the site's address, like https://www.example.jp"),
        ("SITE_URL", "https://www.example.jp/occto", "set it to the site's address"),
        ("SITE_URL", "https://[example", "set it to the site's address"),
        ("SITE_URL", "https://www.example.jp:port", "set it to the site's address"),
        ("SITE_URL", "ftp://www.example.jp", "set it to the site's address"),
        ("SITE_URL", "https://user@www.example.jp", "set it to the site's address alone"),
        ("SITE_URL", "http://www.example.jp", "personal data needs https: set it to https://www.example.jp"),
        ("ALLOWED_HOSTS", "*", "set it to the site's host names"),
        ("PORT", "eighty", "set it to a whole number from 1 to 65535"),
        ("PORT", "70000", "set it to a whole number from 1 to 65535"),
        ("DEBUG", "perhaps", "set it to true or false"),
        ("SECRET_KEY", "short", "set it to 50 random characters or more, or leave it empty"),
        ("DATABASE_URL", "mysql://root@localhost/occto", "set it to sqlite:////path/to/file or postgres://"),
        ("DATABASE_URL", "postgres://localhost", "set it to sqlite:////path/to/file or postgres://"),
        ("DATABASE_URL", "postgres://localhost:port/occto", "set it to sqlite:////path/to/file or postgres://"),
        ("DATABASE_URL", "sqlite://:memory:", "set it to sqlite:////path/to/file or postgres://"),
        ("MAIL_URL", "mail.example.jp", "set it to smtp+tls://user:password@host:587"),
        ("MAIL_URL", "smtp://mail.example.jp:25", "set it to smtp+tls://… or smtps://…"),
        ("MAIL_FROM", "OCCTO", "set it to an e-mail address"),
        ("SITE_ROLE", "desk", "set it to one of: all, public, staff"),
        ("SPOOL_DIR", "/proc/none", "make its parent writable for this user, or set SPOOL_DIR"),
        ("INQUIRY_RETENTION_DAYS", "0", "set it to a whole number from 1 to 3650"),
        ("BODY_LIMIT", "1", "set it to a whole number from 65536 to 10485760"),
        ("SERVER_PROCESSES", "0", "set it to a whole number from 1 to 64"),
        ("FINISHED_PAGE_SECONDS", "-1", "set it to a whole number from 0 to 3600"),
        ("LOG_LEVEL", "LOUD", "set it to DEBUG, INFO, WARNING, ERROR or CRITICAL"),
        ("DATA_DIR", "/proc/none", "make its parent writable for this user, or set DATA_DIR"),
        ("KEYS_DIR", "/proc/none", "make its parent writable for this user, or set KEYS_DIR"),
        ("OUTGOING_DIR", "/proc/none", "make its parent writable for this user, or set OUTGOING_DIR"),
        ("ERASURES_DIR", "/proc/none", "make its parent writable for this user, or set ERASURES_DIR"),
    ],
)
def test_a_wrong_value_stops_the_start_with_its_name_and_the_cure(
    name: str, value: str, words: str, read: Callable[..., object]
) -> None:
    with pytest.raises(ImproperlyConfigured, match=re.escape(words)) as refusal:
        read(**{name: value})
    assert name in str(refusal.value)


def test_a_wrong_value_is_told_in_one_sentence_without_a_trace(tmp_path: Path) -> None:
    for command in ("check", "serve"):
        done = manage(tmp_path, command, PORT="eighty")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "PORT is 'eighty'; set it to a whole number from 1 to 65535.\n"


@pytest.mark.parametrize("name", ["DATABASE_URL", "MAIL_URL"])
def test_a_password_is_not_repeated(name: str, read: Callable[..., object]) -> None:
    with pytest.raises(ImproperlyConfigured, match=name) as refusal:
        read(**{name: "http://someone:open-sesame@localhost:port"})
    assert "sesame" not in str(refusal.value)


def test_mail_by_a_server_needs_a_sender(read: Callable[..., object]) -> None:
    with pytest.raises(ImproperlyConfigured, match="MAIL_FROM is ''; set it to an e-mail address"):
        read(MAIL_URL="smtps://mail.example.jp")


def test_the_code_is_never_shown_at_a_public_address(read: Callable[..., object]) -> None:
    with pytest.raises(ImproperlyConfigured, match="DEBUG is on at a public address; set it to false"):
        read(SITE_URL="https://www.example.jp", DEBUG="true")


def test_the_production_form_passes_djangos_own_check(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level=WARNING", SITE_URL="https://www.example.jp")
    assert done.returncode == 0, done.stderr


def test_the_secret_is_made_once_and_for_one_reader(tmp_path: Path, read: Callable[..., dict[str, Any]]) -> None:
    first = read()["SECRET_KEY"]
    assert len(first) >= 50
    assert (mode(tmp_path / "keys/secret_key"), mode(tmp_path / "keys")) == (0o600, 0o700)
    assert read()["SECRET_KEY"] == first


def test_a_secret_that_was_cut_short_is_refused(tmp_path: Path, read: Callable[..., object]) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/secret_key").write_text("abc")
    with pytest.raises(ImproperlyConfigured, match="is empty or cut short; restore it"):
        read()


@pytest.mark.parametrize("line", ["SITE_URL https://www.example.jp", " SITE_URL=x", "SITE_URL = x", "1=2", "=x"])
def test_a_broken_line_of_the_env_file_is_named(line: str, tmp_path: Path, read: Callable[..., object]) -> None:
    (tmp_path / ".env").write_text(f"# first\n\n{line}\n")
    with pytest.raises(ImproperlyConfigured, match=r"^Line 3 of .*\.env is not NAME=value"):
        read()


def test_a_name_that_nobody_reads_is_refused(tmp_path: Path, read: Callable[..., object]) -> None:
    (tmp_path / ".env").write_text("PGSSLMODE=require\nMAIL_ULR=smtps://mail.example.jp\n")
    with pytest.raises(ImproperlyConfigured, match=r"^Line 2 of .* sets MAIL_ULR, which this site doesn't know"):
        read()


def test_an_env_file_that_is_no_text_is_refused(tmp_path: Path, read: Callable[..., object]) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ImproperlyConfigured, match="save it as UTF-8 text"):
        read()


def test_every_example_can_be_taken_over_as_it_stands(tmp_path: Path, read: Callable[..., dict[str, Any]]) -> None:
    lines = [line.removeprefix("#") for line in EXAMPLE.splitlines() if re.match(r"#[A-Z_]+=", line)]
    (tmp_path / ".env").write_text("\n".join(lines))
    found = read()
    assert found["SITE_URL"] == "https://www.example.jp"
    assert found["MAIL_URL"]["host"] == "mail.example.jp"


def test_the_environment_wins_over_the_env_file(tmp_path: Path, read: Callable[..., dict[str, Any]]) -> None:
    (tmp_path / ".env").write_text("PORT=1\nBODY_LIMIT=100000\n")
    found = read(PORT="8001")
    assert (found["PORT"], found["BODY_LIMIT"]) == (8001, 100_000)
    assert found["SITE_URL"] == "http://localhost:8001"


def test_a_value_may_start_with_a_dollar_sign(read: Callable[..., dict[str, Any]]) -> None:
    secret = "$" + "0123456789" * 5
    assert read(SECRET_KEY=secret)["SECRET_KEY"] == secret


def test_a_tilde_is_the_home_folder(read: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    assert read(DATA_DIR="~/data", HOME=str(tmp_path))["DATA_DIR"] == tmp_path / "data"


def test_https_makes_every_cookie_secure(read: Callable[..., dict[str, Any]]) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "COOKIE_CONSENT_SECURE", "SECURE_SSL_REDIRECT")
    found = read(SITE_URL="https://www.example.jp")
    assert all(found[name] for name in names)
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert not any(read()[name] for name in names)


def test_an_address_is_taken_from_a_proxy_only_where_there_is_one(read: Callable[..., dict[str, Any]]) -> None:
    assert read()["ALLAUTH_TRUSTED_PROXY_COUNT"] == 0
    assert read(PROXY_SSL_HEADER="X-Forwarded-Proto")["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


def test_a_database_that_is_down_is_given_up_soon_and_tried_anew_with_the_next_request(
    read: Callable[..., dict[str, Any]],
) -> None:
    pool = read(DATABASE_URL="postgres://localhost/occto")["DATABASES"]["default"]["OPTIONS"]["pool"]
    assert pool["timeout"] <= 3
    assert pool["reconnect_timeout"] <= 3
