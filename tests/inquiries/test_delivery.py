"""Both ways out, in real conversations with a mail server on this machine, and what is known after each failure."""

import os
import socket
import ssl
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import LazySettings

from inquiries import delivery, emails
from inquiries.delivery import DeliveryError, Refused, TryLater, Uncertain
from tests.inquiries.mails import ADDRESS, BODY, unsaved_inquiry
from tests.smtp import DROP, HANG, Server, password_in

WRITTEN_AT = datetime(2026, 11, 25, 0, 1, tzinfo=UTC)


def create_mail(mail_id: str = "<1@localhost>", body: str = BODY, language: str = "ja") -> EmailMessage:
    return emails.answer(unsaved_inquiry(language), ADDRESS, body, mail_id=mail_id, written_at=WRITTEN_AT)


def send(mail: EmailMessage | None = None) -> list[str]:
    """Send a mail; return what was told on the way."""
    told: list[str] = []
    with delivery.open_way() as send_by_it:
        send_by_it(mail or create_mail(), lambda: told.append("handed over"))
    return told


def failure() -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send()
    return caught.value


@pytest.fixture
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MAIL_URL, settings.OUTGOING_DIR = None, tmp_path
    return tmp_path


# Into a folder


def test_a_mail_becomes_a_file_that_only_its_owner_reads(folder: Path) -> None:
    mail = create_mail()
    assert send(mail) == []  # nothing can be in doubt
    path = folder / "1@localhost.eml"
    assert list(folder.iterdir()) == [path]
    assert path.read_bytes() == mail.as_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_second_try_writes_the_same_file(folder: Path) -> None:
    send()
    send()
    assert [path.name for path in folder.iterdir()] == ["1@localhost.eml"]


def test_what_a_killed_try_left_is_replaced(folder: Path) -> None:
    (folder / ".1@localhost.unfinished").write_bytes(b"half a mail")
    send()
    assert [path.name for path in folder.iterdir()] == ["1@localhost.eml"]


def test_no_message_id_leads_out_of_the_folder(folder: Path) -> None:
    send(create_mail("<../../1/2@localhost>"))
    assert [path.name for path in folder.iterdir()] == [".._.._1_2@localhost.eml"]


def test_no_link_is_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "file"
    (folder / ".1@localhost.unfinished").symlink_to(other)
    assert failure().problem == "files"
    assert not other.exists()


def test_a_folder_that_is_gone_is_tried_later(folder: Path, settings: LazySettings) -> None:
    settings.OUTGOING_DIR = folder / "gone"
    error = failure()
    assert isinstance(error, TryLater)
    assert error.problem == "files"


