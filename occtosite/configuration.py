"""Tiny readers of settings: each refuses a bad value and names the variable and the cure."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from occtosite.secret import make_private_folder, read_or_make_secret

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}

ENV_LINE = re.compile(r"(?:export )?([A-Za-z_][A-Za-z_0-9]*)=.*")
OTHERS_VARIABLES = ("PG", "GRANIAN_")
"""How variables begin that others read, PostgreSQL's library and the server: `.env` may set them too."""


def read_env_file(path: Path) -> dict[str, int]:
    """Read `.env` into the environment; what the environment says already wins.

    Returns each name with the number of its line. Raises ImproperlyConfigured with the number of the first line that
    is not NAME=value.
    """
    if not path.exists():
        return {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ImproperlyConfigured(
            f"The file {path} can't be read ({reason}); save it as UTF-8 text, readable by this user."
        ) from None
    names = {}
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        match = ENV_LINE.fullmatch(line)
        if not match:
            raise ImproperlyConfigured(
                f"Line {number} of {path} is not NAME=value (no spaces before the name or around the sign); "
                "correct it as in .env.example."
            )
        names[match[1]] = number
    environ.Env.read_env(str(path))
    return names


class Reader:
    """Reads variables one by one; an empty variable counts as absent. `asked` is every name that was read."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def text(self, name: str, default: str) -> str:
        # Not environ.Env.str: it takes a value that starts with $, as a password may, for another variable's name.
        self.asked.add(name)
        return os.environ.get(name, "").strip() or default

    def refuse_unknown(self, path: Path, names: dict[str, int]) -> None:
        """Raise ImproperlyConfigured for a name in `.env` that nothing reads: most often a slip of the pen."""
        for name, number in names.items():
            if name not in self.asked and not name.startswith(OTHERS_VARIABLES):
                raise ImproperlyConfigured(
                    f"Line {number} of {path} sets {name}, which this site doesn't know; "
                    "correct it as in .env.example."
                )

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name, "").lower()
        if value in {"", "1", "true", "yes", "on", "0", "false", "no", "off"}:
            return value in {"1", "true", "yes", "on"} if value else default
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to true or false.")

    def choice(self, name: str, default: str, allowed: set[str]) -> str:
        value = self.text(name, default).lower()
        if value not in allowed:
            raise ImproperlyConfigured(f"{name} is {value!r}; set it to one of: {', '.join(sorted(allowed))}.")
        return value

    def number(self, name: str, default: int, *, lowest: int, highest: int) -> int:
        value = self.text(name, str(default))
        if value.isascii() and value.isdigit() and lowest <= int(value) <= highest:
            return int(value)
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to a whole number from {lowest} to {highest}.")

    def hosts(self, name: str, default: list[str]) -> list[str]:
        value = self.text(name, "")
        hosts = [part.strip() for part in value.split(",") if part.strip()] or default
        if "*" in hosts:
            raise ImproperlyConfigured(f"{name} allows every host; set it to the site's host names.")
        return hosts

    def folder(self, name: str, default: Path) -> Path:
        """Return a folder that only this user can read, made where it is missing."""
        folder = Path(self.text(name, str(default))).expanduser().absolute()
        make_private_folder(folder, name)
        return folder

    def secret(self, name: str, path: Path) -> str:
        """Return the secret in a variable, else the one kept at `path`, which is made on the first run."""
        value = self.text(name, "")
        if value and (len(value) < 50 or len(set(value)) < 5):
            raise ImproperlyConfigured(
                f"{name} is too short to be safe; set it to 50 random characters or more, or leave it empty: "
                "a key is then made and kept in KEYS_DIR."
            )
        return value or read_or_make_secret(path)

    def site_url(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        parts = _split(value)
        if not parts or value != f"{parts.scheme}://{parts.netloc}" or parts.scheme not in {"http", "https"}:
            raise ImproperlyConfigured(
                f"{name} is {value!r}; set it to the site's address, like https://www.example.jp"
            )
        if "@" in parts.netloc:
            raise ImproperlyConfigured(f"{name} holds a user; set it to the site's address alone.")
        if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
            raise ImproperlyConfigured(
                f"{name} is {value!r}; personal data needs https: set it to https://{parts.netloc} "
                "(plain http is for localhost only)."
            )
        return value

    def address(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            validate_email(value)
        except ValidationError:
            raise ImproperlyConfigured(f"{name} is {value!r}; set it to an e-mail address.") from None
        return value

    def mail_url(self, name: str) -> dict[str, Any] | None:
        """Return the mail server's host, port, user, password and kind of encryption; None writes mails to files."""
        value = self.text(name, "")
        if not value:
            return None
        parts = _split(value)
        if not parts or parts.scheme not in {"smtp", "smtp+tls", "smtps"}:
            # The value itself may hold a password: it is not repeated.
            raise ImproperlyConfigured(
                f"{name} can't be read; set it to smtp+tls://user:password@host:587, smtps://…:465, or leave it empty."
            )
        if parts.scheme == "smtp" and parts.hostname not in LOCAL_HOSTS:
            raise ImproperlyConfigured(
                f"{name} sends mails unencrypted to another machine; set it to smtp+tls://… or smtps://…"
            )
        config = environ.Env.email_url_config(value)
        return {
            "host": config["EMAIL_HOST"],
            "port": config["EMAIL_PORT"] or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
            "user": config["EMAIL_HOST_USER"],
            "password": config["EMAIL_HOST_PASSWORD"],
            "security": parts.scheme,
        }


def _split(address: str) -> SplitResult | None:
    """Return an address's parts, or None where it has no host or can't be read."""
    try:
        parts = urlsplit(address)
        usable = parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def database(env: Reader, data_dir: Path) -> dict[str, Any]:
    """Return Django's database settings for DATABASE_URL: SQLite in WAL mode, or PostgreSQL with psycopg's pool."""
    value = env.text("DATABASE_URL", f"sqlite:///{data_dir / 'site.sqlite3'}")
    scheme = value.partition(":")[0]
    try:
        config: dict[str, Any] = environ.Env.db_url_config(value)
    except (ImproperlyConfigured, ValueError):
        config = {}
    if scheme not in {"sqlite", "postgres", "postgresql"} or config.get("NAME", "") in {"", ":memory:"}:
        # The value itself may hold a password: it is not repeated.
        raise ImproperlyConfigured(
            "DATABASE_URL can't be read; set it to sqlite:////path/to/file or postgres://user:password@host/name."
        )
    if scheme == "sqlite":
        # The last connection to close folds the log into the file: done after each request it is most of its time.
        config["CONN_MAX_AGE"] = None
        config.setdefault("OPTIONS", {}).update(
            {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # secure_delete overwrites what is erased, so that it is gone from the file too.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
            }
        )
    else:
        # A database that is down is given up soon, so that pages that can stand without it come soon; and it is tried
        # anew with the next request: the pool's own tries grow apart, and it would stay away as long again as it was.
        pool = {"min_size": 1, "max_size": 8, "timeout": 3, "reconnect_timeout": 3}
        config.setdefault("OPTIONS", {}).update({"pool": pool})
        # A connection that a restart of PostgreSQL broke is replaced, not handed to the next visitor.
        config["ENGINE"] = "occtosite.postgresql"
    return config


def logging(env: Reader) -> dict[str, Any]:
    """Return the logging settings: to standard error, without personal data."""
    level = env.text("LOG_LEVEL", "INFO").upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        raise ImproperlyConfigured(f"LOG_LEVEL is {level!r}; set it to DEBUG, INFO, WARNING, ERROR or CRITICAL.")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"careful": {"()": "occtosite.logs.CarefulFormatter"}},
        "filters": {"route": {"()": "occtosite.logs.RouteInsteadOfPath"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "careful"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Their messages carry paths and hosts as they were typed.
            "django.request": {"handlers": ["console"], "level": "ERROR", "filters": ["route"], "propagate": False},
            "django.security": {"handlers": [], "level": "CRITICAL", "propagate": False},
            "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
            # It names the passkeys of staff.
            "fido2": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            # At DEBUG level it logs every statement with its values.
            "django.db.backends": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            # While the database is down it says so several times a second; whoever needs the database says it once.
            "psycopg.pool": {"level": "ERROR"},
        },
    }
