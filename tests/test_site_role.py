"""What a machine serves and holds: the visitors' side can take in inquiries and open none (design, idea 3)."""

import json
import os
import shutil
import subprocess
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from inquiries import keyring
from occtosite.management.commands import prepare
from occtosite.site_role import refuse_unsafe_keys
from tests.plugins.environment import NO_LIMITS
from tests.test_health import ready, see_worker

ROOT = Path(__file__).parents[1]

VISITORS = ["/", "/en/", "/inquiry/", "/en/privacy/", "/robots.txt", "/sitemap.xml", "/.well-known/security.txt"]
STAFFS = ["/admin/account/login/", "/admin/en/account/login/"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "here", "elsewhere"),
    [
        ("public", VISITORS, [*STAFFS, "/admin/", "/admin"]),
        ("staff", STAFFS, VISITORS),
        ("all", VISITORS + STAFFS, []),
    ],
)
def test_a_machine_serves_its_own_side(
    role: str, here: list[str], elsewhere: list[str], client: Client, settings: LazySettings
) -> None:
    settings.SITE_ROLE = role
    assert [path for path in [*here, "/healthz"] if client.get(path).status_code != 200] == []
    assert [path for path in elsewhere if client.get(path).status_code != 404] == []
    assert [path for path in elsewhere if client.post(path).status_code != 404] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "words"), [("/admin/", "ページが見つかりません"), ("/admin/en/", "Page not found")])
def test_what_another_machine_serves_has_its_page_here(
    path: str, words: str, client: Client, settings: LazySettings
) -> None:
    settings.SITE_ROLE = "public"
    response = client.get(path)
    assert words in response.text
    assert "staff" not in response.cookies


@pytest.mark.django_db
def test_the_public_side_is_ready_without_staff_s_worker(settings: LazySettings) -> None:
    assert ready()[0] == 503
    settings.SITE_ROLE = "public"
    assert ready() == (200, {"database": True, "migrations": True, "guards": True, "keys": True, "spool": True})
    settings.SITE_ROLE = "staff"
    see_worker()
    assert ready()[0] == 200


@pytest.mark.django_db
def test_a_file_that_was_set_aside_makes_a_machine_not_ready(settings: LazySettings) -> None:
    see_worker()
    (settings.SPOOL_DIR / "aside").mkdir()
    assert ready()[0] == 200
    (settings.SPOOL_DIR / "aside/x.submission").touch()
    assert ready()[1]["spool"] is False


@pytest.mark.parametrize(
    "name", ["inquiries/2026-11-00000000.private.pem", "second_factor_key", "other/x.private.pem"]
)
def test_the_public_side_refuses_to_start_beside_what_is_staff_s(
    name: str, settings: LazySettings, tmp_path: Path
) -> None:
    settings.KEYS_DIR, settings.SITE_ROLE = tmp_path, "public"
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    with pytest.raises(ImproperlyConfigured, match="move it to the staff machine, or set SITE_ROLE to all"):
        refuse_unsafe_keys()
    settings.SITE_ROLE = "staff"
    refuse_unsafe_keys()


def test_the_public_side_refuses_to_start_without_a_key_to_seal_with(settings: LazySettings, tmp_path: Path) -> None:
    settings.KEYS_DIR, settings.SITE_ROLE = tmp_path / "staff", "public"
    with pytest.raises(ImproperlyConfigured, match="keys export-public"):
        refuse_unsafe_keys()
    keyring.make_key(timezone.localdate())
    keyring.export_public(tmp_path / "public/inquiries")
    settings.KEYS_DIR = tmp_path / "public"
    refuse_unsafe_keys()


def test_the_public_side_prepares_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "missing_migrations", lambda: [1, 2])
    with pytest.raises(ImproperlyConfigured, match="lacks 2 steps; start this version on the staff machine first"):
        prepare.refuse_unprepared_database()
    monkeypatch.setattr(prepare, "missing_migrations", list)
    prepare.refuse_unprepared_database()


def test_the_public_side_starts_without_its_database_and_says_so(
    settings: LazySettings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise ImproperlyConfigured("The database can't be used (refused); start it.")

    monkeypatch.setattr(prepare, "refuse_unusable_database", refuse)
    monkeypatch.setattr(prepare.Command, "_gather_static_files", lambda _self: None)
    with pytest.raises(ImproperlyConfigured):
        call_command("prepare")
    keyring.export_public(tmp_path / "inquiries")
    settings.KEYS_DIR, settings.SITE_ROLE = tmp_path, "public"
    call_command("prepare")
    assert f"start it. Until then inquiries are kept in {settings.SPOOL_DIR}." in capsys.readouterr().err


class Machine:
    """One machine of two: folders of its own, and one database with the other."""

    def __init__(self, folder: Path, role: str, database: Path) -> None:
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "occtosite.settings",
            "ENV_FILE": os.devnull,
            "DATABASE_URL": f"sqlite:///{database}",
            "SITE_ROLE": role,
            **NO_LIMITS,
        } | {f"{name}_DIR": str(folder / name.lower()) for name in ("DATA", "KEYS", "OUTGOING", "ERASURES")}

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


SENDING = """
import json
import django; django.setup()
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
from inquiries import intake, sealing
from inquiries.models import Inquiry
from inquiries.worker import Stop, Worker
from tests.inquiries.senders import check, reference_on
told = [reference_on(Client().post("/inquiry/done/", check(Client())).text)]
intake.OUTAGE.begin()
told.append(reference_on(Client().post("/inquiry/done/", check(Client())).text))
waited = Inquiry.objects.count()
assert Worker(Stop()).turn()
opened = []
for inquiry in Inquiry.objects.all():
    try:
        opened.append(sealing.open_sealed(bytes(inquiry.sealed), sealing.inquiry_context(inquiry.reference)))
    except sealing.SealingError:
        pass
print(json.dumps({"told": told, "waited": waited, "opened": opened, "admin": Client().get("/admin/").status_code}))
"""


def test_on_two_machines_the_public_one_takes_in_what_only_staff_s_opens(tmp_path: Path) -> None:
    database = tmp_path / "site.sqlite3"
    staff = Machine(tmp_path / "staff", "staff", database)
    public = Machine(tmp_path / "public", "public", database)
    staff.run("manage.py", "prepare")
    staff.run("manage.py", "keys", "export-public", str(public.folder / "keys/inquiries"))
    shutil.copytree(staff.folder / "data", public.folder / "data")  # the same static files: not gathered twice
    public.run("manage.py", "prepare")
    seen = json.loads(public.run("-c", SENDING))
    assert (len(seen["told"]), seen["waited"], seen["opened"], seen["admin"]) == (2, 1, [], 404)
    assert [path for path in public.folder.rglob("*") if path.is_file() and b"PRIVATE" in path.read_bytes()] == []
    assert sorted(path.name for path in (public.folder / "keys").iterdir()) == ["inquiries", "limits", "secret_key"]
    staff.run("manage.py", "work", "--once")
    mails = [
        message_from_bytes(path.read_bytes(), policy=default).get_content()
        for path in (staff.folder / "outgoing").glob("*.eml")
    ]
    assert [reference for reference in seen["told"] if not any(reference in mail for mail in mails)] == []
    assert len(mails) == 2
    assert not list((public.folder / "outgoing").iterdir())
