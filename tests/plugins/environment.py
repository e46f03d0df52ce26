"""Loaded before Django reads its settings: the tests' own folders, keys and database, never this machine's.

`TEST_DATABASE=postgresql` runs the tests on a PostgreSQL started here. With pytest-xdist the first process starts it,
and the others inherit its address.
"""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

from tests.plugins.postgresql import start_postgresql

ROOT = Path(__file__).parents[2]

NO_LIMITS = dict.fromkeys(
    ["INQUIRY_SECONDS", "INQUIRIES_PER_HOUR", "SAME_TEXTS", "MAILS_PER_ADDRESS", "MAILS_PER_HOUR"], "0"
)
"""Tests send quickly, often and from one address."""


def variables() -> list[str]:
    """Return the name of every setting, as `.env.example` lists them."""
    return re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)


def prepare_environment() -> None:
    if os.environ.get("TEST_FOLDER"):
        return
    folder = Path(tempfile.mkdtemp(prefix="occtosite-test-"))
    folder.chmod(0o755)  # PostgreSQL's own user must pass through
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in variables():
        os.environ.pop(name, None)
    os.environ |= {
        "TEST_FOLDER": str(folder),
        "ENV_FILE": str(folder / "no.env"),
        "DATA_DIR": str(folder / "data"),
        "KEYS_DIR": str(folder / "keys"),
        "OUTGOING_DIR": str(folder / "outgoing"),
        "ERASURES_DIR": str(folder / "erasures"),
        "LOG_LEVEL": "CRITICAL",
    } | NO_LIMITS
    (folder / "data/static").mkdir(parents=True)
    if os.environ.pop("TEST_DATABASE", "sqlite") == "postgresql":
        os.environ["DATABASE_URL"] = start_postgresql(folder / "postgresql")
    else:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'site.sqlite3'}"


prepare_environment()
