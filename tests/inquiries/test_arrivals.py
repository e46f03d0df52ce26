"""Out of the spool into the database: everything, once, and nothing holds up the rest (clauses S4, S5 and S15)."""

import logging
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.utils import timezone

from consent.models import PolicyVersion
from inquiries import arrivals, intake, keyring, reveal, sealing, spool, worker
from inquiries.intake import Entry
from inquiries.models import Inquiry, Look, LookPurpose, OutboxItem, WorkerBeat
from inquiries.submissions import Submission
from inquiries.tokens import Token
from inquiries.worker import Stop, Worker
from tests.inquiries.senders import TYPED, check, reference_on
from tests.inquiries.test_intake import spellings
from tests.staff.inquiries import ENTERED

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


_numbers = count()


def create_token() -> Token:
    return Token(f"arriving {next(_numbers)}", is_fresh=True)


def send(token: Token | None = None) -> intake.Received:
    return intake.receive(Entry("other", "email", publish_name=True, document=ENTERED), token or create_token(), "ja")


def spooled(token: Token | None = None) -> Submission:
    """Send while the database is away; return what waits."""
    token = token or create_token()
    with patch("inquiries.intake.outbox.write_acknowledgement", side_effect=OperationalError):
        assert send(token).is_spooled
    intake.OUTAGE.end()
    submission = spool.find(token.digest)
    assert submission
    return submission


def test_what_waits_comes_in_whole_with_its_acknowledgement() -> None:
    submission = spooled()
    assert not Inquiry.objects.exists()
    assert not OutboxItem.objects.exists()
    arrivals.bring_in_the_spool()
    inquiry = Inquiry.objects.get()
    assert (inquiry.reference, inquiry.token_digest) == (submission.reference, submission.token_digest)
    assert (inquiry.category, inquiry.language, inquiry.reply_by) == ("other", "ja", "email")
    assert (inquiry.publish_name, inquiry.state, inquiry.received_at) == (True, "new", submission.received_at)
    assert OutboxItem.objects.get().inquiry == inquiry
    assert spool.waiting() == []
    assert reveal.open_inquiry(inquiry, LookPurpose.INDEX, ["message"]).document == {"message": ENTERED["message"]}


