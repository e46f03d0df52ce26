"""Tiny readers of settings: each refuses a bad value and names the variable and the cure."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from occtosite.secret import make_private_folder

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


def read_env_file(path: Path) -> None:
    """Read `.env` into the environment; what the environment says already wins.

    Raises ImproperlyConfigured with the number of the first line that is not NAME=value.
    """
    if not path.exists():
        return
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"The file {path} can't be read ({error}); save it as UTF-8 text, readable by this user."
        ) from None
    for number, line in enumerate(lines, start=1):
        bare = line.strip().removeprefix("export ")
        name, equals, _value = bare.partition("=")
        if bare and not bare.startswith("#") and not (equals and name.strip().isidentifier()):
            raise ImproperlyConfigured(f"Line {number} of {path} is not NAME=value; correct it as in .env.example.")
    environ.Env.read_env(str(path))


class Reader:
    """Reads variables one by one; an empty variable counts as absent."""

    def __init__(self) -> None:
        self.env = environ.Env()

    def text(self, name: str, default: str) -> str:
        value: str = self.env.str(name, default="")
        return value.strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name, "").lower()
        if value in {"", "1", "true", "yes", "on", "0", "false", "no", "off"}:
            return value in {"1", "true", "yes", "on"} if value else default
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to true or false.")

    def number(self, name: str, default: int, *, lowest: int, highest: int) -> int:
        value = self.text(name, str(default))
        if value.isascii() and value.isdigit() and lowest <= int(value) <= highest:
            return int(value)
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to a whole number from {lowest} to {highest}.")

    def names(self, name: str, default: list[str]) -> list[str]:
        value = self.text(name, "")
        return [part.strip() for part in value.split(",") if part.strip()] or default

    def folder(self, name: str, default: Path) -> Path:
        folder = Path(self.text(name, str(default))).expanduser().absolute()
        make_private_folder(folder)
        return folder

    def site_url(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.fragment:
            raise ImproperlyConfigured(
                f"{name} is {value!r}; set it to the site's address, like https://www.example.jp"
            )
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
        parts = urlsplit(value)
        if parts.scheme not in {"smtp", "smtp+tls", "smtps"} or not parts.hostname:
            # The value itself may hold a password: it is not repeated.
            raise ImproperlyConfigured(
                f"{name} can't be read; set it to smtp+tls://user:password@host:587, smtps://…:465, or leave it empty."
            )
        config = environ.Env.email_url_config(value)
        return {
            "host": config["EMAIL_HOST"],
            "port": config["EMAIL_PORT"] or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
            "user": config["EMAIL_HOST_USER"],
            "password": config["EMAIL_HOST_PASSWORD"],
            "security": parts.scheme,
        }


def database(env: Reader, data_dir: Path) -> dict[str, Any]:
    """Return Django's database settings for DATABASE_URL: SQLite in WAL mode, or PostgreSQL with psycopg's pool."""
    default = f"sqlite:///{data_dir / 'site.sqlite3'}"
    value = env.text("DATABASE_URL", default)
    scheme = value.partition(":")[0]
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL can't be read; set it to sqlite:////path/to/file or postgres://user:password@host/name."
        )
    config: dict[str, Any] = environ.Env.db_url_config(value)
    if scheme == "sqlite":
        config.setdefault("OPTIONS", {}).update(
            {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # secure_delete overwrites what is erased, so that it is gone from the file too.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
            }
        )
    else:
        config.setdefault("OPTIONS", {}).update({"pool": {"min_size": 1, "max_size": 8, "timeout": 10}})
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
            # At DEBUG level it logs every statement with its values.
            "django.db.backends": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        },
    }