def test_a_disk_that_is_full_leaves_no_half_a_mail(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    assert failure().problem == "files"
    assert list(folder.iterdir()) == []


# By SMTP


def use(settings: LazySettings, server: Server, **changes: Any) -> None:
    settings.MAIL_URL = server.setting(**changes)


def test_a_server_gets_the_mail_for_the_one_address_byte_by_byte(settings: LazySettings) -> None:
    settings.MAIL_FROM = "desk@occto.example"
    mail = create_mail(body="a\n.\n..\n.b\nthe end\n.", language="en")  # in Japanese no line begins with a dot
    with Server() as server:
        use(settings, server)
        assert send(mail) == ["handed over"]
    (arrived,) = server.arrived
    assert (arrived.sender, arrived.recipients) == ("desk@occto.example", [ADDRESS])
    assert arrived.data == mail.as_bytes()


def test_a_server_is_told_nothing_of_this_machine(settings: LazySettings) -> None:
    with Server() as server:
        use(settings, server)
        send()
    assert server.lines[0] == "ehlo localhost"
    assert not any(socket.gethostname() in line for line in server.lines)


PASSING = [
    ({"CONNECT": "421 full"}, "later 421"),
    ({"CONNECT": "554 no"}, "later 554"),
    ({"CONNECT": DROP}, "connection"),
    ({"EHLO": "502 what?", "HELO": "421 bye"}, "later 421"),
    ({"EHLO": DROP}, "connection"),
    ({"MAIL": "451 busy"}, "later 451"),
    ({"MAIL": DROP}, "connection"),
    ({"MAIL": "550 who?"}, "sender 550"),
    ({"MAIL": "530 sign in"}, "sign-in 530"),
    ({"RCPT": "450 grey"}, "later 450"),
    ({"RCPT": DROP}, "connection"),
    ({"RCPT": "nonsense"}, "later"),
    ({"DATA": "451 busy"}, "later 451"),
    ({"DATA": DROP}, "connection"),
    ({"CONTENT": "452 full"}, "later 452"),
]


@pytest.mark.parametrize(("says", "problem"), PASSING)
def test_a_mail_that_was_certainly_not_taken_is_tried_later(
    settings: LazySettings, says: dict[str, str], problem: str
) -> None:
    with Server(says) as server:
        use(settings, server)
        error = failure()
    assert isinstance(error, TryLater)
    assert error.problem == problem


@pytest.mark.parametrize("step", ["RCPT", "DATA", "CONTENT"])
def test_a_refusal_for_good_is_kept_as_its_code_alone(settings: LazySettings, step: str) -> None:
    with Server({step: f"550 5.1.1 <{ADDRESS}> is unknown"}) as server:
        use(settings, server)
        error = failure()
    assert isinstance(error, Refused)
    assert (error.problem, str(error), error.__cause__) == ("refused 550", "refused 550", None)


@pytest.mark.parametrize("says", [DROP, "nonsense", "354 go on"])
def test_where_the_answer_to_a_mail_is_missing_it_is_uncertain(settings: LazySettings, says: str) -> None:
    with Server({"CONTENT": says}) as server:
        use(settings, server)
        assert isinstance(failure(), Uncertain)
    assert len(server.arrived) == 1


def test_a_server_that_takes_too_long_after_a_mail_is_uncertain(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ANSWER_SECONDS", 0.05)
    with Server({"CONTENT": HANG}) as server:
        use(settings, server)
        assert isinstance(failure(), Uncertain)


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_takes_too_long_before_a_mail_is_tried_later(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(delivery, "COMMAND_SECONDS", 0.05)
    with Server({step: HANG}) as server:
        use(settings, server)
        error = failure()
    assert isinstance(error, TryLater)
    assert error.problem == "connection"


def test_a_server_that_is_down_is_tried_later(settings: LazySettings) -> None:
    with Server() as server:
        use(settings, server)
    assert failure().problem == "connection"


@pytest.mark.parametrize("host", ["a..b", "x" * 300])
def test_a_host_that_cannot_be_is_tried_later(settings: LazySettings, host: str) -> None:
    settings.MAIL_URL = {"host": host, "port": 25, "user": "", "password": "", "security": "smtp"}
    assert failure().problem == "connection"


def test_what_stops_the_hand_over_stops_the_mail(settings: LazySettings) -> None:
    def stop() -> None:
        raise InterruptedError("another worker has it")

    with Server() as server:
        use(settings, server)
        with pytest.raises(InterruptedError, match="another worker"), delivery.open_way() as send_by_it:
            send_by_it(create_mail(), stop)
    assert server.arrived == []
    assert "DATA" not in server.lines


def test_signs_in_where_a_user_is_set(settings: LazySettings) -> None:
    with Server() as server:
        use(settings, server, user="desk", password="secret")
        send()
    assert password_in(server.lines[1]) == "secret"


@pytest.mark.parametrize(("says", "problem"), [("535 no", "sign-in 535"), ("454 later", "later 454")])
def test_a_sign_in_that_fails_is_tried_later(settings: LazySettings, says: str, problem: str) -> None:
    with Server({"AUTH": says}) as server:
        use(settings, server, user="desk", password="secret")
        error = failure()
    assert isinstance(error, TryLater)
    assert error.problem == problem


def test_a_password_that_ascii_cannot_spell_is_named_nowhere(settings: LazySettings) -> None:
    with Server() as server:
        use(settings, server, user="desk", password="秘密")
        error = failure()
    assert (error.problem, error.__cause__) == ("sign-in", None)


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a certificate for localhost and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("security", ["smtps", "smtp+tls"])
def test_a_server_with_a_trusted_certificate_gets_the_mail_encrypted(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, certificate: Path, tls: ssl.SSLContext, security: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Server(tls=tls, is_tls_from_start=security == "smtps") as server:
        use(settings, server, security=security, user="desk", password="secret")
        send()
    assert len(server.arrived) == 1
    before = [line.partition(" ")[0].upper() for line in server.lines]
    assert before[:3] == (["EHLO", "AUTH", "MAIL"] if security == "smtps" else ["EHLO", "STARTTLS", "EHLO"])


@pytest.mark.parametrize("security", ["smtps", "smtp+tls"])
def test_a_server_without_a_trusted_certificate_gets_neither_password_nor_mail(
    settings: LazySettings, tls: ssl.SSLContext, security: str
) -> None:
    with Server(tls=tls, is_tls_from_start=security == "smtps") as server:
        use(settings, server, security=security, user="desk", password="secret")
        error = failure()
    assert isinstance(error, TryLater)
    assert error.problem == "tls"
    assert not any("AUTH" in line for line in server.lines)


def test_a_certificate_of_another_host_is_not_trusted(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, certificate: Path, tls: ssl.SSLContext
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Server(tls=tls) as server:
        use(settings, server, security="smtp+tls", host="127.0.0.1")
        assert failure().problem == "tls"


@pytest.mark.parametrize("says", [{}, {"STARTTLS": "454 not now"}, {"STARTTLS": "502 never"}])
def test_a_server_that_does_not_encrypt_gets_nothing(settings: LazySettings, says: dict[str, str]) -> None:
    with Server(says) as server:
        use(settings, server, security="smtp+tls", user="desk", password="secret")
        assert failure().problem in {"tls", "later 454", "tls 502"}
    assert {line.partition(" ")[0] for line in server.lines} <= {"ehlo", "STARTTLS", "quit"}
