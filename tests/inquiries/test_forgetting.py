"""One inquiry from its sending to its end, in the time it takes: nothing about it remains but what may."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.utils import timezone

from inquiries import keyring, outgoing, retention
from inquiries.models import ErasedInquiry, Inquiry, Look
from inquiries.worker import Stop, Worker
from tests.inquiries.senders import TYPED, check, reference_on
from tests.staff import people

pytestmark = pytest.mark.django_db

DESK = "/admin/inquiries/inquiry/"
WHY = {"purpose": "answer", "reason": "", "fields_opened": ["name", "email", "message"]}


def everything_kept(*folders: Path) -> dict[str, bytes]:
    """Return what stands in each table and in each file, by its name."""
    kept = {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            kept[table] = b"|".join(
                bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                for row in cursor.fetchall()
                for value in row
            )
    return kept


def places_of(secret: bytes, kept: dict[str, bytes]) -> set[str]:
    return {name for name, content in kept.items() if secret in content}


@pytest.fixture
def folders(settings: LazySettings, tmp_path: Path) -> list[Path]:
    """A site's folders, of its own."""
    settings.MAIL_URL = None
    made = []
    for name in ("KEYS_DIR", "OUTGOING_DIR", "ERASURES_DIR"):
        made.append(tmp_path / name)
        made[-1].mkdir()
        setattr(settings, name, made[-1])
    return made


def work() -> None:
    assert Worker(Stop()).turn()


def test_from_sending_to_forgetting(folders: list[Path], client: Client) -> None:
    sent_at = timezone.now().replace(hour=3, minute=0)
    with time_machine.travel(sent_at, tick=False) as clock:
        keyring.ensure_key(timezone.localdate())
        reference = reference_on(client.post("/inquiry/done/", check(client)).text)
        inquiry = Inquiry.objects.get(reference=reference)
        work()

        clock.shift(timedelta(days=2))
        bob = people.create_bob()
        staff = people.sign_in(bob)
        staff.post(f"{DESK}{inquiry.pk}/open/", WHY)
        staff.post(f"{DESK}{inquiry.pk}/answer/", {"body": "別紙のとおりです。", "after": "0"})
        work()
        mail_ids = [item.mail_id.strip("<>") for item in inquiry.outbox.all()]
        assert len(list(outgoing._folder().glob("*.eml"))) == len(mail_ids) == 2
        envelopes = [bytes(inquiry.sealed), bytes(inquiry.messages.get().sealed)]

        clock.shift(timedelta(days=59, hours=23))
        work()
        inquiry.refresh_from_db()
        assert (inquiry.state, retention.erased_on(inquiry)) == ("answered", None)
        assert list(outgoing._folder().iterdir()) == [], "a mail in the clear stays a week"

        clock.shift(timedelta(hours=1))
        work()
        inquiry.refresh_from_db()
        assert inquiry.state == "closed"
        assert retention.erased_on(inquiry) == timezone.localdate(sent_at + timedelta(days=2 + 60 + 365))

        clock.shift(timedelta(days=359))
        assert reference in people.sign_in(bob).get(DESK, {"erasure": "soon"}).text

        clock.shift(timedelta(days=5, hours=23))
        work()
        assert Inquiry.objects.exists()
        kept = everything_kept(*folders)
        for secret in (*envelopes, *[mail_id.encode() for mail_id in mail_ids], inquiry.token_digest.encode()):
            assert places_of(secret, kept), "the search can find something"

        clock.shift(timedelta(hours=1))
        work()
        assert not Inquiry.objects.exists()

        kept = everything_kept(*folders)
        for secret in (*envelopes, *[mail_id.encode() for mail_id in mail_ids], inquiry.token_digest.encode()):
            assert places_of(secret, kept) == set()
        for value in TYPED.values():
            if len(value) > 5 and value != TYPED["category"]:
                assert places_of(value.encode(), kept) == set(), value
        assert places_of(reference.encode(), kept) == {"inquiries_look"}
        looks = Look.objects.order_by("pk").values_list("by__username", "purpose", "fields", "reason_sealed")
        assert list(looks) == [
            (None, "acknowledge", "email", None),
            (None, "index", "email,telephone,name", None),
            ("bob", "answer", "name,email,message", None),
            (None, "send", "email,thread", None),
        ]
        row = ErasedInquiry.objects.get()
        assert (row.category, row.month, row.days_to_answer) == (
            "capacity_market",
            f"{timezone.localdate(sent_at):%Y-%m}",
            2,
        )

        clock.shift(timedelta(days=1096 - 2 - 60 - 365))
        work()
        assert places_of(reference.encode(), everything_kept(*folders)) == {"inquiries_look"}, "staff looked later"
        clock.shift(timedelta(days=2))
        work()
        assert places_of(reference.encode(), everything_kept(*folders)) == set()