def test_killed_after_the_commit_it_comes_in_once() -> None:
    spooled()
    with patch("inquiries.spool.remove", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        arrivals.bring_in_the_spool()
    assert len(spool.waiting()) == 1
    arrivals.bring_in_the_spool()
    assert spool.waiting() == []
    assert Inquiry.objects.count() == OutboxItem.objects.count() == 1


def test_killed_before_the_commit_it_is_still_there() -> None:
    submission = spooled()
    with (
        patch("inquiries.intake.outbox.write_acknowledgement", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        arrivals.bring_in_the_spool()
    assert spool.find(submission.token_digest) == submission
    assert not Inquiry.objects.exists()


def test_what_the_database_took_meanwhile_is_dropped() -> None:
    token = create_token()
    waiting = spooled(token)
    spool.remove(spool.waiting()[0])
    told = send(token)
    spool.append(waiting)
    arrivals.bring_in_the_spool()
    assert spool.waiting() == []
    assert Inquiry.objects.get().reference == told.reference == waiting.reference


def test_while_the_database_is_away_everything_stays_where_it_is() -> None:
    submission = spooled()
    with (
        patch("inquiries.intake.outbox.write_acknowledgement", side_effect=OperationalError),
        pytest.raises(OperationalError),
    ):
        arrivals.bring_in_the_spool()
    assert spool.find(submission.token_digest) == submission


def test_a_taken_number_gets_one_more_character_and_opens_all_the_same() -> None:
    submission = spooled()
    row = vars(replace(submission, token_digest="f" * 64, policy_version=1)) | {
        "sender_key": None,
        "sender_copy": None,
    }
    row.pop("acknowledge")
    taken = Inquiry.objects.create(**row)
    arrivals.bring_in_the_spool()
    inquiry = Inquiry.objects.exclude(pk=taken.pk).get()
    assert inquiry.reference == f"{submission.reference}2"
    assert reveal.open_inquiry(inquiry, LookPurpose.INDEX, ["name"]).document == {"name": ENTERED["name"]}
    assert spool.waiting() == []


@pytest.mark.parametrize("data", [b"", b"{}", b"0" * 64 + b"\n{}"])
def test_a_damaged_file_is_kept_aside_and_named_and_the_others_come_in(
    data: bytes, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = settings.SPOOL_DIR / f"{'a' * 64}.submission"
    damaged.write_bytes(data)
    other = spooled()
    arrivals.bring_in_the_spool()
    assert Inquiry.objects.get().reference == other.reference
    assert spool.waiting() == []
    assert (settings.SPOOL_DIR / "aside" / damaged.name).read_bytes() == data
    assert f"{damaged.name} is damaged" in caplog.text
    arrivals.bring_in_the_spool()
    assert caplog.text.count("is damaged") == 1


def test_what_the_database_refuses_is_kept_aside_and_the_others_come_in(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    spool.append(replace(spooled(), category="tea", token_digest="a" * 64))
    arrivals.bring_in_the_spool()
    assert Inquiry.objects.get().category == "other"
    assert [path.name for path in (settings.SPOOL_DIR / "aside").iterdir()] == [f"{'a' * 64}.submission"]
    assert "The database refuses the spool's file" in caplog.text


def test_a_file_that_another_worker_brought_in_is_no_trouble() -> None:
    spooled()
    paths = spool.waiting()
    arrivals.bring_in_the_spool()
    with patch("inquiries.spool.waiting", return_value=paths):
        arrivals.bring_in_the_spool()
    assert Inquiry.objects.count() == 1


def test_the_policy_version_is_the_one_of_the_day_it_was_received() -> None:
    submission = spooled()
    PolicyVersion.objects.create(
        number=2, text_ja="新", text_en="new", published_at=timezone.now(), effective_on=date(2026, 1, 1)
    )
    PolicyVersion.objects.create(
        number=3,
        text_ja="次",
        text_en="next",
        published_at=timezone.now(),
        effective_on=timezone.localdate() + timedelta(days=1),
    )
    with patch("django.utils.timezone.now", return_value=timezone.now() + timedelta(days=2)):
        arrivals.bring_in_the_spool()
    assert Inquiry.objects.get(reference=submission.reference).policy_version == 2


def test_an_error_of_ours_does_not_go_to_the_spool() -> None:
    with pytest.raises(IntegrityError, match="inquiries_inquiry_category_valid"):
        intake.receive(Entry("tea", "email", publish_name=False, document=ENTERED), create_token(), "ja")
    assert spool.waiting() == []


# The worker


def test_the_worker_brings_in_the_spool_with_its_next_turn() -> None:
    spooled()
    Worker(Stop()).turn()
    assert Inquiry.objects.count() == 1


def test_the_public_side_s_worker_brings_in_its_spool_and_does_nothing_else(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SITE_ROLE = "public"
    spooled()
    monkeypatch.setattr(sealing, "open_sealed", lambda *_: pytest.fail("opened"))
    monkeypatch.setattr(keyring, "make_key", lambda *_: pytest.fail("made a key"))
    one = Worker(Stop())
    assert one.turn()
    assert OutboxItem.objects.get().delivery == "waiting"
    assert not Look.objects.exists()
    worker.beat()
    assert not WorkerBeat.objects.exists()


def test_the_public_side_s_worker_says_that_its_key_is_old(
    settings: LazySettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.KEYS_DIR, settings.SITE_ROLE = tmp_path, "public"
    keyring.make_key(timezone.localdate() - timedelta(days=45))
    one = Worker(Stop())
    one.turn()
    one.turn()
    assert caplog.text.count("copy the public keys anew") == 1


# The sender's pages


@pytest.mark.parametrize(("prefix", "title"), [("", "お問い合わせを受け付けました"), ("/en", "We have received your")])
def test_the_done_page_stands_without_the_database(client: Client, prefix: str, title: str) -> None:
    sent = check(client, prefix)
    with (
        patch("inquiries.intake.outbox.write_acknowledgement", side_effect=OperationalError),
        patch("occtosite.context.inventory.notice_in_force", side_effect=AssertionError("asked the database")),
        patch("inquiries.pages.Controller.objects.get", side_effect=AssertionError("asked the database")),
    ):
        response = client.post(f"{prefix}/inquiry/done/", sent)
    assert response.status_code == 200
    assert title in response.text
    assert reference_on(response.text)
    assert not Inquiry.objects.exists()


def test_every_repeated_send_shows_the_same_number_before_and_after_it_came_in(client: Client) -> None:
    sent = check(client)
    with patch("inquiries.intake.outbox.write_acknowledgement", side_effect=OperationalError):
        first = client.post("/inquiry/done/", sent)
        again = client.post("/inquiry/done/", sent)
        alone = client.post("/en/inquiry/done/", {"token": sent["token"]})
    waiting = client.post("/inquiry/done/", sent)
    intake.OUTAGE.end()
    back = client.post("/inquiry/done/", sent)
    assert not Inquiry.objects.exists(), "what waits is not received a second time beside it"
    arrivals.bring_in_the_spool()
    after = client.post("/inquiry/done/", sent)
    references = {reference_on(page.text) for page in (first, again, alone, waiting, back, after)}
    assert references == {Inquiry.objects.get().reference}
    assert OutboxItem.objects.count() == 1


def test_of_many_senders_one_waits_for_a_database_that_is_away(client: Client) -> None:
    sent = [check(client) for _ in range(3)]
    with patch("inquiries.intake._write", side_effect=OperationalError) as write:
        assert all(reference_on(client.post("/inquiry/done/", one).text) for one in sent)
    assert write.call_count == 1
    assert len(spool.waiting()) == 3


def test_what_was_typed_stands_in_no_file_of_the_spool(client: Client, settings: LazySettings) -> None:
    with patch("inquiries.intake._write", side_effect=OperationalError(TYPED["message"])):
        client.post("/inquiry/done/", check(client))
    kept = b"".join(path.read_bytes() for path in settings.SPOOL_DIR.iterdir())
    assert b"capacity_market" in kept, "the search can find something"
    assert [word for word in spellings() if word in kept] == []
