"""How a finished mail leaves: into a folder, or by SMTP to one server. The only module that connects outwards (S13a).

Server texts may repeat an address, so only their codes are kept.
"""

import os
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from inquiries import outgoing
from inquiries.outbox import Problem, site_domain

COMMAND_SECONDS = 10
ANSWER_SECONDS = 300
"""How long the server may take to say that it has a mail; too short, and mails go out twice (RFC 5321, 4.5.3.2.6)."""

AUTHENTICATION_REQUIRED = 530  # RFC 4954, section 6

HandOver = Callable[[], None]
Send = Callable[[EmailMessage, HandOver], None]
"""Sends a mail. Calls `hand_over` right before the mail leaves for good; what that raises stops it in time."""


class DeliveryError(Exception):
    """A try failed. The message is a `Problem`, with the server's code where there is one; never an address."""

    def __init__(self, problem: Problem, code: int = 0) -> None:
        super().__init__(f"{problem.value} {code}" if code > 0 else problem.value)

    @property
    def problem(self) -> str:
        return str(self)


class TryLater(DeliveryError):  # noqa: N818 (says what to do, as the worker reads it)
    """The mail was certainly not sent, and may be sent later."""


class Refused(DeliveryError):  # noqa: N818 (says what to do, as the worker reads it)
    """The server refuses this mail for good."""


class Uncertain(DeliveryError):  # noqa: N818 (says what to do, as the worker reads it)
    """The connection broke off after the mail was handed over and before the server said whether it has it."""


@contextmanager
def open_way() -> Iterator[Send]:
    """Open the way out and give the function that sends by it. Raises TryLater where there is none at present.

    Opened before the personal data is, so that a server that is down causes no look at anybody's.
    """
    server: dict[str, Any] | None = settings.MAIL_URL
    if server is None:
        yield _write
        return
    client = _sign_in(server)
    try:
        yield partial(_converse, client)
    finally:
        with suppress(OSError):
            client.putcmd("quit")
        client.close()


def _write(mail: EmailMessage, hand_over: HandOver) -> None:
    """Write a mail whole or not at all; a second try writes the same file, and so is never in doubt."""
    path, unfinished = outgoing.finished(mail["Message-ID"]), outgoing.unfinished(mail["Message-ID"])
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(mail.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        _sync_folder(path.parent)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise TryLater(Problem.FILES) from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sign_in(server: dict[str, Any]) -> smtplib.SMTP:
    """Return a connection that is ready for a mail: encrypted and signed in as MAIL_URL says."""
    try:
        client = _connect(server["host"], server["port"], server["security"])
    except smtplib.SMTPResponseException as error:
        raise TryLater(Problem.LATER, error.smtp_code) from None
    except ssl.SSLError:
        raise TryLater(Problem.TLS) from None
    except (OSError, ValueError):  # ValueError: a host name that can't be one
        raise TryLater(Problem.CONNECTION) from None
    try:
        _secure(client, server)
    except DeliveryError:
        client.close()
        raise
    return client


def _connect(host: str, port: int, security: str) -> smtplib.SMTP:
    # Its own host name, so that smtplib asks no name server for this machine's and tells nobody.
    if security == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, site_domain(), timeout=COMMAND_SECONDS, context=context)
    return smtplib.SMTP(host, port, site_domain(), timeout=COMMAND_SECONDS)


def _secure(client: smtplib.SMTP, server: dict[str, Any]) -> None:
    with _judging(Problem.CONNECTION):
        client.ehlo_or_helo_if_needed()
    if server["security"] == "smtp+tls":
        with _judging(Problem.TLS):
            client.starttls(context=ssl.create_default_context())
            client.ehlo_or_helo_if_needed()
    if server["user"]:
        with _judging(Problem.SIGN_IN):
            client.login(server["user"], server["password"])


@contextmanager
def _judging(problem: Problem) -> Iterator[None]:
    """Turn what fails before a mail is named into TryLater: it is about this site or the server, not about a mail."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise TryLater(Problem.LATER if _is_passing(error.smtp_code) else problem, error.smtp_code) from None
    except smtplib.SMTPServerDisconnected:
        raise TryLater(Problem.CONNECTION) from None
    except (smtplib.SMTPException, ssl.SSLError, UnicodeError):  # UnicodeError: a password that ASCII can't spell
        raise TryLater(problem) from None
    except OSError:
        raise TryLater(Problem.CONNECTION) from None


def _converse(client: smtplib.SMTP, mail: EmailMessage, hand_over: HandOver) -> None:
    """Hand one mail to the server, for the one address it names."""
    sender, recipient = (mail[name].addresses[0].addr_spec for name in ("From", "To"))
    _ask(client, f"MAIL FROM:<{sender}>", about_us=True)
    _ask(client, f"RCPT TO:<{recipient}>")
    hand_over()
    _ask(client, "DATA", expected=3)
    try:
        client.send(re.sub(rb"(?m)^\.", b"..", mail.as_bytes()))  # RFC 5321, section 4.5.2
    except OSError:  # without the last dot it is no mail
        raise TryLater(Problem.CONNECTION) from None
    _judge_answer(_end_mail(client))


def _ask(client: smtplib.SMTP, command: str, *, expected: int = 2, about_us: bool = False) -> None:
    """Say one line and raise unless the answer is of the class expected."""
    try:
        code, _text = client.docmd(command)
    except OSError:
        raise TryLater(Problem.CONNECTION) from None
    if code // 100 == expected:
        return
    if code // 100 != 5:
        raise TryLater(Problem.LATER, code)
    if code == AUTHENTICATION_REQUIRED:
        raise TryLater(Problem.SIGN_IN, code)
    if about_us:  # every mail has this sender: a setting is wrong, not the mail
        raise TryLater(Problem.SENDER, code)
    raise Refused(Problem.REFUSED, code)


def _end_mail(client: smtplib.SMTP) -> int:
    try:
        if client.sock:
            client.sock.settimeout(ANSWER_SECONDS)
        client.send(b".\r\n")
        code, _text = client.getreply()
    except OSError:
        raise Uncertain(Problem.UNCERTAIN) from None
    return code


def _judge_answer(code: int) -> None:
    if code // 100 == 2:
        return
    if _is_passing(code):
        raise TryLater(Problem.LATER, code)
    if code // 100 == 5:
        raise Refused(Problem.REFUSED, code)
    raise Uncertain(Problem.UNCERTAIN, code)


def _is_passing(code: int) -> bool:
    """Return whether a code of SMTP says that the failure will pass (RFC 5321, section 4.2.1)."""
    return code // 100 == 4
